/** What pricing needs from the other folders, put together once per price table. */
import type { CompletionCostContext } from '../pricing/completion-cost.ts';
import { PricedModels } from '../pricing/priced-models.ts';
import { findProvider } from '../providers/catalogue/catalogue.ts';
import { resolveProvider } from '../providers/resolve-provider.ts';
import { litellmCounts } from './count-tokens.ts';
import type { ModelKnowledge } from './model-knowledge.ts';

export function createCostContext(
  knowledge: ModelKnowledge,
  environment: ReadonlyMap<string, string>,
): CompletionCostContext {
  return {
    models: new PricedModels(knowledge.context),
    requireProvider: (name) => {
      const resolved = resolveProvider({ model: name }, environment);
      return { model: resolved.model, provider: resolved.provider ?? '' };
    },
    countTokens: litellmCounts(knowledge.context.prices),
    isProvider: (name) => findProvider(name) !== null,
  };
}
