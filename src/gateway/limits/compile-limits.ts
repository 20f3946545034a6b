/** The limits of a configuration, over the memory that all threads share; what is not configured is null. */
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { RateLimiter } from '../../rate-limit/rate-limiter.ts';
import { SlicedLimiter } from '../../rate-limit/slices/sliced-limiter.ts';
import { takeOrAsk } from '../../rate-limit/slices/take-or-ask.ts';
import { CLUSTER_MEMORY, clusterSettings, clusterSlices, clusterWaitMs } from '../cluster/cluster-settings.ts';
import { readClusterMode } from '../../store/redis/redis-settings.ts';
import type { StrictLimits } from '../cluster/strict-limits.ts';
import type { CountingMemory } from '../threads/counting-memory.ts';
import { createCallerLimiter } from './caller-limiter.ts';
import type { CallerLimiter, GatewayLimits } from './contract.ts';
import { createDeploymentLimiter, type DeploymentLimiterOptions } from './deployment-limiter.ts';
import {
  callerMemoryName,
  callerOptions,
  deploymentCounter,
  deploymentMemoryName,
  enforcesDeploymentLimits,
} from './limit-memory.ts';

export interface CompileLimitsOptions {
  readonly snapshot: ConfigSnapshot;
  readonly memory: CountingMemory;
  /** This thread's lane in it. */
  readonly lane: number;
  /** For limits that ask Redis about every call. */
  readonly strict: StrictLimits;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export function compileLimits(options: CompileLimitsOptions): GatewayLimits {
  const { snapshot, memory, now } = options;
  const { deployments } = snapshot;
  const shared = clusterCounters(options);
  const counter = (name: 'requests' | 'tokens') =>
    deploymentCounter(name, deployments.length, memory.limits[deploymentMemoryName(name, snapshot)]);
  return {
    callers: callerLimiter(options),
    deployments: enforcesDeploymentLimits(snapshot)
      ? createDeploymentLimiter({
          deployments,
          ...(shared ?? { requests: counter('requests'), tokens: counter('tokens') }),
          now,
        })
      : null,
    budgets: null,
  };
}

function callerLimiter(options: CompileLimitsOptions): CallerLimiter | null {
  const { snapshot, memory, lane, now, strict } = options;
  const name = callerMemoryName(snapshot);
  if (name === null) return null;
  const state = memory.limits[CLUSTER_MEMORY];
  const settings = state === undefined ? null : clusterSettings(snapshot);
  if (settings === null) {
    const shared = memory.limits[name];
    const own = { ...callerOptions(snapshot, now), lane };
    return createCallerLimiter(new RateLimiter(shared === undefined ? own : { ...own, shared }));
  }
  const slices = clusterSlices(settings, lane, state);
  const local = new SlicedLimiter({ slices, waitMs: clusterWaitMs(settings), now });
  const isStrict = readClusterMode(snapshot) === 'strict';
  return createCallerLimiter(isStrict ? strict.limiter({ settings: settings.redis, slices, local, now }) : local);
}

/** The counters that all gateways share, where there is a Redis. */
function clusterCounters({
  snapshot,
  memory,
  lane,
  now,
}: CompileLimitsOptions): Pick<DeploymentLimiterOptions, 'requests' | 'tokens' | 'takeRequest'> | null {
  const state = memory.limits[CLUSTER_MEMORY];
  const settings = state === undefined ? null : clusterSettings(snapshot);
  if (settings === null) return null;
  const slices = clusterSlices(settings, lane, state);
  const times = { now, waitMs: clusterWaitMs(settings) };
  return {
    requests: slices.requests,
    tokens: slices.tokens,
    takeRequest: (key, limit) => takeOrAsk(slices, { type: 'requests', key, limit, amount: 1 }, times),
  };
}
