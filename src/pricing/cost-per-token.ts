/**
 * LiteLLM's `cost_per_token`: the two sides of a call's cost, from counts that are known already. Chooses the key of the
 * price map and the rule of the call's type and provider.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonObject } from '../protocol/json.ts';
import { customTimeCost, customTokenCost, type CustomTokenPrice } from './custom-price.ts';
import { notMappedMessage, type ResolvedModel } from './model-info.ts';
import type { PricedModels } from './priced-models.ts';
import { exactProviderPricing } from './provider-rows.ts';
import { listedCost } from './provider-token-costs.ts';
import { searchCost } from './search-cost.ts';
import type { BillingConditions, CostPair } from './token-cost.ts';
import { batchCost, ocrCost, rerankCost, speechCost, transcriptionCost, type RerankUnits } from './unit-costs.ts';
import { plainUsage, type TokenUsage } from './usage.ts';

/** What computing costs needs from outside this folder. */
export interface CostContext {
  readonly models: PricedModels;
  /** Provider of a bare name. @throws GatewayError `bad_request` when it has none */
  readonly requireProvider: (model: string) => ResolvedModel;
}

export interface CostPerTokenRequest {
  readonly model: string | null;
  readonly customLlmProvider?: string | null;
  readonly callType?: string | null;
  readonly usage?: TokenUsage | null;
  /** Makes up the usage where `usage` is missing and the price is by tokens. */
  readonly countUsage?: (() => TokenUsage) | null;
  readonly regionName?: string | null;
  readonly responseTimeMs?: number | null;
  readonly promptCharacters?: number | null;
  readonly completionCharacters?: number | null;
  readonly customCostPerToken?: CustomTokenPrice | null;
  readonly customCostPerSecond?: number | null;
  readonly numberOfQueries?: number | null;
  readonly rerankUnits?: RerankUnits | null;
  /** Seconds of sound of a transcription. */
  readonly audioSeconds?: number;
  readonly serviceTier?: string | null;
  readonly dataResidency?: string | null;
  readonly vertexLocation?: string | null;
  readonly requestModel?: string | null;
  /** OCR answers. */
  readonly response?: JsonObject | null;
  readonly ownPrices?: JsonObject | null;
  /** Milliseconds since the epoch; decides off-peak prices. */
  readonly at: number;
}

/** What prices a call of this name and provider. */
export interface NamedCall {
  readonly provider: string;
  /** Key of the map, else the name as given. */
  readonly model: string;
  readonly bareModel: string;
}

/** @throws GatewayError `not_found`: no price; `bad_request`: no provider, or a count is missing */
export function costPerToken(request: CostPerTokenRequest, context: CostContext): CostPair {
  if (request.customCostPerToken != null) return customTokenCost(request.customCostPerToken, usageOf(request));
  if (request.customCostPerSecond != null) {
    return customTimeCost(request.customCostPerSecond, request.responseTimeMs ?? null);
  }
  const named = nameCall(request, context);
  const conditions: BillingConditions = {
    serviceTier: request.serviceTier ?? null,
    dataResidency: request.dataResidency ?? null,
    vertexLocation: request.vertexLocation ?? null,
    at: request.at,
  };
  const callType = syncCallType(request.callType);
  if (TYPES_WITH_A_RULE.has(callType)) return costByCallType(callType, request, named, { context, conditions });
  return (exactProviderPricing(named.provider).tokenCost ?? listedCost)({
    models: context.models,
    provider: named.provider,
    model: named.model,
    bareModel: named.bareModel,
    callType: request.callType ?? null,
    usage: usageOf(request),
    conditions,
    responseTimeMs: request.responseTimeMs === undefined ? 0 : request.responseTimeMs,
    promptCharacters: request.promptCharacters ?? null,
    completionCharacters: request.completionCharacters ?? null,
    requestModel: request.requestModel ?? null,
  });
}

function usageOf(request: CostPerTokenRequest): TokenUsage {
  return request.usage ?? request.countUsage?.() ?? plainUsage(0, 0);
}

const TYPES_WITH_A_RULE: ReadonlySet<string> = new Set([
  'speech',
  'rerank',
  'ocr',
  'retrieve_batch',
  'transcription',
  'search',
]);

function costByCallType(
  callType: string,
  request: CostPerTokenRequest,
  named: NamedCall,
  { context, conditions }: { readonly context: CostContext; readonly conditions: BillingConditions },
): CostPair {
  const { models } = context;
  const { provider, model, bareModel } = named;
  const usage = (): TokenUsage => usageOf(request);
  switch (callType) {
    case 'speech':
      return speechCost({
        models,
        model: bareModel,
        provider,
        listedAs: model,
        callType: request.callType ?? 'speech',
        characters: request.promptCharacters ?? null,
        usage,
        conditions,
      });
    case 'rerank':
      return rerankCost(models.find(model, provider), provider, request.rerankUnits ?? null);
    case 'ocr': {
      const found = models.find(model, provider);
      return { prompt: ocrCost(found, request.response ?? {}, request.ownPrices ?? null), completion: 0 };
    }
    case 'retrieve_batch':
      return batchCost(models.find(model, provider), usage(), conditions.dataResidency);
    case 'transcription':
      return transcriptionCost(models.require(bareModel, provider), usage(), request.audioSeconds ?? 0, conditions);
    default: {
      const queries = request.numberOfQueries || 1;
      return { prompt: searchCost({ model, provider, queries, options: {} }, models), completion: 0 };
    }
  }
}

const ASYNC_CALL_TYPES: ReadonlyMap<string, string> = new Map(
  [
    'speech',
    'rerank',
    'ocr',
    'retrieve_batch',
    'transcription',
    'search',
    'embedding',
    'image_generation',
    'image_edit',
    'create_video',
    'video_edit',
    'video_remix',
  ].map((type) => [`a${type}`, type]),
);

/** `aspeech` → `speech`. */
export function syncCallType(callType: string | null | undefined): string {
  const type = callType ?? 'completion';
  return ASYNC_CALL_TYPES.get(type) ?? type;
}

/** Which key prices the call: with provider, as given, without the first path segment; the name as given when none. */
function nameCall(request: CostPerTokenRequest, context: CostContext): NamedCall {
  if (request.model === null) throw new GatewayError('bad_request', 'Invalid arg. Model cannot be none.');
  const provider = request.customLlmProvider ?? null;
  if (request.regionName != null) return findNames(request.model, provider, request.regionName, context);
  const memo = context.models.namedCalls;
  return (
    memo.get(provider, request.model) ??
    memo.set(findNames(request.model, provider, null, context), provider, request.model)
  );
}

function findNames(asked: string, given: string | null, region: string | null, context: CostContext): NamedCall {
  const { prices } = context.models.context;
  let model = asked;
  let withProvider = model;
  const prefix = given === null ? '' : `${given}/`;
  if (given !== null) {
    // A deployment's name may repeat the provider; all but one go.
    while (model.startsWith(prefix + prefix)) model = model.slice(prefix.length);
    withProvider = model.startsWith(prefix) ? model : prefix + model;
    const regional = region === null ? null : `${prefix}${region}/${model}`;
    if (regional !== null && prices.get(regional) !== undefined) withProvider = regional;
  }
  const provider = given ?? context.requireProvider(model).provider;
  const slash = model.indexOf('/');
  const bareModel = slash < 0 ? model : model.slice(slash + 1);
  const key = [withProvider, model, bareModel].find((candidate) => prices.get(candidate) !== undefined);
  if (model === '' && key === undefined) throw new GatewayError('not_found', notMappedMessage(model, provider));
  return { provider, model: key ?? model, bareModel };
}
