/** Which limiters a configuration needs, and their memory, which lasts over reloads while their settings stay. */
import { ConfigError } from '../../config/config-error.ts';
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { isJsonArray } from '../../protocol/json.ts';
import { makeCounter } from '../../rate-limit/counters.ts';
import type { Counter, LimiterState } from '../../rate-limit/contract.ts';
import { clusterMemoryName, clusterSettings, clusterSlices } from '../cluster/cluster-settings.ts';
import { PriorityLimiter } from '../../rate-limit/priority-limiter.ts';
import type { PrioritySettings } from '../../rate-limit/priority-shares.ts';
import { RateLimiter, type RateLimiterOptions } from '../../rate-limit/rate-limiter.ts';
import { readBudgets, type BudgetSetting, type RefuseSetting } from '../../config/budget-settings.ts';
import { defaultKeyLimits, readLimits, type LimitSettings } from '../../config/limit-settings.ts';
import { BudgetLedger } from './budget-ledger.ts';
import type { CountingMemory } from '../threads/counting-memory.ts';
import { PARALLEL_MEMORY, parallelState } from './parallel-limits.ts';

type LimitMemory = CountingMemory['limits'];

const WINDOW_MS = 60_000;
/** Entries for each deployment; more than one, so that a table is never near full. */
const ENTRIES_PER_DEPLOYMENT = 4;
const LEAST_ENTRIES = 256;

/** `optional_pre_call_checks: [enforce_model_rate_limits]`. */
export function enforcesDeploymentLimits({ router }: ConfigSnapshot): boolean {
  const checks = router.raw['optional_pre_call_checks'];
  return isJsonArray(checks) && checks.includes('enforce_model_rate_limits');
}

/** The counters of deployments, from shared memory or new. */
export function deploymentCounter(name: 'requests' | 'tokens', size: number, state?: LimiterState): Counter {
  const capacity = entriesFor(size);
  const shared = state === undefined ? {} : { shared: state.buffers };
  return makeCounter('sliding', name, { windowMs: WINDOW_MS, capacity, ...shared });
}

/** What the name of a limiter's memory says beside its name: another size is another memory. */
export function deploymentMemoryName(name: 'requests' | 'tokens', { deployments }: ConfigSnapshot): string {
  return `deployment-${name}/${entriesFor(deployments.length)}`;
}

function entriesFor(deployments: number): number {
  return Math.max(LEAST_ENTRIES, 2 ** Math.ceil(Math.log2(Math.max(1, deployments) * ENTRIES_PER_DEPLOYMENT)));
}

/** null: nobody has a limit. */
export function callerMemoryName(snapshot: ConfigSnapshot): string | null {
  const isLimited = snapshot.deployments.some((deployment) => {
    const { rpm, tpm } = defaultKeyLimits(deployment);
    return rpm !== null || tpm !== null;
  });
  if (!isLimited) return null;
  const { algorithm, windowMs } = limitSettings(snapshot);
  return `callers/${algorithm}/${windowMs}`;
}

export function callerOptions(snapshot: ConfigSnapshot, now: () => number): RateLimiterOptions {
  const { algorithm, windowMs, tokenKind, reservesTokens } = limitSettings(snapshot);
  return { now, algorithm, windowMs, tokenKind, reservesTokens };
}

export const PRIORITY_MEMORY = 'priorities';

/** Files were checked when they were loaded; this is for configurations that came from elsewhere. */
const refuseSetting: RefuseSetting = (key, problem, remedy) => {
  throw new ConfigError('invalid_value', { file: null, line: null, key }, problem, remedy);
};

export function limitSettings({ router, litellm, general, environment, deployments }: ConfigSnapshot): LimitSettings {
  const sources = { router: router.raw, litellm: litellm.raw, general: general.raw, environment, deployments };
  return readLimits(sources, refuseSetting);
}

/** null: `dynamic_rate_limiter_v3` is not among the callbacks. */
export function prioritySettings(snapshot: ConfigSnapshot): PrioritySettings | null {
  return limitSettings(snapshot).priorities;
}

export function budgetSettings({ router, litellm, deployments }: ConfigSnapshot): readonly BudgetSetting[] {
  return readBudgets({ router: router.raw, litellm: litellm.raw, deployments }, refuseSetting);
}

/** Spend goes on over reloads while period and name stay, whatever becomes of the limit. */
export function budgetMemoryName({ kind, name, duration }: BudgetSetting): string {
  return `budget/${kind}/${duration ?? ''}/${name}`;
}

/** Name of the one buffer in a budget's memory. */
export const SPEND_BUFFER = 'spend';

/** @param previous memory of the configuration before */
export function limitMemoryFor(snapshot: ConfigSnapshot, previous: LimitMemory | null): LimitMemory {
  const memory: Record<string, LimiterState> = {};
  const cluster = clusterSettings(snapshot);
  if (cluster !== null) {
    const name = clusterMemoryName(cluster);
    memory[name] = previous?.[name] ?? clusterSlices(cluster, 0).state;
  }
  const callers = callerMemoryName(snapshot);
  if (callers !== null && cluster === null)
    memory[callers] = previous?.[callers] ?? new RateLimiter(callerOptions(snapshot, () => 0)).state;
  const { windowMs, parallelPerKey, parallel } = limitSettings(snapshot);
  if (callers !== null && cluster !== null && windowMs !== WINDOW_MS)
    refuseSetting(
      'LITELLM_RATE_LIMIT_WINDOW_SIZE',
      'gateways that share limits over Redis count in windows of 60 seconds',
      'Leave it out.',
    );
  if (parallelPerKey !== null || parallel !== null)
    memory[PARALLEL_MEMORY] = previous?.[PARALLEL_MEMORY] ?? parallelState();
  const priorities = prioritySettings(snapshot);
  if (priorities !== null)
    memory[PRIORITY_MEMORY] =
      previous?.[PRIORITY_MEMORY] ?? new PriorityLimiter({ now: () => 0, settings: priorities }).state;
  for (const setting of budgetSettings(snapshot)) {
    const key = budgetMemoryName(setting);
    memory[key] = previous?.[key] ?? { buffers: { [SPEND_BUFFER]: BudgetLedger.allocate() } };
  }
  if (!enforcesDeploymentLimits(snapshot)) return memory;
  for (const name of ['requests', 'tokens'] as const) {
    const key = deploymentMemoryName(name, snapshot);
    memory[key] = previous?.[key] ?? { buffers: deploymentCounter(name, snapshot.deployments.length).buffers };
  }
  return memory;
}
