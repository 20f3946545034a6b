import type { CountTokens } from '../pricing/completion-cost.ts';
import type { PriceLookup } from '../pricing/price-table.ts';
import { createModelTokenCounter } from '../tokenizer/chat/model-token-counter.ts';
import { getEncoding } from '../tokenizer/get-encoding.ts';
import { priceFamilies } from './model-families.ts';

/** Counts what a price needs and nobody has counted, with LiteLLM's numbers. Loads an encoding at its first use. */
export function litellmCounts(prices: PriceLookup): CountTokens {
  const counter = createModelTokenCounter({ families: priceFamilies(prices), encoding: getEncoding, mode: 'litellm' });
  return (input) => counter.count(input);
}
