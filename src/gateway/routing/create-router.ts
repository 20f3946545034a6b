/** The router of a configuration on one thread: its rules, what is known of its deployments, and the shared memory. */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { ModelKnowledge } from '../../client/model-knowledge.ts';
import type { ConfigSnapshot, Deployment } from '../../config/snapshot.ts';
import { configuredProvider } from '../../pricing/deployment-prices.ts';
import { findModel } from '../../pricing/model-info.ts';
import { numberAt } from '../../pricing/price-entry.ts';
import { findProvider } from '../../providers/catalogue/catalogue.ts';
import type { BudgetFacts } from '../../router/contract.ts';
import type { DeploymentKnowledge } from '../../router/deployment-facts.ts';
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
  const { snapshot, index, memory, lane, budgets, log, now } = options;
  const { deployments } = snapshot;
  const policy = routingPolicyOf(snapshot);
  return new RouterCore({
    deployments,
    index,
    policy,
    knowledge: deploymentKnowledge(options),
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

function deploymentKnowledge({ knowledge, inputLimit }: CreateRouterOptions): DeploymentKnowledge {
  const providerOf = (deployment: Deployment): string | null =>
    configuredProvider(deployment) ?? knowledge.providerOf(deployment.model);
  return {
    providerOf,
    maxInputTokensOf: inputLimit,
    costPerTokenPairOf: (deployment) => costPerTokenPair(deployment, knowledge),
    supportsResponseFormat: (deployment) =>
      knowledge.context
        .supportedParams(deployment.model, configuredProvider(deployment))
        ?.includes('response_format') ?? true,
    credentialKeyOf: ({ params }) => {
      const key = params['api_key'];
      return typeof key === 'string' ? createHash('sha256').update(key).digest('base64') : null;
    },
  };
}

/** USD; the deployment's own prices, else its model's; null: unknown. */
function costPerTokenPair(deployment: Deployment, { context }: ModelKnowledge): number | null {
  const entry = findModel(
    { model: deployment.model, customLlmProvider: configuredProvider(deployment) },
    context,
  )?.entry;
  const price = (name: string): number | null => numberAt(deployment.params, name) ?? numberAt(entry ?? {}, name);
  const [input, output] = [price('input_cost_per_token'), price('output_cost_per_token')];
  return input === null && output === null ? null : (input ?? 0) + (output ?? 0);
}
