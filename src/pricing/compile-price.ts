/**
 * The price of a deployment's calls, compiled once per configuration: which names its answers are priced under, whether
 * it has prices of its own, and the conditions that its address implies.
 *
 * Promises: a call costs one map look-up by the answer's model name and the multiplications of its rule; a name without
 * a price is found out once. Follows the price map: a new version is noticed at the next call. Bounded: names of
 * answers come from providers, and at most 64 are kept.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonObject } from '../protocol/json.ts';
import {
  costUnderName,
  type CompletionCostContext,
  type CostBreakdown,
  type ReadCall,
  type ResponseKind,
} from './completion-cost.ts';
import type { CostAdjustments } from './cost-adjustments.ts';
import { costModelNames } from './cost-model-names.ts';
import { configuredProvider, hasCustomPricing, type PricedDeployment } from './deployment-prices.ts';
import { textAt } from './price-entry.ts';
import { exactProviderPricing } from './provider-rows.ts';
import type { TokenUsage } from './usage.ts';

/** One answered call of a deployment. */
export interface PricedCall {
  /** LiteLLM's call type without the `a`: `completion`, `text_completion`, `embedding`, `speech`, `rerank`… */
  readonly callType: string;
  /** null: the answer reports none, or a stream has just begun. */
  readonly usage: TokenUsage | null;
  /** `model` of the provider's answer, before it is restamped. */
  readonly responseModel: string | null;
  /** Of the request, else of the answer. */
  readonly serviceTier: string | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The parsed answer, where its type is priced by more than usage (pictures, rerank, transcription, tools). */
  readonly response?: JsonObject | null;
  readonly responseKind?: ResponseKind | undefined;
  /** Text that was spoken. */
  readonly prompt?: string;
  readonly totalTimeMs?: number | null;
  readonly optionalParams?: JsonObject | null;
  readonly builtInTools?: JsonObject | null;
  readonly size?: string | null;
  readonly quality?: string | null;
  readonly count?: number | null;
}

/** null: nothing prices the call, and no cost header is sent. */
export type PriceCall = (call: PricedCall) => CostBreakdown | null;

export interface CompilePriceOptions {
  readonly adjustments: CostAdjustments;
  /** Where the calls go; some providers' regional addresses cost more. */
  readonly apiBase?: string | null;
  /** The provider under which the calls are made, where a route has one of its own (`text-completion-openai`). */
  readonly provider?: string | null;
}

interface WorkingName {
  readonly model: string | null;
  readonly provider: string | null;
}

const NAME_CAPACITY = 64;

/**
 * `context.models` must be over the overlay of `deploymentPrices`, so that the deployment's own entry is found.
 */
export function compilePrice(
  deployment: PricedDeployment,
  context: CompletionCostContext,
  options: CompilePriceOptions,
): PriceCall {
  const { prices, resolveProvider } = context.models.context;
  const resolved = resolveProvider(deployment.model, configuredProvider(deployment));
  const provider = options.provider ?? resolved?.provider ?? null;
  const model = resolved?.model ?? deployment.model;
  const customPricing = hasCustomPricing(deployment);
  const fixed: FixedParts = {
    model,
    customLlmProvider: provider,
    routeProvider: options.provider != null,
    customPricing,
    routerModelId: deployment.id,
    baseModel: textAt(deployment.params, 'base_model') ?? textAt(deployment.modelInfo, 'base_model'),
    dataResidency: exactProviderPricing(provider ?? '').residencyOf?.(options.apiBase ?? '') ?? null,
    vertexLocation: exactProviderPricing(provider ?? '').locationOf?.(deployment.params) ?? null,
    requestModel: deployment.model,
    adjustments: options.adjustments,
  };
  const names = new Map<string, Map<string | null, WorkingName | null>>();
  let kept = 0;
  let version = prices.version;

  return (call) => {
    if (version !== prices.version || kept >= NAME_CAPACITY) {
      names.clear();
      kept = 0;
      version = prices.version;
    }
    const read = readPricedCall(call, fixed);
    const known = names.get(call.callType)?.get(call.responseModel);
    if (known === null) return null;
    if (known !== undefined) return priceUnder(known, read, context);
    const found = firstWorkingName(read, fixed, context);
    if (found === 'failed') return null;
    const ofType = names.get(call.callType) ?? new Map<string | null, WorkingName | null>();
    names.set(call.callType, ofType);
    ofType.set(call.responseModel, found?.name ?? null);
    kept++;
    return found?.cost ?? null;
  };
}

