/**
 * The general rule for the cost of a call: tokens by kind times the rates of the request's service tier, context length
 * and hour. Details that overlap are billed once. Cost: constant; allocates the result and nothing else.
 */
import { numberAt } from './price-entry.ts';
import type { OtherRates, TokenPrices, TokenRates } from './token-prices.ts';
import { textTokens, type PromptDetails, type TokenUsage } from './usage.ts';

/** USD. */
export interface CostPair {
  readonly prompt: number;
  readonly completion: number;
  /** LiteLLM-compat: the completion's zero is Python's `0`, not `0.0`, and a header prints it so. */
  readonly wholeZero?: true;
}

export interface BillingConditions {
  readonly serviceTier: string | null;
  /** Region of a regionalised endpoint, `eu` or `us`. */
  readonly dataResidency: string | null;
  /** Location of a cloud endpoint; `global` and null carry no surcharge. */
  readonly vertexLocation: string | null;
  /** Milliseconds since the epoch; matters for off-peak prices only. */
  readonly at: number;
}

export const FREE: CostPair = { prompt: 0, completion: 0 };
const RESIDENCIES: ReadonlySet<string> = new Set(['eu', 'us']);

export function tokenCost(prices: TokenPrices, usage: TokenUsage, conditions: BillingConditions): CostPair {
  const rates = prices.rates(usage.promptTokens, conditions.serviceTier, conditions.at);
  const other = prices.other(conditions.serviceTier);
  let prompt = promptCost(usage, rates, other);
  let completion = completionCostOf(usage, rates, other);
  const residency = residencyUplift(prices, conditions.dataResidency);
  if (residency !== 1) {
    prompt *= residency;
    completion *= residency;
  }
  const location = locationUplift(prices, conditions.vertexLocation);
  if (location !== 1) {
    prompt *= location;
    completion *= location;
  }
  return { prompt, completion };
}

function promptCost(usage: TokenUsage, rates: TokenRates, other: OtherRates): number {
  const details = usage.prompt;
  if (details === null) return usage.promptTokens * rates.input;
  const { cached, cacheWrite } = details;
  let { text, audio, image, video } = details;
  const overlaps =
    (cached > 0 || cacheWrite > 0) && text + cached + audio + cacheWrite + image + video > usage.promptTokens;
  if (overlaps) {
    // The cache and the kinds are both parts of the prompt: a kind bills only what the cache has not covered.
    const uncached = Math.max(usage.promptTokens - cached - cacheWrite, 0);
    audio = Math.min(audio, uncached);
    image = Math.min(image, uncached - audio);
    video = Math.min(video, uncached - audio - image);
    text = uncached - audio - image - video;
  } else if (text === 0 && details.images === 0) {
    text = Math.max(usage.promptTokens - cached - audio - cacheWrite - image - video, 0);
  }
  let cost = text * rates.input;
  cost += cached * rates.cacheRead;
  if (audio > 0) cost += audio * other.audioIn;
  if (image > 0) cost += image * other.imageIn;
  if (video > 0) cost += video * other.videoIn;
  if (cacheWrite !== 0 || details.cacheWriteByLife !== null) {
    cost += cacheWriteCost(details, rates.cacheWrite, rates.cacheWriteOneHour);
  }
  if (details.characters > 0) cost += details.characters * other.perCharacter;
  if (details.images > 0) cost += details.images * other.perImage;
  if (details.videoSeconds > 0) cost += details.videoSeconds * other.perVideoSecond;
  if (details.audioSeconds > 0) cost += details.audioSeconds * other.perAudioSecond;
  if (details.queries > 0) cost += details.queries * other.perQuery;
  return cost;
}

export function cacheWriteCost(details: PromptDetails, rate: number, oneHourRate: number): number {
  const byLife = details.cacheWriteByLife;
  return byLife === null ? details.cacheWrite * rate : byLife.fiveMinutes * rate + byLife.oneHour * oneHourRate;
}

function completionCostOf(usage: TokenUsage, rates: TokenRates, other: OtherRates): number {
  const details = usage.completion;
  if (details === null) return usage.completionTokens * rates.output;
  const { audio, reasoning, image, video } = details;
  let text = textTokens(details, usage.completionTokens);
  if (text === 0) {
    if (audio <= 0 && reasoning <= 0 && image <= 0 && video <= 0) return usage.completionTokens * rates.output;
    text = Math.max(0, usage.completionTokens - reasoning - audio - image - video);
  }
  let cost = text * rates.output;
  if (audio > 0) cost += audio * (other.audioOut ?? rates.output);
  if (reasoning > 0) cost += reasoning * (rates.reasoning ?? rates.output);
  if (image > 0) cost += image * (other.imageOut ?? rates.output);
  if (video > 0) cost += video * (other.videoOut ?? rates.output);
  return cost;
}

/** Surcharge of endpoints that keep data in one region. */
export function residencyUplift(prices: TokenPrices, residency: string | null): number {
  const region = residency?.toLowerCase();
  if (region === undefined || !RESIDENCIES.has(region)) return 1;
  return numberAt(prices.info, `regional_processing_uplift_multiplier_${region}`) ?? 1;
}

/** Surcharge of cloud endpoints that are not global. */
export function locationUplift(prices: TokenPrices, location: string | null): number {
  if (location === null || location.toLowerCase() === 'global') return 1;
  return numberAt(prices.info, 'regional_endpoint_uplift_multiplier') ?? 1;
}
