/**
 * Prices of Google's models: older ones by characters, newer ones by tokens, both with a step at 128,000 tokens and a
 * surcharge for endpoints that are not global.
 */
import { numberAt, textAt } from './price-entry.ts';
import { isJsonObject } from '../protocol/json.ts';
import type { PricedModel, PricedModels } from './priced-models.ts';
import type { TokenCall } from './provider-pricing.ts';
import { locationUplift, tokenCost, type CostPair } from './token-cost.ts';
import type { TokenUsage } from './usage.ts';

const STEP_TOKENS = 128_000;
const CHARACTERS_PER_TOKEN = 4;
const BILLED_BY_TOKENS = ['claude', 'llama', 'mistral', 'jamba', 'codestral', 'gemma', 'gemini-2'];
const WITHOUT_STEP: ReadonlySet<string> = new Set(['gemini-1.0-pro', 'gemini-pro', 'gemini-2']);
const EMBEDDING_CALLS: ReadonlySet<string | null> = new Set(['embedding', 'aembedding']);

export function vertexCost(call: TokenCall): CostPair {
  const model = call.models.require(call.bareModel, call.provider);
  const byTokens = EMBEDDING_CALLS.has(call.callType) || BILLED_BY_TOKENS.some((word) => call.bareModel.includes(word));
  const location = call.conditions.vertexLocation;
  if (byTokens) return byTokenPrices(model, call, location);
  const tokens = byTokenPrices(model, call, null);
  const uplift = locationUplift(model.prices, location);
  const prompt = characterCost(model, call, 'input', call.promptCharacters) ?? tokens.prompt;
  const completion = characterCost(model, call, 'output', call.completionCharacters) ?? tokens.completion;
  return { prompt: prompt * uplift, completion: completion * uplift };
}

function byTokenPrices(model: PricedModel, call: TokenCall, location: string | null): CostPair {
  const { info, prices } = model;
  const inputStep = numberAt(info, 'input_cost_per_token_above_128k_tokens');
  const outputStep = numberAt(info, 'output_cost_per_token_above_128k_tokens');
  const { promptTokens, completionTokens } = call.usage;
  if (inputStep === null && outputStep === null) {
    return tokenCost(prices, call.usage, { ...call.conditions, dataResidency: null, vertexLocation: location });
  }
  const uplift = locationUplift(prices, location);
  const input = (promptTokens > STEP_TOKENS ? inputStep : null) ?? numberAt(info, 'input_cost_per_token') ?? 0;
  const output = (completionTokens > STEP_TOKENS ? outputStep : null) ?? numberAt(info, 'output_cost_per_token') ?? 0;
  return { prompt: promptTokens * input * uplift, completion: completionTokens * output * uplift };
}

/** null: no characters or no price for them, and the side is billed by tokens. */
function characterCost(
  model: PricedModel,
  call: TokenCall,
  side: 'input' | 'output',
  characters: number | null,
): number | null {
  if (characters === null) return null;
  const above = characters * CHARACTERS_PER_TOKEN > STEP_TOKENS && !WITHOUT_STEP.has(call.bareModel);
  const price = numberAt(model.info, `${side}_cost_per_character${above ? '_above_128k_tokens' : ''}`);
  if (price === null) return null;
  // LiteLLM-compat: above the step the output price per character is multiplied with tokens.
  return (above && side === 'output' ? call.usage.completionTokens : characters) * price;
}

const DEFAULT_SEARCH_COST = 35e-3;
const DEFAULT_MAPS_PER_QUERY = 14e-3;
const DEFAULT_MAPS_PER_PROMPT = 25e-3;

/** Grounding with Google Search: per query or, for older models, once per prompt. */
export function googleSearchCost(usage: TokenUsage, model: PricedModel): number {
  const requests = usage.prompt?.webSearches || usage.webSearchRequests || 0;
  const price = mediumSearchPrice(model) ?? DEFAULT_SEARCH_COST;
  return price * (requests > 0 && billsPerPrompt(model) ? 1 : requests);
}

/** Grounding with Google Maps, by the same unit. */
export function googleMapsCost(usage: TokenUsage, model: PricedModel): number {
  const requests = usage.prompt?.mapsRequests ?? 0;
  if (requests <= 0) return 0;
  const perPrompt = billsPerPrompt(model);
  const price =
    numberAt(model.info, 'google_maps_grounding_cost_per_query') ??
    (perPrompt ? DEFAULT_MAPS_PER_PROMPT : DEFAULT_MAPS_PER_QUERY);
  return price * (perPrompt ? 1 : requests);
}

function billsPerPrompt(model: PricedModel): boolean {
  return (textAt(model.info, 'web_search_billing_unit') || 'per_prompt') === 'per_prompt';
}

/** Price of a search at the middle context size; null where the entry has none. */
export function mediumSearchPrice(model: PricedModel): number | null {
  const prices = model.info['search_context_cost_per_query'];
  return isJsonObject(prices) ? numberAt(prices, 'search_context_size_medium') : null;
}

/** Vertex also serves Claude, which counts its searches Anthropic's way. */
export function vertexSearchCost(usage: TokenUsage, model: PricedModel): number {
  return model.key.toLowerCase().includes('claude') ? reportedSearchCost(usage, model) : googleSearchCost(usage, model);
}

/** Searches that the usage counts, at the middle price. */
export function reportedSearchCost(usage: TokenUsage, model: PricedModel): number {
  return (mediumSearchPrice(model) ?? 0) * (usage.webSearchRequests ?? 0);
}

/** Generated music has one price for each piece. */
export function musicCost(model: string, models: PricedModels): number | null {
  const { prices } = models.context;
  const entry = prices.get(model.startsWith('vertex_ai/') ? model : `vertex_ai/${model}`);
  return entry?.['vertex_ai_audio_api'] === undefined ? null : numberAt(entry, 'output_cost_per_image');
}
