import type { CandidateGroup } from './candidate-group.ts';
import type { DeploymentFacts, NowMs, Random } from './contract.ts';
import type { Cooldowns } from './cooldowns.ts';
import type { DeploymentState } from './deployment-state.ts';
import type { LatencySamples } from './latency-samples.ts';
import type { ModelIndex, Resolution } from './model-index.ts';
import type { DeploymentPicker } from './pick-deployment.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { RoutingPolicy } from './routing-policy.ts';

/** What all calls of a router share; `RouterCore` is one. */
export interface CallTools {
  readonly policy: RoutingPolicy;
  readonly index: ModelIndex;
  readonly facts: { readonly rows: readonly DeploymentFacts[] };
  readonly state: DeploymentState;
  readonly latencies: LatencySamples;
  readonly cooldowns: Cooldowns;
  readonly picker: DeploymentPicker;
  readonly retryBudget: RetryBudget | null;
  readonly lane: number;
  readonly now: NowMs;
  readonly jitter: Random;
  readonly isProvider: (name: string) => boolean;
  groupOf(resolution: Resolution): CandidateGroup;
}
