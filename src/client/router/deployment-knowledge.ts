/**
 * What routing asks about deployments: prices, context windows, parameters, credentials. Each is only told where the
 * rules ask for it, so that a router that needs no prices never unpacks them.
 */
import { createHash } from 'node:crypto';
import type { Deployment } from '../../config/snapshot.ts';
import { configuredProvider } from '../../pricing/deployment-prices.ts';
import { findModel } from '../../pricing/model-info.ts';
import { numberAt, textAt } from '../../pricing/price-entry.ts';
import type { DeploymentKnowledge } from '../../router/deployment-facts.ts';
import type { RoutingPolicy } from '../../router/routing-policy.ts';
import type { ModelKnowledge } from '../model-knowledge.ts';

type InputLimit = (deployment: Deployment, model: string) => number | null;

/** @param inputLimit tokens that a deployment takes in; default: what the price table says of its model, each time */
export function deploymentKnowledge(
  knowledge: ModelKnowledge,
  policy: RoutingPolicy,
  inputLimit: InputLimit = listedInputLimit(knowledge),
): DeploymentKnowledge {
  const { context } = knowledge;
  return {
    providerOf: (deployment) => configuredProvider(deployment) ?? knowledge.providerOf(deployment.model),
    ...(policy.strategy === 'cost-based-routing' && {
      costPerTokenPairOf: (deployment) => costPerTokenPair(deployment, knowledge),
    }),
    ...(policy.enablePreCallChecks && {
      maxInputTokensOf: inputLimit,
      supportsResponseFormat: (deployment) =>
        context.supportedParams(deployment.model, configuredProvider(deployment))?.includes('response_format') ?? true,
    }),
    ...(policy.resilience.credentialScope && { credentialKeyOf: credentialKey }),
  };
}

/** USD; the deployment's own prices, else its model's; null: unknown. */
function costPerTokenPair(deployment: Deployment, { context }: ModelKnowledge): number | null {
  const model = baseModel(deployment) ?? deployment.model;
  const entry = findModel({ model, customLlmProvider: configuredProvider(deployment) }, context)?.entry ?? {};
  const price = (name: string): number | null => numberAt(deployment.params, name) ?? numberAt(entry, name);
  const [input, output] = [price('input_cost_per_token'), price('output_cost_per_token')];
  return input === null && output === null ? null : (input ?? 0) + (output ?? 0);
}

function listedInputLimit({ context }: ModelKnowledge): InputLimit {
  return (deployment, model) => {
    const query = { model: baseModel(deployment) ?? model, customLlmProvider: configuredProvider(deployment) };
    return numberAt(findModel(query, context)?.entry ?? {}, 'max_input_tokens');
  };
}

function baseModel({ modelInfo, params }: Deployment): string | null {
  return textAt(modelInfo, 'base_model') ?? textAt(params, 'base_model');
}

function credentialKey({ params }: Deployment): string | null {
  const key = textAt(params, 'api_key');
  return key === null ? null : createHash('sha256').update(key).digest('base64');
}
