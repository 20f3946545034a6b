/** Prices of web searches as the providers count them in their usage. */
import { mediumSearchPrice } from './google-cost.ts';
import { numberAt } from './price-entry.ts';
import { isJsonObject } from '../protocol/json.ts';
import type { PricedModel } from './priced-models.ts';
import type { TokenUsage } from './usage.ts';

const GROQ_OPEN_COST = 1 / 1000;
const XAI_SEARCH_COST = 5 / 1000;

/** Groq: searches at the map's price, opened pages at its list price. */
export function groqSearchCost(usage: TokenUsage, model: PricedModel): number {
  if (!usage.hasServerToolUse) return 0;
  return (usage.webSearchRequests ?? 0) * (mediumSearchPrice(model) ?? 0) + usage.browserOpens * GROQ_OPEN_COST;
}

/** xAI: calls that its usage counts, unless it states the whole cost. */
export function sideToolSearchCost(usage: TokenUsage, model: PricedModel): number {
  const calls = usage.webSearchCalls ?? 0;
  if ((usage.statedCost !== null && usage.statedCost >= 0) || calls <= 0) return 0;
  const prices = model.info['search_context_cost_per_query'];
  if (isJsonObject(prices)) {
    for (const size of ['medium', 'low', 'high']) {
      const price = numberAt(prices, `search_context_size_${size}`) ?? 0;
      if (price > 0) return price * calls;
    }
  }
  return XAI_SEARCH_COST * calls;
}
