/**
 * The memory in which all threads of a gateway count for one configuration: state and latencies of its deployments, and
 * what callers have used of their limits. Structured-cloneable: the control thread allocates it and hands it to the
 * workers with the configuration; one thread is the same code.
 */
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import type { LimiterState } from '../../rate-limit/contract.ts';
import { DeploymentState, type DeploymentMemory } from '../../router/deployment-state.ts';
import { LatencySamples } from '../../router/latency-samples.ts';
import { routingPolicyOf } from '../routing/routing-policy-of.ts';

export interface CountingMemory {
  /** Threads that count, each in a lane of its own where counts must be dropped with a thread. */
  readonly lanes: number;
  readonly deployments: DeploymentMemory;
  readonly latencies: SharedArrayBuffer;
  /** By name of the limiter (`src/gateway/limits`); kept over reloads while its settings stay. */
  readonly limits: Readonly<Record<string, LimiterState>>;
}

/** Memory for a configuration. */
export function allocateCountingMemory(
  snapshot: ConfigSnapshot,
  lanes: number,
  limits: CountingMemory['limits'],
): CountingMemory {
  const count = snapshot.deployments.length;
  const { samples } = routingPolicyOf(snapshot).latency;
  return {
    lanes,
    deployments: DeploymentState.allocate(count, lanes, SharedArrayBuffer),
    latencies: new SharedArrayBuffer(LatencySamples.bytes(count, samples)),
    limits,
  };
}
