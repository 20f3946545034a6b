/** Which limiters a configuration needs, and their memory, which lasts over reloads while their settings stay. */
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { isJsonArray } from '../../protocol/json.ts';
import { makeCounter } from '../../rate-limit/counters.ts';
import type { Counter, LimitAlgorithm, LimiterState } from '../../rate-limit/contract.ts';
import { CLUSTER_MEMORY, clusterSettings, clusterSlices } from '../cluster/cluster-settings.ts';
import { RateLimiter, type RateLimiterOptions } from '../../rate-limit/rate-limiter.ts';
import { defaultKeyLimits } from '../../config/limit-settings.ts';
import type { CountingMemory } from '../threads/counting-memory.ts';

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

/** `router_settings.rate_limit_algorithm`; LiteLLM's window where nothing or another word is set. */
function algorithmOf({ router }: ConfigSnapshot): LimitAlgorithm {
  const value = router.raw['rate_limit_algorithm'];
  return value === 'sliding' || value === 'token_bucket' ? value : 'window';
}

/** null: nobody has a limit. */
export function callerMemoryName(snapshot: ConfigSnapshot): string | null {
  const isLimited = snapshot.deployments.some((deployment) => {
    const { rpm, tpm } = defaultKeyLimits(deployment);
    return rpm !== null || tpm !== null;
  });
  return isLimited ? `callers/${algorithmOf(snapshot)}` : null;
}

export function callerOptions(snapshot: ConfigSnapshot, now: () => number): RateLimiterOptions {
  return { now, algorithm: algorithmOf(snapshot), windowMs: WINDOW_MS };
}

/** @param previous memory of the configuration before */
export function limitMemoryFor(snapshot: ConfigSnapshot, previous: LimitMemory | null): LimitMemory {
  const memory: Record<string, LimiterState> = {};
  const cluster = clusterSettings(snapshot);
  if (cluster !== null) memory[CLUSTER_MEMORY] = previous?.[CLUSTER_MEMORY] ?? clusterSlices(cluster, 0).state;
  const callers = callerMemoryName(snapshot);
  if (callers !== null && cluster === null)
    memory[callers] = previous?.[callers] ?? new RateLimiter(callerOptions(snapshot, () => 0)).state;
  if (!enforcesDeploymentLimits(snapshot)) return memory;
  for (const name of ['requests', 'tokens'] as const) {
    const key = deploymentMemoryName(name, snapshot);
    memory[key] = previous?.[key] ?? { buffers: deploymentCounter(name, snapshot.deployments.length).buffers };
  }
  return memory;
}
