/**
 * Prices that the caller states for one call instead of the map's: per token (with cache prices that default to the
 * input price), or per second of the call.
 */
import type { JsonObject } from '../protocol/json.ts';
import { numberAt } from './price-entry.ts';
import type { CostPair } from './token-cost.ts';
import type { TokenTypeCosts } from './token-type-costs.ts';
import type { TokenUsage } from './usage.ts';

/** USD per token. */
export interface CustomTokenPrice {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

/** What `custom_cost_per_token` may say. */
export const CUSTOM_PRICE_NAMES = [
  'input_cost_per_token',
  'output_cost_per_token',
  'cache_read_input_token_cost',
  'cache_creation_input_token_cost',
] as const;

/** LiteLLM's `custom_cost_per_token`. */
export function readCustomTokenPrice(value: JsonObject): CustomTokenPrice {
  const input = numberAt(value, 'input_cost_per_token') ?? 0;
  return {
    input,
    output: numberAt(value, 'output_cost_per_token') ?? 0,
    cacheRead: numberAt(value, 'cache_read_input_token_cost') ?? input,
    cacheWrite: numberAt(value, 'cache_creation_input_token_cost') ?? input,
  };
}

/**
 * LiteLLM-compat: when cache counts stand beside the prompt tokens they are taken as not contained in them, also where
 * the prompt tokens do contain them.
 */
export function customTokenCost(price: CustomTokenPrice, usage: TokenUsage): CostPair {
  const beside = usage.cacheReadBeside !== null || usage.cacheWriteBeside !== null;
  const cached = usage.cacheReadBeside ?? usage.prompt?.cached ?? 0;
  const written = usage.cacheWriteBeside ?? usage.prompt?.cacheWrite ?? 0;
  const promptTokens = beside ? usage.promptTokens + cached + written : usage.promptTokens;
  const fresh = Math.max(promptTokens - cached - written, 0);
  return {
    prompt: fresh * price.input + cached * price.cacheRead + written * price.cacheWrite,
    completion: usage.completionTokens * price.output,
  };
}

export function customTimeCost(perSecond: number, responseTimeMs: number | null): CostPair {
  return { prompt: 0, completion: (perSecond * (responseTimeMs ?? 0)) / 1000 };
}

/** Stated prices have none for reasoning, and cache writes of every life cost the same. */
export function customTypeCosts(price: CustomTokenPrice, usage: TokenUsage): TokenTypeCosts {
  return {
    cacheRead: (usage.prompt?.cached ?? 0) * price.cacheRead,
    cacheWrite: (usage.prompt?.cacheWrite ?? 0) * price.cacheWrite,
    reasoning: (usage.completion?.reasoning ?? 0) * price.output,
  };
}
