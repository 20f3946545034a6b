/**
 * The LiteLLM behind a thread of the gateway: what outlives a configuration (connections, state, counts), and what each
 * configuration makes of it.
 */
import type { Logger } from 'pino';
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import type { Deadlines } from '../../pool/deadlines.ts';
import type { Upgrade } from '../../wire/contract.ts';
import type { RouteDefinition } from '../contract.ts';
import { compileOpenModeGuard } from '../http/open-mode-guard.ts';
import type { UpstreamSender } from '../pipeline/pipeline.ts';
import type { FallbackStage, FallbackStates, FallbackSummary, HandOverReason } from './contract.ts';
import { componentPath, isOwnRoute } from './native-routes.ts';
import { NativeExchange, type HandOverRules } from './offered-exchange.ts';
import { relayUpgrade } from './relay-upgrade.ts';
import { relayRequest, type Relay, type RequestBody } from './relayed-request.ts';

/** LiteLLM's own answer to a call that took too long shall come first. */
const GRACE_MS = 30_000;
const CONNECT_MS = 10_000;
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

export interface FallbackLinkOptions {
  readonly states: FallbackStates;
  readonly upstream: UpstreamSender;
  readonly log: Logger;
  /** How this gateway is reached. */
  readonly scheme: 'http' | 'https';
  /** Of this gateway alone; see `Via`. */
  readonly pseudonym: string;
  /** The address that the gateway listens on. */
  readonly listenHost: string;
}

/** One configuration's part of it. */
export interface AssembledFallback extends FallbackStage {
  /** The routes of the gateway: those of its own that stay, then LiteLLM's for all others. */
  routes(served: readonly RouteDefinition[]): readonly RouteDefinition[];
  upgrade(upgrade: Upgrade): void;
}

export class FallbackLink {
  readonly #options: FallbackLinkOptions;

  constructor(options: FallbackLinkOptions) {
    this.#options = options;
  }

  health(): FallbackSummary {
    const { kind, health, sinceMs } = this.#options.states.current();
    return { kind, status: health, since: new Date(sinceMs).toISOString() };
  }

  assemble(snapshot: ConfigSnapshot): AssembledFallback {
    const { states, upstream, log, scheme, pseudonym, listenHost } = this.#options;
    const trustsForwarded = snapshot.general.raw['use_x_forwarded_for'] === true;
    const relay: Relay = {
      states,
      upstream,
      log,
      headers: { scheme, trustsForwarded, pseudonym },
      deadlines: deadlinesOf(snapshot),
    };
    const rules: HandOverRules = {
      whole: () => null,
      draw: () => null,
      relay: (exchange, body, reason) => this.#relay(relay, exchange, body, reason),
    };
    const guard = compileOpenModeGuard(snapshot, listenHost);
    const { sslVerify: verifyTls } = snapshot.litellm;
    return {
      offer: (exchange) => new NativeExchange(exchange, rules),
      routes: (served) => [...served.flatMap(withFallback), this.#everythingElse(relay)],
      upgrade: (upgrade) => relayUpgrade({ ...relay, guard, verifyTls }, upgrade),
    };
  }

  #everythingElse(relay: Relay): RouteDefinition {
    return {
      methods: METHODS,
      path: '/{path:path}',
      family: 'litellm',
      access: 'public',
      neverHandedOver: true,
      handler: (exchange) => this.#relay(relay, exchange, { kind: 'unread' }, 'route'),
    };
  }

  #relay(
    relay: Relay,
    exchange: Parameters<HandOverRules['relay']>[0],
    body: RequestBody,
    reason: HandOverReason,
  ): void {
    relay.log.debug({ reason, path: exchange.path }, 'handed to LiteLLM');
    relayRequest(relay, exchange, body);
  }
}

/** The route as it is with a fallback; nothing: LiteLLM serves it. */
function withFallback(route: RouteDefinition): RouteDefinition[] {
  if (isOwnRoute(route)) return [{ ...route, neverHandedOver: true }];
  return componentPath(route) === null ? [] : [route];
}

/** Bounds that only a LiteLLM that hangs ever meets. */
function deadlinesOf({ litellm, router }: ConfigSnapshot): Deadlines {
  const seconds = Math.max(litellm.requestTimeoutSeconds, router.timeoutSeconds ?? 0, router.streamTimeoutSeconds ?? 0);
  const silenceMs = seconds * 1000 + GRACE_MS;
  return { connectMs: CONNECT_MS, firstByteMs: silenceMs, gapMs: silenceMs, totalMs: Number.POSITIVE_INFINITY };
}
