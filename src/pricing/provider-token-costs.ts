/**
 * Token prices of providers that do not bill by the general rule alone. Each function is the `tokenCost` property of a
 * row in `provider-rows.ts`.
 */
import { numberAt } from './price-entry.ts';
import { isJsonObject } from '../protocol/json.ts';
import { openOffPeakBlock } from './off-peak.ts';
import type { PricedModel } from './priced-models.ts';
import type { TokenCall } from './provider-pricing.ts';
import { tierFor, tierHas, tierRate } from './tiered-pricing.ts';
import { FREE, tokenCost, type BillingConditions, type CostPair } from './token-cost.ts';
import type { TokenUsage } from './usage.ts';

const MILLISECONDS_PER_SECOND = 1000;

/** Which conditions of a call a provider's prices know. */
interface KnownConditions {
  readonly tier?: boolean;
  readonly residency?: boolean;
}

const TIER: KnownConditions = { tier: true };
const TIER_AND_RESIDENCY: KnownConditions = { tier: true, residency: true };

/** The same object where there is nothing to leave out, as for nearly every call. */
function restrict(conditions: BillingConditions, known: KnownConditions): BillingConditions {
  const tierFits = known.tier === true || conditions.serviceTier === null;
  const residencyFits = known.residency === true || conditions.dataResidency === null;
  if (tierFits && residencyFits && conditions.vertexLocation === null) return conditions;
  return {
    serviceTier: known.tier === true ? conditions.serviceTier : null,
    dataResidency: known.residency === true ? conditions.dataResidency : null,
    vertexLocation: null,
    at: conditions.at,
  };
}

/** The general rule under the conditions that the provider knows. */
export function generalCost(known: KnownConditions): (call: TokenCall) => CostPair {
  return (call) => {
    const { prices } = call.models.require(call.model, call.provider);
    return tokenCost(prices, call.usage, restrict(call.conditions, known));
  };
}

/** Providers without a row: by tokens where the map has a token price, else by the time that the call took. */
export function listedCost(call: TokenCall): CostPair {
  const { info, prices } = call.models.require(call.model, call.provider);
  if (prices.byTokens) return tokenCost(prices, call.usage, restrict(call.conditions, TIER_AND_RESIDENCY));
  const perInputSecond = numberAt(info, 'input_cost_per_second');
  const perOutputSecond = numberAt(info, 'output_cost_per_second');
  const time = call.responseTimeMs;
  const prompt = perInputSecond === null || time === null ? 0 : (perInputSecond * time) / MILLISECONDS_PER_SECOND;
  if (perOutputSecond === null || time === null) return { prompt, completion: 0, wholeZero: true };
  return { prompt, completion: (perOutputSecond * time) / MILLISECONDS_PER_SECOND };
}

/** Anthropic: surcharges for the region that served the call and for its fast mode. */
export function anthropicCost(call: TokenCall): CostPair {
  const { info, prices } = call.models.require(call.model, call.provider);
  let { prompt, completion } = tokenCost(prices, call.usage, restrict(call.conditions, TIER));
  const speed = call.usage.speed === 'fast' ? (specialRate(info['provider_specific_entry'], 'fast') ?? 1) : 1;
  for (const factor of [speed, geoFactor(info, call.usage)]) {
    if (factor === 1) continue;
    prompt *= factor;
    completion *= factor;
  }
  return { prompt, completion };
}

function specialRate(entry: unknown, key: string): number | null {
  const value = typeof entry === 'object' && entry !== null ? Reflect.get(entry, key) : undefined;
  return typeof value === 'number' ? value : null;
}

/** Surcharge for the region that a usage names as having served the call. */
export function geoFactor(info: PricedModel['info'], usage: TokenUsage): number {
  const geo = usage.inferenceGeo?.toLowerCase();
  if (geo === undefined || geo === 'global' || geo === 'not_available') return 1;
  return specialRate(info['provider_specific_entry'], geo) ?? 1;
}

/** Azure: speech models are billed by the time of the answer. */
export function azureCost(call: TokenCall): CostPair {
  const { info, prices } = call.models.require(call.model, call.provider);
  const perSecond = numberAt(info, 'output_cost_per_second');
  if (perSecond !== null && call.responseTimeMs !== null) {
    return { prompt: 0, completion: (perSecond * call.responseTimeMs) / MILLISECONDS_PER_SECOND };
  }
  return tokenCost(prices, call.usage, restrict(call.conditions, TIER));
}

