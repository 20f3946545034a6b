/** The limits of a configuration, over the memory that all threads share; what is not configured is null. */
import type { ConfigSnapshot, Deployment } from '../../config/snapshot.ts';
import { PriorityLimiter } from '../../rate-limit/priority-limiter.ts';
import { RateLimiter } from '../../rate-limit/rate-limiter.ts';
import type { SliceSet } from '../../rate-limit/slices/slice-set.ts';
import { SlicedLimiter } from '../../rate-limit/slices/sliced-limiter.ts';
import { takeOrAsk } from '../../rate-limit/slices/take-or-ask.ts';
import {
  clusterMemoryName,
  clusterSettings,
  clusterSlices,
  clusterWaitMs,
  type ClusterSettings,
} from '../cluster/cluster-settings.ts';
import { readClusterMode } from '../../store/redis/redis-settings.ts';
import type { StrictLimits } from '../cluster/strict-limits.ts';
import type { CountingMemory } from '../threads/counting-memory.ts';
import { bothLimits } from './both-limits.ts';
import { BudgetLedger } from './budget-ledger.ts';
import { createBudgets } from './budgets.ts';
import { createCallerLimiter } from './caller-limiter.ts';
import type { Budgets, CallerLimiter, GatewayLimits } from './contract.ts';
import { createDeploymentLimiter, type DeploymentLimiterOptions } from './deployment-limiter.ts';
import {
  budgetMemoryName,
  budgetSettings,
  callerMemoryName,
  callerOptions,
  deploymentCounter,
  deploymentMemoryName,
  enforcesDeploymentLimits,
  limitSettings,
  PRIORITY_MEMORY,
  prioritySettings,
  SPEND_BUFFER,
} from './limit-memory.ts';
import { createParallelLimits, PARALLEL_MEMORY } from './parallel-limits.ts';
import { createPriorityLimits } from './priority-limits.ts';

export interface CompileLimitsOptions {
  readonly snapshot: ConfigSnapshot;
  readonly memory: CountingMemory;
  /** This thread's lane in it. */
  readonly lane: number;
  /** For limits that ask Redis about every call. */
  readonly strict: StrictLimits;
  /** For the budgets of providers; null: unknown. */
  readonly providerOf: (deployment: Deployment) => string | null;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export function compileLimits(options: CompileLimitsOptions): GatewayLimits {
  const { snapshot, memory, now } = options;
  const { deployments } = snapshot;
  const cluster = clusterOf(options);
  const counter = (name: 'requests' | 'tokens') =>
    deploymentCounter(name, deployments.length, memory.limits[deploymentMemoryName(name, snapshot)]);
  return {
    callers: bothLimits(parallelLimits(options), bothLimits(callerLimiter(options, cluster), priorityLimits(options))),
    deployments: enforcesDeploymentLimits(snapshot)
      ? createDeploymentLimiter({
          deployments,
          ...(cluster === null
            ? { requests: counter('requests'), tokens: counter('tokens') }
            : sharedCounters(cluster, now)),
          now,
        })
      : null,
    budgets: budgetsOf(options),
  };
}

function parallelLimits({ snapshot, memory, lane, now }: CompileLimitsOptions): CallerLimiter | null {
  const { parallelPerKey: perKey, parallel: total } = limitSettings(snapshot);
  const shared = memory.limits[PARALLEL_MEMORY];
  return createParallelLimits({ perKey, total, lane, now, ...(shared === undefined ? {} : { shared }) });
}

function callerLimiter(options: CompileLimitsOptions, cluster: Cluster | null): CallerLimiter | null {
  const { snapshot, memory, lane, now, strict } = options;
  const name = callerMemoryName(snapshot);
  if (name === null) return null;
  if (cluster === null) {
    const shared = memory.limits[name];
    const own = { ...callerOptions(snapshot, now), lane };
    return createCallerLimiter(new RateLimiter(shared === undefined ? own : { ...own, shared }), snapshot.deployments);
  }
  const { settings, slices } = cluster;
  const { tokenKind, reservesTokens } = limitSettings(snapshot);
  const local = new SlicedLimiter({ slices, waitMs: clusterWaitMs(settings), now, tokenKind, reservesTokens });
  const isStrict = readClusterMode(snapshot) === 'strict';
  const limiter = isStrict ? strict.limiter({ settings: settings.redis, slices, local, now }) : local;
  return createCallerLimiter(limiter, snapshot.deployments);
}

function priorityLimits({ snapshot, memory, now }: CompileLimitsOptions): CallerLimiter | null {
  const settings = prioritySettings(snapshot);
  if (settings === null) return null;
  const shared = memory.limits[PRIORITY_MEMORY];
  const limiter = new PriorityLimiter({ now, settings, ...(shared === undefined ? {} : { shared }) });
  return createPriorityLimits(snapshot, limiter);
}

function budgetsOf({ snapshot, memory, providerOf, now }: CompileLimitsOptions): Budgets | null {
  return createBudgets({
    settings: budgetSettings(snapshot),
    ledgerOf: (setting) => {
      const buffer = memory.limits[budgetMemoryName(setting)]?.buffers[SPEND_BUFFER];
      return new BudgetLedger(buffer ?? BudgetLedger.allocate(), setting.period);
    },
    providerOf,
    now,
  });
}

/** The part of a cluster's limits that this process holds. */
interface Cluster {
  readonly settings: ClusterSettings;
  readonly slices: SliceSet;
}

/** null: without a Redis, or without memory that is kept in step with it. */
function clusterOf({ snapshot, memory, lane }: CompileLimitsOptions): Cluster | null {
  const settings = clusterSettings(snapshot);
  const state = settings === null ? undefined : memory.limits[clusterMemoryName(settings)];
  return settings === null || state === undefined ? null : { settings, slices: clusterSlices(settings, lane, state) };
}

function sharedCounters(
  { settings, slices }: Cluster,
  now: () => number,
): Pick<DeploymentLimiterOptions, 'requests' | 'tokens' | 'takeRequest'> {
  const times = { now, waitMs: clusterWaitMs(settings) };
  return {
    requests: slices.requests,
    tokens: slices.tokens,
    takeRequest: (key, limit) => takeOrAsk(slices, { type: 'requests', key, limit, amount: 1 }, times),
  };
}
