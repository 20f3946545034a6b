/** Websockets, all of which are LiteLLM's: nothing here speaks that protocol. */
import { errorBody } from '../../errors/error-body.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { Upgrade } from '../../wire/contract.ts';
import type { OpenModeGuard } from '../http/open-mode-guard.ts';
import { usableOrigin } from './fallback-state.ts';
import { goesInCircles, noAnswer, notUsable } from './relay-failure.ts';
import { cameBack, replyHeaders, requestHeaders } from './relayed-headers.ts';
import { sentHost, type Relay } from './relayed-request.ts';

const CONNECT_MS = 10_000;
const ANSWER_MS = 60_000;

export interface UpgradeRelay extends Relay {
  /** null: a master key protects the gateway. */
  readonly guard: OpenModeGuard | null;
  readonly verifyTls: boolean;
}

/** Answers in every case. */
export function relayUpgrade(relay: UpgradeRelay, upgrade: Upgrade): void {
  try {
    // Web pages may open websockets to anywhere without asking, so a page is held to what it may do with POST.
    relay.guard?.({ method: 'POST', header: (name) => upgrade.header(name) });
    join(relay, upgrade);
  } catch (error) {
    if (!(error instanceof GatewayError)) relay.log.error({ err: error, path: upgrade.path }, 'a websocket failed');
    refuse(
      upgrade,
      error instanceof GatewayError
        ? error
        : new GatewayError('internal', 'Internal server error. The log of the gateway has the details.'),
    );
  }
}

function join({ states, headers, log, verifyTls }: UpgradeRelay, upgrade: Upgrade): void {
  const state = states.current();
  const origin = usableOrigin(state);
  if (cameBack(upgrade, headers.pseudonym)) throw goesInCircles();
  if (origin === null) throw notUsable(state);
  upgrade.tunnel({
    origin,
    path: upgrade.query === '' ? upgrade.path : `${upgrade.path}?${upgrade.query}`,
    headers: requestHeaders(upgrade, { ...headers, host: sentHost(state, upgrade) ?? new URL(origin).host }, true),
    verifyTls,
    connectTimeoutMs: CONNECT_MS,
    answerTimeoutMs: ANSWER_MS,
    replyHeaders: (list, switches) => replyHeaders(list, origin, switches),
    onFailure: (error) => {
      log.warn({ code: error.code, reason: error.message, path: upgrade.path }, 'LiteLLM did not answer a websocket');
      refuse(upgrade, noAnswer(error));
    },
  });
}

function refuse(upgrade: Upgrade, error: GatewayError): void {
  const { retryAfterSeconds } = error.options;
  const retry = retryAfterSeconds === undefined ? [] : ['retry-after', String(retryAfterSeconds)];
  upgrade.refuse(error.status, ['content-type', 'application/json', ...retry], errorBody(error));
}
