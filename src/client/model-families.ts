import type { PriceLookup } from '../pricing/price-table.ts';
import type { ModelFamilies } from '../tokenizer/chat/contract.ts';

/** The model families of LiteLLM's tokenizer rules, as a price map lists them (`litellm_provider` of the entries). */
export function priceFamilies(prices: PriceLookup): ModelFamilies {
  const isOf = (model: string, provider: string): boolean => prices.get(model)?.['litellm_provider'] === provider;
  return {
    get version() {
      return prices.version;
    },
    isOpenaiModel: (model) => isOf(model, 'openai') && !isFineTuned(model),
    isAnthropicModel: (model) => isOf(model, 'anthropic'),
    isCohereModel: (model) => isOf(model, 'cohere'),
  };
}

/** LiteLLM leaves out names like `ft:gpt-4o`, which stand for the prices of all models tuned from one. */
const isFineTuned = (model: string): boolean => model.startsWith('ft:') && model.indexOf(':', 3) < 0;
