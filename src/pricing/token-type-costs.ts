/** What cached tokens and reasoning have cost within a call's cost: parts of the two sides, not amounts beside them. */
import type { PricedModel } from './priced-models.ts';
import { geoFactor } from './provider-token-costs.ts';
import { cacheWriteCost, locationUplift, residencyUplift, type BillingConditions } from './token-cost.ts';
import type { TokenUsage } from './usage.ts';

/** USD. */
export interface TokenTypeCosts {
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number;
}

export const NO_TYPES: TokenTypeCosts = { cacheRead: 0, cacheWrite: 0, reasoning: 0 };

export function tokenTypeCosts(model: PricedModel, usage: TokenUsage, conditions: BillingConditions): TokenTypeCosts {
  const { prompt, completion } = usage;
  if (prompt === null && completion === null) return NO_TYPES;
  const rates = model.prices.rates(usage.promptTokens, conditions.serviceTier, conditions.at);
  const factor =
    residencyUplift(model.prices, conditions.dataResidency) *
    locationUplift(model.prices, conditions.vertexLocation) *
    geoFactor(model.info, usage);
  return {
    cacheRead: prompt === null ? 0 : prompt.cached * (rates.cacheRead * factor),
    cacheWrite:
      prompt === null ? 0 : cacheWriteCost(prompt, rates.cacheWrite * factor, rates.cacheWriteOneHour * factor),
    reasoning: completion === null ? 0 : completion.reasoning * ((rates.reasoning ?? rates.output) * factor),
  };
}
