/**
 * Prices of calls that are not billed by chat tokens: per character spoken, second heard or filmed, search unit, page,
 * and batches at half price.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { shownName } from '../errors/shown-name.ts';
import { isJsonObject, type JsonObject } from '../protocol/json.ts';
import { numberAt } from './price-entry.ts';
import type { PricedModel, PricedModels } from './priced-models.ts';
import { providerPricing } from './provider-rows.ts';
import { FREE, residencyUplift, tokenCost, type BillingConditions, type CostPair } from './token-cost.ts';
import type { TokenUsage } from './usage.ts';

/** Characters that are not white space, as LiteLLM counts them for prices. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const character of text) if (!isSpace(character)) count++;
  return count;
}

/** Python's `str.isspace`: JavaScript's white space without U+FEFF, and five control characters. */
function isSpace(character: string): boolean {
  const code = character.charCodeAt(0);
  if (code === 0x85 || (code >= 0x1c && code <= 0x1f)) return true;
  return code !== 0xfeff && character.trim() === '';
}

export interface SpeechCall {
  readonly models: PricedModels;
  /** Without provider. */
  readonly model: string;
  readonly provider: string;
  /** Name and type for the message that asks for the characters. */
  readonly listedAs: string;
  readonly callType: string;
  readonly characters: number | null;
  /** Asked for only when the price is per token. */
  readonly usage: () => TokenUsage;
  readonly conditions: BillingConditions;
}

/** Text to speech: per character where the map has such a price, else by tokens. */
export function speechCost(call: SpeechCall): CostPair {
  const { models, provider } = call;
  const piece = providerPricing(provider).generationCost?.(call.model, models) ?? null;
  if (piece !== null) return { prompt: 0, completion: piece };
  const model = models.require(call.model, provider);
  const perCharacter = numberAt(model.info, 'input_cost_per_character') ?? 0;
  if (perCharacter > 0) {
    if (call.characters === null) throw missingCharacters(call);
    return { prompt: call.characters * perCharacter, completion: 0, wholeZero: true };
  }
  if ((numberAt(model.info, 'input_cost_per_token') ?? 0) <= 0) {
    throw new GatewayError(
      'not_found',
      `Model ${model.key} does not have 'input_cost_per_character' or 'input_cost_per_token'`,
    );
  }
  return tokenCost(model.prices, call.usage(), { ...call.conditions, vertexLocation: null });
}

function missingCharacters(call: SpeechCall): GatewayError {
  return new GatewayError(
    'bad_request',
    `prompt_characters must be provided for tts calls. prompt_characters=None, model=${shownName(call.listedAs)}, custom_llm_provider=${call.provider}, call_type=${call.callType}`,
  );
}

/** Speech to text: by tokens when the usage has them, else per second of sound. */
export function transcriptionCost(
  model: PricedModel,
  usage: TokenUsage,
  seconds: number,
  conditions: BillingConditions,
): CostPair {
  const details = usage.prompt;
  const byTokens =
    usage.promptTokens > 0 ||
    usage.completionTokens > 0 ||
    (details !== null && (details.audio > 0 || details.text > 0));
  if (byTokens) return tokenCost(model.prices, usage, { ...conditions, vertexLocation: null });
  const perOutput = numberAt(model.info, 'output_cost_per_second') ?? 0;
  if (perOutput > 0) return { prompt: 0, completion: perOutput * seconds };
  return { prompt: (numberAt(model.info, 'input_cost_per_second') ?? 0) * seconds, completion: 0 };
}

/** `search_units` or `total_tokens`; null where the provider reports none. */
export interface RerankUnits {
  readonly searchUnits: number | null;
  readonly totalTokens: number | null;
}

export function readRerankUnits(value: JsonObject): RerankUnits {
  return { searchUnits: numberAt(value, 'search_units'), totalTokens: numberAt(value, 'total_tokens') };
}

export function rerankCost(model: PricedModel | null, provider: string | null, units: RerankUnits | null): CostPair {
  if (model === null || units === null) return FREE;
  if (providerPricing(provider).rerankByTokens === true) {
    return { prompt: (numberAt(model.info, 'input_cost_per_token') ?? 0) * (units.totalTokens ?? 0), completion: 0 };
  }
  return { prompt: (numberAt(model.info, 'input_cost_per_query') ?? 0) * (units.searchUnits ?? 0), completion: 0 };
}

