/**
 * The LiteLLM behind a thread of the gateway: what outlives a configuration (connections, state, counts), and what each
 * configuration makes of it.
 */
import type { Logger } from 'pino';
import { readAcceleration } from '../../config/acceleration-settings.ts';
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import type { Rollout } from '../../rollout/contract.ts';
import type { Deadlines } from '../../pool/deadlines.ts';
import type { Exchange, Upgrade } from '../../wire/contract.ts';
import type { AdminRole } from '../acceleration/acceleration-routes.ts';
import type { RouteDefinition } from '../contract.ts';
import { compileOpenModeGuard } from '../http/open-mode-guard.ts';
import { LLM_FAMILIES } from '../pipeline/llm-routes.ts';
import type { LlmPipeline, UpstreamSender } from '../pipeline/pipeline.ts';
import type { FallbackStage, FallbackState, FallbackStates, FallbackSummary } from './contract.ts';
import { NativeCalls, type NativeCallParts } from './native-calls.ts';
import { askRole } from './ask-role.ts';
import { componentPath, isOwnRoute } from './native-routes.ts';
import { mayHoldModels, unheeded } from './native-settings.ts';
import { NativeExchange, type HandOverRules } from './offered-exchange.ts';
import { relayUpgrade } from './relay-upgrade.ts';
import { RelayCounts, type RelayReport } from './relay-counts.ts';
import { relayRequest, type Relay } from './relayed-request.ts';
import { createRouteComponents, type RouteComponents } from './route-components.ts';
import { shadowSender, ShadowRuns } from './shadow/shadow-runs.ts';

/** LiteLLM's own answer to a call that took too long shall come first. */
const GRACE_MS = 30_000;
const CONNECT_MS = 10_000;
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

export interface FallbackLinkOptions {
  readonly states: FallbackStates;
  readonly upstream: UpstreamSender;
  readonly rollout: Rollout;
  readonly log: Logger;
  /** How this gateway is reached. */
  readonly scheme: 'http' | 'https';
  /** Of this gateway alone; see `Via`. */
  readonly pseudonym: string;
  /** The address that the gateway listens on. */
  readonly listenHost: string;
}

/** The native side of a configuration. */
export interface NativeSide {
  readonly pipeline: LlmPipeline;
  /** Everything that is served natively. */
  readonly routes: readonly RouteDefinition[];
  /** The same routes over another pipeline. */
  routesOver(pipeline: LlmPipeline): readonly RouteDefinition[];
}

/** One configuration's part of it. */
export interface AssembledFallback extends FallbackStage {
  /** The routes of the gateway: those of its own that stay, then LiteLLM's for all others. */
  readonly routes: readonly RouteDefinition[];
  upgrade(upgrade: Upgrade): void;
  state(): FallbackState;
  roleOf(exchange: Exchange): Promise<AdminRole | null>;
}

export class FallbackLink {
  readonly #options: FallbackLinkOptions;
  readonly #components: RouteComponents;
  readonly #counts = new RelayCounts();

  constructor(options: FallbackLinkOptions) {
    this.#options = options;
    this.#components = createRouteComponents(options.rollout);
  }

  health(): FallbackSummary {
    const { kind, health, sinceMs } = this.#options.states.current();
    return { kind, status: health, since: new Date(sinceMs).toISOString() };
  }

  report(): RelayReport {
    return this.#counts.report();
  }

  assemble(snapshot: ConfigSnapshot, native: NativeSide): AssembledFallback {
    const { listenHost } = this.#options;
    const relay = this.#relay(snapshot);
    const rules = this.#rules(snapshot, relay, native);
    const guard = compileOpenModeGuard(snapshot, listenHost);
    const { sslVerify: verifyTls } = snapshot.litellm;
    return {
      offer: (exchange) => new NativeExchange(exchange, rules),
      routes: [...native.routes.flatMap((route) => withFallback(route, snapshot)), everythingElse(rules)],
      state: () => this.#options.states.current(),
      roleOf: async (exchange) => await askRole(relay, exchange),
      upgrade: (upgrade) => {
        this.#counts.websocket();
        relayUpgrade({ ...relay, guard, verifyTls }, upgrade);
      },
    };
  }

  /** What the pipeline asks of each call. */
  nativeCalls(parts: Omit<NativeCallParts, 'features'>): NativeCalls {
    return new NativeCalls({ ...parts, features: unheeded(parts.snapshot) });
  }

  #relay(snapshot: ConfigSnapshot): Relay {
    const { states, upstream, log, scheme, pseudonym } = this.#options;
    const trustsForwarded = snapshot.general.raw['use_x_forwarded_for'] === true;
    return {
      states,
      upstream,
      log,
      headers: { scheme, trustsForwarded, pseudonym },
      deadlines: deadlinesOf(snapshot),
    };
  }

  #rules(snapshot: ConfigSnapshot, relay: Relay, native: NativeSide): HandOverRules {
    const callsAreLitellms = unheeded(snapshot).some(({ scope }) => scope === 'calls');
    const { keyHeaderName } = snapshot.general;
    let runs: ShadowRuns | null = null;
    const shadows = (): ShadowRuns => (runs ??= shadowRuns(snapshot, native));
    return {
      whole: (route) => (callsAreLitellms && makesCalls(route) ? 'feature' : null),
      draw: (route, exchange) => this.#components.draw(route, exchange, keyHeaderName),
      isComparable: (route, { method }) => shadows().isCandidate(route, method),
      compare: (recorded, { route, context, call }) => {
        const record = recorded?.record() ?? null;
        if (record === null) {
          this.#counts.notCompared('unreadable');
          return;
        }
        const comparison = shadows().comparison(record, route, context);
        if (comparison === null) this.#counts.notCompared('paid');
        else call.compareLater(comparison);
      },
      relay: (exchange, body, reason) => {
        this.#counts.handedOver(reason);
        relay.log.debug({ reason, path: exchange.path }, 'handed to LiteLLM');
        relayRequest(relay, exchange, body);
      },
    };
  }
}

function everythingElse(rules: HandOverRules): RouteDefinition {
  return {
    methods: METHODS,
    path: '/{path:path}',
    family: 'litellm',
    access: 'public',
    neverHandedOver: true,
    handler: (exchange) => rules.relay(exchange, { kind: 'unread' }, 'route'),
  };
}

/** Made when something is to be compared for the first time. */
function shadowRuns(snapshot: ConfigSnapshot, native: NativeSide): ShadowRuns {
  const { pipeline } = native;
  const { shadowPaidCalls: mayBePaid } = readAcceleration(snapshot.raw, snapshot.environment);
  const quiet: LlmPipeline = {
    ...pipeline,
    upstream: shadowSender(pipeline.upstream, mayBePaid),
    limits: { callers: null, deployments: null, budgets: null },
    flights: null,
    hedgeAfterMs: null,
    settled: () => undefined,
  };
  return new ShadowRuns({ pipeline: quiet, routes: native.routesOver(quiet), mayBePaid });
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

/** Bounds that only a LiteLLM that hangs ever meets. */
function deadlinesOf({ litellm, router }: ConfigSnapshot): Deadlines {
  const seconds = Math.max(litellm.requestTimeoutSeconds, router.timeoutSeconds ?? 0, router.streamTimeoutSeconds ?? 0);
  const silenceMs = seconds * 1000 + GRACE_MS;
  return { connectMs: CONNECT_MS, firstByteMs: silenceMs, gapMs: silenceMs, totalMs: Number.POSITIVE_INFINITY };
}