interface FixedParts {
  readonly model: string;
  readonly customLlmProvider: string | null;
  /** `customLlmProvider` is the route's, not the deployment's. */
  readonly routeProvider: boolean;
  readonly customPricing: boolean;
  readonly routerModelId: string;
  readonly baseModel: string | null;
  readonly dataResidency: string | null;
  readonly vertexLocation: string | null;
  readonly requestModel: string;
  readonly adjustments: CostAdjustments;
}

function readPricedCall(call: PricedCall, fixed: FixedParts): ReadCall {
  const tier = call.serviceTier ?? call.usage?.serviceTier ?? null;
  // One literal, no spread: this runs once per request.
  return {
    request: {
      response: call.response ?? null,
      responseKind: call.responseKind,
      model: fixed.model,
      customLlmProvider: fixed.customLlmProvider,
      callType: call.callType,
      prompt: call.prompt ?? '',
      totalTimeMs: call.totalTimeMs ?? 0,
      size: call.size ?? null,
      quality: call.quality ?? null,
      count: call.count ?? null,
      customPricing: fixed.customPricing,
      optionalParams: call.optionalParams ?? null,
      baseModel: fixed.baseModel,
      builtInTools: call.builtInTools ?? null,
      routerModelId: fixed.routerModelId,
      requestModel: fixed.requestModel,
      dataResidency: fixed.dataResidency,
      vertexLocation: fixed.vertexLocation,
      adjustments: fixed.adjustments,
      at: call.at,
    },
    callType: call.callType,
    model: fixed.model,
    response: call.response ?? null,
    responseModel: call.responseModel,
    usage: call.usage !== null && fixed.customPricing ? { ...call.usage, statedCost: null } : call.usage,
    serviceTier: tier?.toLowerCase() === 'auto' ? null : tier,
  };
}

/** null: none of the names has a price, now and later; `failed`: this call alone could not be priced. */
function firstWorkingName(
  read: ReadCall,
  fixed: FixedParts,
  context: CompletionCostContext,
): { readonly name: WorkingName; readonly cost: CostBreakdown } | null | 'failed' {
  const candidates = costModelNames(
    {
      model: fixed.model,
      responseModel: read.responseModel,
      baseModel: fixed.baseModel,
      provider: fixed.customLlmProvider,
      customPricing: fixed.customPricing,
      routerModelId: fixed.routerModelId,
      isProvider: context.isProvider,
    },
    context,
  );
  let unlisted = true;
  for (const name of workingNames(candidates, fixed, context)) {
    try {
      return { name, cost: costUnderName(name.model, name.provider, read, context) };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      if (error.code !== 'not_found') unlisted = false;
    }
  }
  return unlisted ? null : 'failed';
}

/** Under a route's own provider the provider of the name itself is tried too, and the deployment's full name last. */
function* workingNames(
  candidates: readonly (string | null)[],
  fixed: FixedParts,
  context: CompletionCostContext,
): Iterable<WorkingName> {
  const names = fixed.routeProvider ? [...candidates, fixed.requestModel] : candidates;
  for (const name of names) {
    if (name === null) continue;
    yield { model: name, provider: fixed.customLlmProvider };
    const own = fixed.routeProvider ? context.models.context.resolveProvider(name, null) : null;
    if (own !== null && own.provider !== fixed.customLlmProvider) yield own;
  }
}

function priceUnder(name: WorkingName, read: ReadCall, context: CompletionCostContext): CostBreakdown | null {
  try {
    return costUnderName(name.model, name.provider, read, context);
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
}
