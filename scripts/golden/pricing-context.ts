/** What the pricing runners hand in: the golden price map through the public loader, and the providers' name rules. */
import { litellmCounts } from '../../src/client/count-tokens.ts';
import type { CompletionCostContext } from '../../src/pricing/completion-cost.ts';
import type { ModelContext } from '../../src/pricing/model-info.ts';
import { PricedModels } from '../../src/pricing/priced-models.ts';
import { readPriceFile } from '../../src/pricing/price-source.ts';
import { PriceTable } from '../../src/pricing/price-table.ts';
import { findProvider } from '../../src/providers/catalogue/catalogue.ts';
import { resolveProvider } from '../../src/providers/resolve-provider.ts';

export interface PricingContext extends ModelContext, CompletionCostContext {
  readonly prices: PriceTable;
}

const NO_ENVIRONMENT: ReadonlyMap<string, string> = new Map();
const opened = new Map<string, PricingContext>();

export function pricingContext(pricesPath: string): PricingContext {
  const known = opened.get(pricesPath);
  if (known !== undefined) return known;
  const model: ModelContext & { readonly prices: PriceTable } = {
    prices: new PriceTable(() => readPriceFile(pricesPath)),
    resolveProvider: (name, provider) => {
      try {
        const resolved = resolveProvider({ model: name, customLlmProvider: provider }, NO_ENVIRONMENT);
        return resolved.provider === null ? null : { model: resolved.model, provider: resolved.provider };
      } catch {
        return null;
      }
    },
  };
  const context: PricingContext = {
    ...model,
    models: new PricedModels(model),
    requireProvider: (name) => {
      const resolved = resolveProvider({ model: name }, NO_ENVIRONMENT);
      return { model: resolved.model, provider: resolved.provider ?? '' };
    },
    countTokens: litellmCounts(model.prices),
    isProvider: (name) => findProvider(name) !== null,
  };
  opened.set(pricesPath, context);
  return context;
}
