/** A router over made-up deployments, with a clock and random numbers in the hand of the test. */
import type { Deployment } from '../../src/config/snapshot.ts';
import { GatewayError, type GatewayErrorOptions } from '../../src/errors/gateway-error.ts';
import type { ErrorCode } from '../../src/errors/codes.ts';
import { LruMap } from '../../src/primitives/lru-map.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import type { AttemptFailure, Decision, RoutingRequest } from '../../src/router/contract.ts';
import { ModelIndex, type Resolution, type Unresolved } from '../../src/router/model-index.ts';
import type { RoutedCall } from '../../src/router/routed-call.ts';
import { RouterCore, type RouterCoreOptions } from '../../src/router/router-core.ts';
import { routingRequest } from '../../src/router/routing-request.ts';
import { RECORDED_RESILIENCE, readRoutingPolicy, type ResilienceOptions } from '../../src/router/routing-policy.ts';
import { seededRandom } from './seeded-random.ts';

export interface TestDeployment {
  readonly id: string;
  /** Default `g`. */
  readonly group?: string;
  readonly model?: string;
  readonly params?: JsonObject;
  readonly info?: JsonObject;
}

export interface TestRouterOptions extends Partial<
  Pick<RouterCoreOptions, 'knowledge' | 'budgets' | 'state' | 'lane'>
> {
  readonly router?: JsonObject;
  readonly litellm?: JsonObject;
  readonly resilience?: Partial<ResilienceOptions>;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly random?: () => number;
}

export interface TestRouter {
  readonly core: RouterCore;
  readonly clock: { nowMs: number };
}

export function testRouter(deployments: readonly TestDeployment[], options: TestRouterOptions = {}): TestRouter {
  const clock = { nowMs: 1_790_000_000_000 };
  const { router = {}, litellm = {}, resilience = {}, aliases = {}, random = seededRandom(7), ...rest } = options;
  const list = deployments.map(configured);
  const core = new RouterCore({
    ...rest,
    deployments: list,
    index: new ModelIndex({
      deployments: list,
      aliases: new Map(Object.entries(aliases).map(([name, model]) => [name, { model, hidden: false }])),
      providerOf: () => null,
      defaultFallback: null,
      cache: new LruMap<string, Resolution | Unresolved>(10),
    }),
    policy: readRoutingPolicy({
      router: { num_retries: 0, ...router },
      litellm,
      resilience: { ...RECORDED_RESILIENCE, ...resilience },
    }),
    isProvider: (name) => name === 'openai',
    now: () => clock.nowMs,
    random,
    jitter: () => 0,
  });
  return { core, clock };
}

function configured({ id, group = 'g', model = `openai/${id}`, params = {}, info = {} }: TestDeployment): Deployment {
  return { id, modelName: group, model, params: { model, ...params }, modelInfo: { id, ...info } };
}

/** How often each deployment comes. */
export function sharesOf(core: RouterCore, request: RoutingRequest, picks = 4000): Readonly<Record<string, number>> {
  const shares: Record<string, number> = {};
  for (let pick = 0; pick < picks; pick++) {
    const id = core.peek(request)?.id ?? 'none';
    shares[id] = (shares[id] ?? 0) + 1 / picks;
  }
  return shares;
}

/** Ids that can come, sorted. */
export function pickable(core: RouterCore, known: Partial<RoutingRequest> = {}, model = 'g'): readonly string[] {
  return Object.keys(sharesOf(core, routingRequest(model, known), 200)).sort();
}

export function failure(code: ErrorCode, options: Partial<AttemptFailure> & GatewayErrorOptions = {}): AttemptFailure {
  const {
    retryAfter = null,
    silentTimeout = false,
    clientTimeout = false,
    callerCredential = false,
    ...error
  } = options;
  return {
    error: new GatewayError(code, `it is ${code}`, error),
    retryAfter,
    silentTimeout,
    clientTimeout,
    callerCredential,
  };
}

export const SUCCESS = { seconds: 0.2, firstTokenSeconds: null, totalTokens: 30, completionTokens: 10 };

export interface Walk {
  readonly calls: readonly string[];
  readonly sleeps: readonly number[];
  readonly last: Decision | null;
}

/** Runs a call to its end: `answer` says how each attempt ends, null: well. */
export function walk(
  call: RoutedCall,
  answer: (id: string) => AttemptFailure | null,
  onSleep: (seconds: number) => void = () => {},
): Walk {
  const calls: string[] = [];
  const sleeps: number[] = [];
  let decision = call.next();
  for (;;) {
    if (decision.kind === 'give-up') return { calls, sleeps, last: decision };
    if (decision.kind === 'sleep') {
      sleeps.push(decision.seconds);
      onSleep(decision.seconds);
      decision = call.next();
      continue;
    }
    calls.push(decision.deployment.id);
    const failed = answer(decision.deployment.id);
    if (failed === null) {
      call.succeeded(SUCCESS);
      return { calls, sleeps, last: null };
    }
    decision = call.failed(failed, 0.2);
  }
}
