/**
 * LiteLLM's `completion_cost`: the cost of a call from its answer. Reads usage, model and tier from the answer, tries
 * the names under which the call may be listed, adds the provider's own tools, then discount and margin.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../protocol/json.ts';
import { adjustCost, NO_ADJUSTMENTS, type AdjustedCost, type CostAdjustments } from './cost-adjustments.ts';
import { billingNames } from './cost-model-names.ts';
import { costPerToken, syncCallType, type CostContext } from './cost-per-token.ts';
import { customTypeCosts, type CustomTokenPrice } from './custom-price.ts';
import { listedImageCost } from './image-cost.ts';
import { numberAt, textAt } from './price-entry.ts';
import { exactProviderPricing, providerPricing } from './provider-rows.ts';
import { searchCost } from './search-cost.ts';
import type { CostPair } from './token-cost.ts';
import { NO_TYPES, tokenTypeCosts, type TokenTypeCosts } from './token-type-costs.ts';
import { characterCounts, countedUsage, rerankUnits } from './call-counts.ts';
import { builtInToolCost } from './tool-cost.ts';
import { videoCost } from './unit-costs.ts';
import { readUsage, type TokenUsage } from './usage.ts';

/** The shape of an answer. `json`: a plain object of any provider. */
export type ResponseKind =
  'chat' | 'text' | 'embedding' | 'image' | 'transcription' | 'rerank' | 'video' | 'responses' | 'ocr' | 'json';

