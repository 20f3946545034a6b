/**
 * What is known of models: prices and capabilities from the price table, provider names from the catalogue.
 * `pricing/` and `providers/` may not import each other; here they are put together, once per configuration.
 */
import type { ConfigSnapshot } from '../config/snapshot.ts';
import { deploymentPrices } from '../pricing/deployment-prices.ts';
import { modelSupports } from '../pricing/model-capabilities.ts';
import { findModel, type ModelInfoContext } from '../pricing/model-info.ts';
import type { PriceLookup } from '../pricing/price-table.ts';
import type { ModelFacts } from '../providers/model-facts.ts';
import { resolveProvider } from '../providers/resolve-provider.ts';
import { supportedOpenaiParams } from '../providers/supported-params.ts';
import { GatewayError } from '../errors/gateway-error.ts';

export interface ModelKnowledge {
  readonly context: ModelInfoContext;
  readonly facts: ModelFacts;
  /** Provider of a bare or prefixed name; null when nobody is known to serve it. */
  providerOf(model: string): string | null;
}

/** What the knowledge depends on: the environment with the providers' variables, and deployments with prices of their own. */
export type KnowledgeBase = Pick<ConfigSnapshot, 'deployments' | 'environment'>;

export function createModelKnowledge(table: PriceLookup, snapshot: KnowledgeBase): ModelKnowledge {
  const resolve = (model: string, provider: string | null): { model: string; provider: string } | null => {
    try {
      const resolved = resolveProvider({ model, customLlmProvider: provider }, snapshot.environment);
      return resolved.provider === null ? null : { model: resolved.model, provider: resolved.provider };
    } catch (error) {
      if (error instanceof GatewayError) return null;
      throw error;
    }
  };
  const prices = deploymentPrices(snapshot.deployments, table, resolve);
  const context: ModelInfoContext = {
    prices,
    resolveProvider: resolve,
    supportedParams: (model, provider) => {
      const named = provider ?? resolve(model, null)?.provider;
      if (named === undefined) return null;
      return supportedOpenaiParams({ provider: named, model, requestType: 'chat_completion', facts });
    },
  };
  const facts: ModelFacts = {
    supports: (model, provider, capability) =>
      modelSupports({ model, customLlmProvider: provider }, capability, context),
    field: (model, provider, name) => findModel({ model, customLlmProvider: provider }, context)?.entry[name],
  };
  return { context, facts, providerOf: (model) => resolve(model, null)?.provider ?? null };
}
