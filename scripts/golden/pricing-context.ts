/** What the pricing runners hand in: the golden price map through the public loader, and the providers' name rules. */
import { readPriceFile } from '../../src/pricing/price-source.ts';
import type { ModelContext } from '../../src/pricing/model-info.ts';
import { PriceTable } from '../../src/pricing/price-table.ts';
import { resolveProvider } from '../../src/providers/resolve-provider.ts';

export interface PricingContext extends ModelContext {
  readonly prices: PriceTable;
}

const NO_ENVIRONMENT: ReadonlyMap<string, string> = new Map();
const opened = new Map<string, PricingContext>();

export function pricingContext(pricesPath: string): PricingContext {
  const known = opened.get(pricesPath);
  if (known !== undefined) return known;
  const context: PricingContext = {
    prices: new PriceTable(() => readPriceFile(pricesPath)),
    resolveProvider: (model, provider) => {
      try {
        const resolved = resolveProvider({ model, customLlmProvider: provider }, NO_ENVIRONMENT);
        return resolved.provider === null ? null : { model: resolved.model, provider: resolved.provider };
      } catch {
        return null;
      }
    },
  };
  opened.set(pricesPath, context);
  return context;
}