export interface CompletionCostRequest {
  readonly response?: JsonObject | null;
  readonly responseKind?: ResponseKind | undefined;
  readonly model?: string | null;
  readonly customLlmProvider?: string | null;
  readonly callType?: string | null;
  readonly prompt?: string;
  readonly messages?: readonly JsonObject[];
  readonly completion?: string;
  readonly totalTimeMs?: number | null;
  readonly regionName?: string | null;
  readonly size?: string | null;
  readonly quality?: string | null;
  readonly count?: number | null;
  readonly customCostPerToken?: CustomTokenPrice | null;
  readonly customCostPerSecond?: number | null;
  readonly customPricing?: boolean;
  readonly optionalParams?: JsonObject | null;
  readonly baseModel?: string | null;
  readonly builtInTools?: JsonObject | null;
  readonly routerModelId?: string | null;
  readonly requestModel?: string | null;
  readonly serviceTier?: string | null;
  readonly dataResidency?: string | null;
  readonly vertexLocation?: string | null;
  readonly adjustments?: CostAdjustments;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** `messages` or `text`. Lives in `tokenizer/` and is handed in. */
export type CountTokens = (input: {
  readonly model: string;
  readonly messages?: readonly JsonObject[];
  readonly text?: string;
}) => number;

export interface CompletionCostContext extends CostContext {
  readonly countTokens: CountTokens;
  readonly isProvider: (name: string) => boolean;
}

/** USD. */
export interface CostBreakdown extends AdjustedCost, TokenTypeCosts {
  readonly prompt: number;
  readonly completion: number;
  /** The completion's zero is printed as `0`. */
  readonly wholeZero: boolean;
  readonly tools: number;
  readonly additional: number;
  readonly model: string;
  readonly provider: string | null;
}

const NO_OBJECT: JsonObject = {};
const REPLICATE_PER_SECOND = 0.0014;
const IMAGE_CALLS: ReadonlySet<string> = new Set(['image_generation', 'passthrough_image_generation', 'image_edit']);
const VIDEO_CALLS: ReadonlySet<string> = new Set(['create_video', 'video_edit', 'video_remix']);
const CALL_TYPE_OF_KIND: ReadonlyMap<ResponseKind, string> = new Map([
  ['embedding', 'embedding'],
  ['transcription', 'transcription'],
  ['rerank', 'rerank'],
  ['image', 'image_generation'],
  ['text', 'text_completion'],
]);

/** @throws GatewayError as `completionCostBreakdown` */
export function completionCost(request: CompletionCostRequest, context: CompletionCostContext): number {
  return completionCostBreakdown(request, context).total;
}

/** @throws GatewayError `not_found`: none of the names has a price; `bad_request`: no model or no provider */
export function completionCostBreakdown(request: CompletionCostRequest, context: CompletionCostContext): CostBreakdown {
  const call = readCall(request);
  const names = billingNames(
    {
      model: call.model,
      responseModel: call.responseModel,
      baseModel: request.baseModel ?? null,
      provider: request.customLlmProvider ?? null,
      customPricing: request.customPricing === true,
      routerModelId: request.routerModelId ?? null,
      isProvider: context.isProvider,
    },
    context,
  );
  let failure: unknown = null;
  for (const { model, provider } of names) {
    try {
      return costUnderName(model, provider, call, context);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** What one request is, read once for all names. */
export interface ReadCall {
  readonly request: CompletionCostRequest;
  readonly callType: string;
  readonly model: string | null;
  readonly response: JsonObject | null;
  readonly responseModel: string | null;
  readonly usage: TokenUsage | null;
  readonly serviceTier: string | null;
}

function readCall(request: CompletionCostRequest): ReadCall {
  const response = request.response ?? null;
  const kind = request.responseKind;
  const callType = syncCallType(request.callType ?? (kind === undefined ? null : CALL_TYPE_OF_KIND.get(kind)));
  const unnamed = IMAGE_CALLS.has(callType) && request.model === '';
  // Azure's first picture model was called without a name.
  const model = unnamed && request.customLlmProvider === 'azure' ? 'dall-e-2' : (request.model ?? null);
  const usage = response === null ? null : readUsage(isJsonObject(response['usage']) ? response['usage'] : NO_OBJECT);
  const stated = usage !== null && request.customPricing === true ? { ...usage, statedCost: null } : usage;
  return {
    request,
    callType,
    model,
    response,
    responseModel: response === null ? null : textAt(response, 'model'),
    usage: stated,
    serviceTier: serviceTierOf(request, response, usage),
  };
}

/** Of the request, its parameters, the answer or its usage, whichever names a tier first; `auto` names none. */
function serviceTierOf(
  request: CompletionCostRequest,
  response: JsonObject | null,
  usage: TokenUsage | null,
): string | null {
  const candidates = [
    request.serviceTier ?? textAt(request.optionalParams ?? NO_OBJECT, 'service_tier'),
    response === null ? null : textAt(response, 'service_tier'),
    usage?.serviceTier ?? null,
  ];
  return candidates.find((tier) => tier !== null && tier.toLowerCase() !== 'auto') ?? null;
}

/** The cost of a call under one name. @throws GatewayError as `completionCostBreakdown` */
export function costUnderName(
  model: string | null,
  provider: string | null,
  call: ReadCall,
  context: CompletionCostContext,
): CostBreakdown {
  if (model === null) {
    throw new GatewayError('bad_request', 'Neither the request nor the answer names a model; pass `model`.');
  }
  const whole = wholeCost(model, provider, call, context);
  if (whole !== null) return breakdown({ prompt: whole, completion: 0 }, model, provider, NO_PARTS);
  if (call.callType === 'search') return searchBreakdown(model, provider, call, context);
  return tokenBreakdown(model, provider, call, context);
}

/** Pictures, films and Replicate's time: one amount, to which discounts and margins do not apply (LiteLLM-compat). */
function wholeCost(
  model: string,
  provider: string | null,
  call: ReadCall,
  context: CompletionCostContext,
): number | null {
  const { request, response } = call;
  const { models } = context;
  if (IMAGE_CALLS.has(call.callType) && request.responseKind === 'image') {
    return (providerPricing(provider).imageCost ?? listedImageCost)({
      models,
      model,
      provider,
      response: response ?? NO_OBJECT,
      quality: request.quality ?? null,
      size: request.size ?? null,
      count: request.count ?? null,
      options: request.optionalParams ?? NO_OBJECT,
      at: request.at,
    });
  }
  if (VIDEO_CALLS.has(call.callType)) {
    const usage = response === null ? undefined : response['usage'];
    return videoCost({
      models,
      model,
      provider,
      usage: isJsonObject(usage) ? usage : null,
      ownPrices: ownPrices(call, context),
    });
  }
  return null;
}

/** The deployment's own entry, where the call is priced by it. */
function ownPrices(call: ReadCall, context: CompletionCostContext): JsonObject | null {
  const id = call.request.routerModelId ?? null;
  if (call.request.customPricing !== true || id === null) return null;
  return context.models.context.prices.get(id) ?? null;
}

function searchBreakdown(
  model: string,
  provider: string | null,
  call: ReadCall,
  context: CompletionCostContext,
): CostBreakdown {
  const options = call.request.optionalParams ?? NO_OBJECT;
  const query = options['query'];
  const queries = isJsonArray(query) ? query.length : 1;
  const listed = provider !== null && !model.includes('/') ? `${provider}/search` : model;
  const own = providerPricing(provider).searchCost;
  const prompt =
    own?.(options, context.models) ?? searchCost({ model: listed, provider, queries, options }, context.models);
  return breakdown({ prompt, completion: 0 }, model, provider, {
    ...NO_PARTS,
    adjustments: call.request.adjustments,
  });
}

function tokenBreakdown(
  named: string,
  provider: string | null,
  call: ReadCall,
  context: CompletionCostContext,
): CostBreakdown {
  const { request, response } = call;
  const { models } = context;
  const model = billedName(named, provider, call, context);
  const characters = characterCounts(provider, call);
  const byTime = replicateCost(model, call, context);
  if (byTime !== null) return breakdown({ prompt: byTime, completion: 0 }, model, provider, NO_PARTS);
  const pair = costPerToken(
    {
      model,
      customLlmProvider: provider,
      callType: call.callType,
      usage: call.usage,
      countUsage: call.usage === null ? usageCounter(model, call, context) : null,
      regionName: request.regionName ?? null,
      responseTimeMs: request.totalTimeMs ?? 0,
      promptCharacters: characters.promptCharacters,
      completionCharacters: characters.completionCharacters,
      customCostPerToken: request.customCostPerToken ?? null,
      customCostPerSecond: request.customCostPerSecond ?? null,
      rerankUnits: call.callType === 'rerank' ? rerankUnits(response) : null,
      audioSeconds: response === null ? 0 : (numberAt(response, 'duration') ?? 0),
      serviceTier: call.serviceTier,
      dataResidency: request.dataResidency ?? null,
      vertexLocation: request.vertexLocation ?? null,
      response,
      ownPrices: ownPrices(call, context),
      at: request.at,
    },
    context,
  );
  const tools = builtInToolCost({
    models,
    model,
    provider,
    response,
    responseKind: toolKind(request.responseKind),
    usage: call.usage,
    tools: request.builtInTools ?? NO_OBJECT,
  });
  const fee = exactProviderPricing(provider ?? '').additionalCost;
  const additional = fee?.(model, request.requestModel ?? null, call.usage?.promptTokens ?? 0, models) ?? 0;
  const types = typeCosts(model, provider, call, context);
  return breakdown(pair, model, provider, { tools, additional, types, adjustments: request.adjustments });
}

/** Apart, so that a call with usage makes no closure. */
function usageCounter(model: string, call: ReadCall, context: CompletionCostContext): () => TokenUsage {
  return () => countedUsage(model, call, context);
}

function typeCosts(
  model: string,
  provider: string | null,
  call: ReadCall,
  context: CompletionCostContext,
): TokenTypeCosts {
  const { usage, request } = call;
  if (usage === null || (usage.prompt === null && usage.completion === null)) return NO_TYPES;
  if (request.customCostPerToken != null) return customTypeCosts(request.customCostPerToken, usage);
  const found = context.models.find(model, provider);
  if (found === null) return NO_TYPES;
  return tokenTypeCosts(found, usage, {
    serviceTier: call.serviceTier,
    dataResidency: request.dataResidency ?? null,
    vertexLocation: request.vertexLocation ?? null,
    at: request.at,
  });
}

function toolKind(kind: ResponseKind | undefined): 'chat' | 'responses' | 'json' | 'other' {
  return kind === 'chat' || kind === 'responses' || kind === 'json' ? kind : 'other';
}

/** A model without a listed price may be billed by its size. */
function billedName(model: string, provider: string | null, call: ReadCall, context: CompletionCostContext): string {
  const row = exactProviderPricing(provider ?? '');
  const named =
    model.includes('togethercomputer') || model.includes('together_ai') ? exactProviderPricing('together_ai') : row;
  return named.sizeClass?.(model, call.callType === 'embedding', context.models) ?? model;
}

/** Replicate's models without a listed price are billed by the time of the call. */
function replicateCost(model: string, call: ReadCall, context: CompletionCostContext): number | null {
  if (!model.includes('replicate') || context.models.context.prices.get(model) !== undefined) return null;
  const given = call.request.totalTimeMs ?? 0;
  const created = call.response === null ? null : numberAt(call.response, 'created');
  const now = call.request.at / 1000;
  const time = given === 0 ? now - (created ?? now) : given;
  return (REPLICATE_PER_SECOND * time) / 1000;
}

interface BreakdownParts {
  readonly tools: number;
  readonly additional: number;
  readonly types: TokenTypeCosts;
  readonly adjustments: CostAdjustments | undefined;
}

const NO_PARTS: BreakdownParts = { tools: 0, additional: 0, types: NO_TYPES, adjustments: undefined };

function breakdown(pair: CostPair, model: string, provider: string | null, parts: BreakdownParts): CostBreakdown {
  const { tools, additional, types } = parts;
  const original = pair.prompt + pair.completion + tools + additional;
  const adjusted = adjustCost(original, provider, parts.adjustments ?? NO_ADJUSTMENTS);
  // Field by field: this runs once per request, and spreading four objects costs more than the arithmetic.
  return {
    total: adjusted.total,
    original,
    discountAmount: adjusted.discountAmount,
    discountPercent: adjusted.discountPercent,
    marginAmount: adjusted.marginAmount,
    marginPercent: adjusted.marginPercent,
    prompt: pair.prompt,
    completion: pair.completion,
    wholeZero: pair.wholeZero === true,
    cacheRead: types.cacheRead,
    cacheWrite: types.cacheWrite,
    reasoning: types.reasoning,
    tools,
    additional,
    model,
    provider,
  };
}