/** xAI states its cost; else reasoning is billed beside the completion unless the total says it is inside. */
export function xaiCost(call: TokenCall): CostPair {
  const { usage } = call;
  if (usage.statedCost !== null && usage.statedCost >= 0) return { prompt: 0, completion: usage.statedCost };
  const inside = usage.totalTokens === usage.promptTokens + usage.completionTokens;
  const reasoning = usage.completion?.reasoning ?? 0;
  const completionTokens = inside ? usage.completionTokens : usage.completionTokens + reasoning;
  const { prices } = call.models.require(call.model, call.provider);
  return tokenCost(prices, { ...usage, completionTokens, completion: null }, restrict(call.conditions, {}));
}

/** Perplexity states its cost; else citations and searches are billed beside the tokens. */
export function perplexityCost(call: TokenCall): CostPair {
  const { usage } = call;
  if (usage.statedCost !== null) return { prompt: 0, completion: usage.statedCost };
  const { info } = call.models.require(call.model, call.provider);
  const block = openOffPeakBlock(info, call.conditions.at) ?? {};
  const input = numberAt(block, 'input_cost_per_token') ?? numberAt(info, 'input_cost_per_token') ?? 0;
  const output = numberAt(block, 'output_cost_per_token') ?? numberAt(info, 'output_cost_per_token') ?? 0;
  const perCitation = numberAt(info, 'citation_cost_per_token');
  let prompt = usage.promptTokens * input;
  if (usage.citationTokens > 0 && perCitation !== null) prompt += usage.citationTokens * perCitation;

  const reasoning = usage.completion?.reasoning ?? 0;
  const perReasoning = numberAt(info, 'output_cost_per_reasoning_token');
  let completion = usage.completionTokens * output;
  if (reasoning > 0 && perReasoning !== null) {
    completion = Math.max(0, usage.completionTokens - reasoning) * output + reasoning * perReasoning;
  }
  const searches = usage.prompt?.webSearches ?? 0;
  const searchPrice = info['search_queries_cost_per_query'] ?? info['search_context_cost_per_query'];
  if (searches > 0 && searchPrice != null) {
    const perSearch = isJsonObject(searchPrice)
      ? (numberAt(searchPrice, 'search_context_size_low') ?? 0)
      : (numberAt({ price: searchPrice }, 'price') ?? 0);
    completion += searches * perSearch;
  }
  return { prompt, completion };
}

const BILLION_CLASSES: readonly (readonly [number, string])[] = [
  [4, 'fireworks-ai-up-to-4b'],
  [16, 'fireworks-ai-4.1b-to-16b'],
  [Number.POSITIVE_INFINITY, 'fireworks-ai-above-16b'],
];
const MIXTURE_CLASSES: readonly (readonly [number, string])[] = [
  [56, 'fireworks-ai-moe-up-to-56b'],
  [176, 'fireworks-ai-56b-to-176b'],
];

/** The size class of a model, read from its name: `mixtral-8x7b`, `llama-70b`. */
function fireworksClass(model: string): string {
  const name = model.toLowerCase();
  const mixture = /(\d+)x(\d+)b/.exec(name);
  if (mixture !== null) {
    const billions = Number(mixture[1]) * Number(mixture[2]);
    const found = MIXTURE_CLASSES.find(([limit]) => billions <= limit);
    if (found !== undefined) return found[1];
  }
  const plain = /(\d+)b/.exec(name);
  const billions = plain === null ? Number.NaN : Number(plain[1]);
  return BILLION_CLASSES.find(([limit]) => billions <= limit)?.[1] ?? 'fireworks-ai-default';
}

/** Fireworks: models without an entry are billed by size; a cached token without a price costs as a fresh one. */
export function fireworksCost(call: TokenCall): CostPair {
  const { info } =
    call.models.find(call.model, call.provider) ?? call.models.require(fireworksClass(call.model), call.provider);
  const block = openOffPeakBlock(info, call.conditions.at) ?? {};
  const rate = (key: string): number | null => numberAt(block, key) ?? numberAt(info, key);
  const input = rate('input_cost_per_token') ?? 0;
  const output = rate('output_cost_per_token') ?? 0;
  const cacheRead = rate('cache_read_input_token_cost') ?? input;
  const cached = call.usage.prompt?.cached ?? 0;
  const fresh = Math.max(call.usage.promptTokens - cached, 0);
  return { prompt: fresh * input + cached * cacheRead, completion: call.usage.completionTokens * output };
}

