/** The router of a configuration on one thread: its rules, what is known of its deployments, and the shared memory. */
import type { Logger } from 'pino';
import type { ModelKnowledge } from '../../client/model-knowledge.ts';
import { deploymentKnowledge } from '../../client/router/deployment-knowledge.ts';
import type { ConfigSnapshot, Deployment } from '../../config/snapshot.ts';
import { findProvider } from '../../providers/catalogue/catalogue.ts';
import type { BudgetFacts } from '../../router/contract.ts';
import { DeploymentState } from '../../router/deployment-state.ts';
import { LatencySamples } from '../../router/latency-samples.ts';
import type { ModelIndex } from '../../router/model-index.ts';
import { createPseudoRandom } from '../../router/pseudo-random.ts';
import { RouterCore } from '../../router/router-core.ts';
import type { CountingMemory } from '../threads/counting-memory.ts';
import { routingPolicyOf } from './routing-policy-of.ts';

export interface CreateRouterOptions {
  readonly snapshot: ConfigSnapshot;
  readonly index: ModelIndex;
  readonly knowledge: ModelKnowledge;
  readonly inputLimit: (deployment: Deployment, model: string) => number | null;
  readonly memory: CountingMemory;
  readonly lane: number;
  readonly budgets: BudgetFacts | null;
  readonly log: Logger;
  readonly now: () => number;
}

export function createRouter(options: CreateRouterOptions): RouterCore {
  const { snapshot, index, knowledge, inputLimit, memory, lane, budgets, log, now } = options;
  const { deployments } = snapshot;
  const policy = routingPolicyOf(snapshot);
  return new RouterCore({
    deployments,
    index,
    policy,
    knowledge: deploymentKnowledge(knowledge, policy, inputLimit),
    state: new DeploymentState({ deployments: deployments.length, lanes: memory.lanes, memory: memory.deployments }),
    latencies: new LatencySamples(deployments.length, policy.latency, memory.latencies),
    lane,
    ...(budgets === null ? {} : { budgets }),
    isProvider: (name) => findProvider(name) !== null,
    now,
    random: createPseudoRandom(crypto.getRandomValues(new Uint32Array(1))[0] ?? 1),
    onCooldown: ({ id, group }, seconds, rule) => {
      log.warn({ deployment: id, group, seconds, rule }, 'a deployment rests after failures');
    },
  });
}
