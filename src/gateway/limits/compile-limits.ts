/** The limits of a configuration, over the memory that all threads share; what is not configured is null. */
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import type { CountingMemory } from '../threads/counting-memory.ts';
import type { GatewayLimits } from './contract.ts';
import { createDeploymentLimiter } from './deployment-limiter.ts';
import { deploymentCounter, deploymentMemoryName, enforcesDeploymentLimits } from './limit-memory.ts';

export interface CompileLimitsOptions {
  readonly snapshot: ConfigSnapshot;
  readonly memory: CountingMemory;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export function compileLimits({ snapshot, memory, now }: CompileLimitsOptions): GatewayLimits {
  const { deployments } = snapshot;
  const counter = (name: 'requests' | 'tokens') =>
    deploymentCounter(name, deployments.length, memory.limits[deploymentMemoryName(name, snapshot)]);
  return {
    callers: null,
    deployments: enforcesDeploymentLimits(snapshot)
      ? createDeploymentLimiter({ deployments, requests: counter('requests'), tokens: counter('tokens'), now })
      : null,
    budgets: null,
  };
}
