/** The limits of a configuration, over the memory that all threads share; what is not configured is null. */
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import { takeOrAsk } from '../../rate-limit/slices/take-or-ask.ts';
import { CLUSTER_MEMORY, clusterSettings, clusterSlices, clusterWaitMs } from '../cluster/cluster-settings.ts';
import type { CountingMemory } from '../threads/counting-memory.ts';
import type { GatewayLimits } from './contract.ts';
import { createDeploymentLimiter, type DeploymentLimiterOptions } from './deployment-limiter.ts';
import { deploymentCounter, deploymentMemoryName, enforcesDeploymentLimits } from './limit-memory.ts';

export interface CompileLimitsOptions {
  readonly snapshot: ConfigSnapshot;
  readonly memory: CountingMemory;
  /** This thread's lane in it. */
  readonly lane: number;
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
    callers: null,
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