/** Alibaba: tiers by input tokens without kinds; what a price list leaves out costs as plain input or output. */
export function alibabaCost(call: TokenCall): CostPair {
  const { usage } = call;
  const { info, prices } = call.models.require(call.model, call.provider);
  const cached = usage.prompt?.cached ?? 0;
  const written = usage.prompt?.cacheWrite ?? 0;
  const text = Math.max(usage.promptTokens - cached - written, 0);
  const reasoning = usage.completion?.reasoning ?? 0;
  const answer = Math.max(usage.completionTokens - reasoning, 0);
  const rates = alibabaRates(info, tierFor(prices.tiers, text + cached + written));
  const block = openOffPeakBlock(info, call.conditions.at) ?? {};
  const rate = (key: string, standard: number): number => numberAt(block, key) ?? standard;
  const output = rate('output_cost_per_token', rates.output);
  const reasoningRate = numberAt(block, 'output_cost_per_reasoning_token') ?? rates.reasoning ?? output;
  return {
    prompt:
      text * rate('input_cost_per_token', rates.input) +
      cached * rate('cache_read_input_token_cost', rates.cacheRead) +
      written * rate('cache_creation_input_token_cost', rates.cacheWrite),
    completion: answer * output + reasoning * reasoningRate,
  };
}

interface AlibabaRates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number | null;
}

function alibabaRates(info: PricedModel['info'], tier: ReturnType<typeof tierFor>): AlibabaRates {
  const input = numberAt(info, 'input_cost_per_token') ?? 0;
  const flat: AlibabaRates = {
    input,
    output: numberAt(info, 'output_cost_per_token') ?? 0,
    cacheRead: numberAt(info, 'cache_read_input_token_cost') ?? input,
    cacheWrite: numberAt(info, 'cache_creation_input_token_cost') ?? input,
    reasoning: numberAt(info, 'output_cost_per_reasoning_token'),
  };
  if (tier === null) return flat;
  const hasOutput = tierHas(tier, 'output_cost_per_token');
  const hasReasoning = tierHas(tier, 'output_cost_per_reasoning_token');
  const otherReasoning = hasOutput ? null : flat.reasoning;
  return {
    input: tierRate(tier, 'input_cost_per_token'),
    output: hasOutput ? tierRate(tier, 'output_cost_per_token') : flat.output,
    cacheRead: tierRate(tier, 'cache_read_input_token_cost', 'input_cost_per_token'),
    cacheWrite: tierRate(tier, 'cache_creation_input_token_cost', 'input_cost_per_token'),
    reasoning: hasReasoning ? tierRate(tier, 'output_cost_per_reasoning_token') : otherReasoning,
  };
}

const DATABRICKS_OLD_NAMES: readonly (readonly [string, string])[] = [
  ['dbrx-instruct', 'databricks-dbrx-instruct'],
  ['meta-llama-3.1-70b-instruct', 'databricks-meta-llama-3-1-70b-instruct'],
  ['meta-llama-3.1-405b-instruct', 'databricks-meta-llama-3-1-405b-instruct'],
  ['mixtral-8x7b-instruct-v0.1', 'databricks-mixtral-8x7b-instruct'],
  ['bge-large-en', 'databricks-bge-large-en'],
  ['gte-large-en', 'databricks-gte-large-en'],
  ['llama-2-70b-chat', 'databricks-llama-2-70b-chat'],
];

/** Databricks: endpoints of old names are listed under new ones. */
export function databricksCost(call: TokenCall): CostPair {
  const prefix = `${call.provider}/`;
  const name = call.model.startsWith(prefix) ? call.model.slice(prefix.length) : call.model;
  const listed = DATABRICKS_OLD_NAMES.find(([start]) => name.startsWith(start))?.[1] ?? name;
  const { prices } = call.models.require(listed, call.provider);
  return tokenCost(prices, call.usage, restrict(call.conditions, {}));
}

/** Servers of the user's own cost nothing. */
export function freeCost(): CostPair {
  return FREE;
}
