/** Model facts for golden runs, composed as the gateway composes them: price map and capability rules. */
import { modelFacts, modelSupports } from '../../src/pricing/model-capabilities.ts';
import type { ModelContext } from '../../src/pricing/model-info.ts';
import { readPriceFile } from '../../src/pricing/price-source.ts';
import { PriceTable } from '../../src/pricing/price-table.ts';
import type { ModelFacts } from '../../src/providers/model-facts.ts';
import { resolveProvider } from '../../src/providers/resolve-provider.ts';
import type { GoldenContext } from './runner.ts';

const known = new Map<string, ModelFacts>();

export async function goldenFacts(context: GoldenContext): Promise<ModelFacts> {
  const made = known.get(context.pricesPath);
  if (made !== undefined) return made;
  const pricing: ModelContext = {
    prices: new PriceTable(() => readPriceFile(context.pricesPath)),
    resolveProvider: (model, provider) => {
      try {
        const found = resolveProvider({ model, customLlmProvider: provider }, new Map());
        return found.provider === null ? null : { model: found.model, provider: found.provider };
      } catch {
        return null;
      }
    },
  };
  const facts: ModelFacts = {
    supports: (model, provider, capability) =>
      modelSupports({ model, customLlmProvider: provider }, capability, pricing),
    field: (model, provider, name) => modelFacts(model, provider, pricing)?.field(name),
  };
  known.set(context.pricesPath, facts);
  return facts;
}