/** A batch costs its own price where the map has one, else half of the usual one. */
export function batchCost(model: PricedModel | null, usage: TokenUsage, residency: string | null): CostPair {
  if (model === null) return FREE;
  const { info } = model;
  const uplift = residencyUplift(model.prices, residency);
  const completion =
    batchedOutput(usage, numberAt(info, 'output_cost_per_token_batches'), numberAt(info, 'output_cost_per_token')) *
    uplift;
  return { prompt: batchedInput(info, usage) * uplift, completion };
}

function batchedOutput(usage: TokenUsage, batched: number | null, usual: number | null): number {
  return batched === null ? (usage.completionTokens * (usual ?? 0)) / 2 : usage.completionTokens * batched;
}

function batchedInput(info: JsonObject, usage: TokenUsage): number {
  const batched = numberAt(info, 'input_cost_per_token_batches');
  if (batched !== null) return usage.promptTokens * batched;
  const usual = numberAt(info, 'input_cost_per_token') ?? 0;
  if (usual === 0) return 0;
  const cached = usage.prompt?.cached ?? 0;
  const written = usage.prompt?.cacheWrite ?? 0;
  let cost = ((usage.promptTokens - cached - written) * usual) / 2;
  if (cached > 0) cost += (cached * (numberAt(info, 'cache_read_input_token_cost') ?? 0)) / 2;
  return cost + (written * (numberAt(info, 'cache_creation_input_token_cost') || usual)) / 2;
}

export interface VideoCall {
  readonly models: PricedModels;
  readonly model: string;
  readonly provider: string | null;
  readonly usage: JsonObject | null;
  /** The deployment's own prices, where it has some. */
  readonly ownPrices: JsonObject | null;
}

/** Per second of film, by resolution where the map tells them apart; a cost that the provider states wins. */
export function videoCost(call: VideoCall): number {
  const usage = call.usage ?? {};
  const stated = numberAt(usage, 'provider_reported_cost_usd');
  if (call.ownPrices === null && stated !== null) return stated;
  const seconds = numberAt(usage, 'duration_seconds');
  const info = call.ownPrices ?? videoEntry(call, seconds !== null);
  const perSecond =
    numberAt(info, 'output_cost_per_video_per_second') ?? resolutionPrice(info, usage['video_resolution']);
  return (perSecond ?? 0) * (seconds ?? 0);
}

function videoEntry(call: VideoCall, exact: boolean): JsonObject {
  const { model, models } = call;
  if (exact) return models.require(model, call.provider ?? 'openai').info;
  const { prices } = models.context;
  const keys = [model, model.slice(model.lastIndexOf('/') + 1), `${call.provider}/${model}`];
  const entry = keys.map((key) => prices.get(key)).find((candidate) => candidate !== undefined);
  if (entry === undefined)
    throw new GatewayError('not_found', `Model not found in cost map for model=${shownName(model)}`);
  return entry;
}

function resolutionPrice(info: JsonObject, resolution: unknown): number | null {
  const asked = typeof resolution === 'string' || typeof resolution === 'number' ? String(resolution) : '';
  const suffix = asked
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_]/gu, '');
  const own = suffix === '' || suffix.length > 24 ? null : numberAt(info, `output_cost_per_second_${suffix}`);
  return own ?? numberAt(info, 'output_cost_per_second');
}

/**
 * Documents read: per credit, or per page with a price of its own for annotated pages. `ownPrices` of a deployment
 * override the map's one by one.
 * @throws GatewayError `bad_request` when the answer does not say what it has read
 */
export function ocrCost(model: PricedModel | null, response: JsonObject, ownPrices: JsonObject | null): number {
  const usage = response['usage_info'];
  if (!isJsonObject(usage)) throw new GatewayError('bad_request', 'OCR response usage_info is None');
  const price = (key: string): number | null =>
    (ownPrices === null ? null : numberAt(ownPrices, key)) ?? (model === null ? null : numberAt(model.info, key));
  const perCredit = price('ocr_cost_per_credit');
  const credits = numberAt(usage, 'credits');
  if (credits !== null && perCredit !== null) return perCredit * credits;
  const perPage = price('ocr_cost_per_page');
  const perAnnotated = price('annotation_cost_per_page') ?? perPage;
  const pages = numberAt(usage, 'pages_processed');
  const annotated = numberAt(usage, 'pages_processed_annotation') ?? 0;
  const hasAnnotated = perAnnotated !== null && annotated > 0;
  if (pages === null && !hasAnnotated && perCredit === null && perPage !== null) {
    throw new GatewayError('bad_request', 'OCR response pages_processed is None');
  }
  return (perPage ?? 0) * (pages ?? 0) + (perAnnotated ?? 0) * annotated;
}
