/**
 * The LiteLLM behind a thread of the gateway: what outlives a configuration (connections, state, counts), and what each
 * configuration makes of it.
 */
import type { Logger } from 'pino';
import { readAcceleration } from '../../config/acceleration-settings.ts';
import { callFeatures, type CallFeature } from '../../config/call-features.ts';
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import type { Deadlines } from '../../pool/deadlines.ts';
import type { Upgrade } from '../../wire/contract.ts';
import type { RouteDefinition } from '../contract.ts';
import { compileOpenModeGuard } from '../http/open-mode-guard.ts';
import { LLM_FAMILIES } from '../pipeline/llm-routes.ts';
import type { UpstreamSender } from '../pipeline/pipeline.ts';
import type { FallbackStage, FallbackStates, FallbackSummary, HandOverReason } from './contract.ts';
import { NativeCalls, type NativeCallParts } from './native-calls.ts';
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
    const features = unheeded(snapshot).filter(({ scope }) => scope === 'calls');
    const callsAreLitellms = features.length > 0;
    const rules: HandOverRules = {
      whole: (route) => (callsAreLitellms && makesCalls(route) ? 'feature' : null),
      draw: () => null,
      relay: (exchange, body, reason) => this.#relay(relay, exchange, body, reason),
    };
    const guard = compileOpenModeGuard(snapshot, listenHost);
    const { sslVerify: verifyTls } = snapshot.litellm;
    return {
      offer: (exchange) => new NativeExchange(exchange, rules),
      routes: (served) => [...served.flatMap((route) => withFallback(route, snapshot)), this.#everythingElse(relay)],
      upgrade: (upgrade) => relayUpgrade({ ...relay, guard, verifyTls }, upgrade),
    };
  }

  /** What the pipeline asks of each call. */
  nativeCalls(parts: Omit<NativeCallParts, 'features'>): NativeCalls {
    return new NativeCalls({ ...parts, features: unheeded(parts.snapshot) });
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

/** Settings of model calls that have no effect here, without those that may be done without. */
function unheeded(snapshot: ConfigSnapshot): readonly CallFeature[] {
  const { nativeWithout } = readAcceleration(snapshot.raw, snapshot.environment);
  return callFeatures(snapshot).filter(({ key }) => !nativeWithout.has(key));
}

function makesCalls({ family }: RouteDefinition): boolean {
  return LLM_FAMILIES.has(family) || family === 'pass-through';
}

/** The route as it is with a fallback; nothing: LiteLLM serves it. */
function withFallback(route: RouteDefinition, snapshot: ConfigSnapshot): RouteDefinition[] {
  if (isOwnRoute(route)) return [{ ...route, neverHandedOver: true }];
  if (componentPath(route) === null || (route.family === 'models' && mayHoldModels(snapshot))) return [];
  return [route];
}

/** LiteLLM's database may hold models besides those of the file. */
function mayHoldModels({ general, environment }: ConfigSnapshot): boolean {
  return Boolean(general.raw['database_url']) || Boolean(environment.get('DATABASE_URL'));
}

/** Bounds that only a LiteLLM that hangs ever meets. */
function deadlinesOf({ litellm, router }: ConfigSnapshot): Deadlines {
  const seconds = Math.max(litellm.requestTimeoutSeconds, router.timeoutSeconds ?? 0, router.streamTimeoutSeconds ?? 0);
  const silenceMs = seconds * 1000 + GRACE_MS;
  return { connectMs: CONNECT_MS, firstByteMs: silenceMs, gapMs: silenceMs, totalMs: Number.POSITIVE_INFINITY };
}
