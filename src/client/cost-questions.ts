/**
 * LiteLLM's `completion_cost` and `cost_per_token` as a caller of the library asks them: plain objects in, USD out.
 * Everything but the reading of the question is `pricing/`.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../protocol/json.ts';
import {
  completionCost,
  type CompletionCostContext,
  type CompletionCostRequest,
  type ResponseKind,
} from '../pricing/completion-cost.ts';
import { readAdjustments } from '../pricing/cost-adjustments.ts';
import { costPerToken, type CostPerTokenRequest } from '../pricing/cost-per-token.ts';
import { CUSTOM_PRICE_NAMES, type CustomTokenPrice, readCustomTokenPrice } from '../pricing/custom-price.ts';
import { priceFault } from '../pricing/price-fault.ts';
import { plainUsage, readUsage, type TokenUsage } from '../pricing/usage.ts';
import { checkModel, checkQuestion, type MemberKind, type Members, type OtherNames } from './check-question.ts';

/** What both questions may say of a call. */
interface PricedQuestion {
  /** The provider, where the model's name does not tell it. */
  readonly customLlmProvider?: string;
  /** LiteLLM's call type, e.g. `completion`, `embedding`, `speech`, `retrieve_batch`. Default: what the answer is. */
  readonly callType?: string;
  /** `flex`, `priority`, …; default: what the answer says. */
  readonly serviceTier?: string;
  /**
   * Cloud region whose prices hold where the map has any (`bedrock/eu-west-1/…`). LiteLLM-compat: only `costPerToken`
   * asks for them; for `completionCost` `baseModel` has to name the region.
   */
  readonly regionName?: string;
  /** USD per token instead of the listed prices: LiteLLM's `input_cost_per_token`, `output_cost_per_token` and cache keys. */
  readonly customCostPerToken?: Readonly<Record<string, number>>;
  /** USD per second of the call instead of the listed prices. */
  readonly customCostPerSecond?: number;
  /** When the call was made, which decides off-peak prices. Default: now. */
  readonly at?: Date;
}

export interface CompletionCostQuestion extends PricedQuestion {
  /** The provider's answer, in any of the shapes that LiteLLM prices. Without it the texts below are counted. */
  readonly completionResponse?: object;
  /** Default: told by the answer's own members. */
  readonly responseKind?: ResponseKind;
  readonly model?: string;
  readonly prompt?: string;
  readonly messages?: readonly object[];
  readonly completion?: string;
  /** The model whose prices hold for a deployment with a name of its own. */
  readonly baseModel?: string;
  readonly totalTimeMs?: number;
  /** Of a picture. */
  readonly size?: string;
  readonly quality?: string;
  readonly n?: number;
  /** Parameters of the call that its price may depend on. */
  readonly optionalParams?: object;
  /** LiteLLM's `standard_built_in_tools_params`, e.g. `{web_search_options: {search_context_size: 'high'}}`. */
  readonly builtInTools?: object;
  /** LiteLLM's `cost_discount_config` and `cost_margin_config`. */
  readonly costDiscountConfig?: object;
  readonly costMarginConfig?: object;
}

export interface CostPerTokenQuestion extends PricedQuestion {
  readonly model: string;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  /** Of the prompt tokens: read from the provider's cache, and written to it. */
  readonly cacheReadInputTokens?: number;
  readonly cacheCreationInputTokens?: number;
  /** The whole usage of an answer; wins over the counts. */
  readonly usage?: object;
  readonly promptCharacters?: number;
  readonly completionCharacters?: number;
  readonly responseTimeMs?: number;
  readonly numberOfQueries?: number;
  /** Seconds of sound of a transcription. */
  readonly audioSeconds?: number;
}

export interface TokenCost {
  readonly promptCostUsd: number;
  readonly completionCostUsd: number;
}

const SHARED_MEMBERS: readonly (readonly [string, MemberKind])[] = [
  ['model', 'text'],
  ['customLlmProvider', 'text'],
  ['callType', 'text'],
  ['serviceTier', 'text'],
  ['regionName', 'text'],
  ['customCostPerToken', 'object'],
  ['customCostPerSecond', 'count'],
  ['at', 'date'],
];
const COMPLETION_MEMBERS = new Map<string, MemberKind>([
  ...SHARED_MEMBERS,
  ['completionResponse', 'answer'],
  ['responseKind', 'text'],
  ['prompt', 'text'],
  ['messages', 'list'],
  ['completion', 'text'],
  ['baseModel', 'text'],
  ['totalTimeMs', 'count'],
  ['size', 'text'],
  ['quality', 'text'],
  ['n', 'count'],
  ['optionalParams', 'object'],
  ['builtInTools', 'object'],
  ['costDiscountConfig', 'object'],
  ['costMarginConfig', 'object'],
]);
const TOKEN_MEMBERS = new Map<string, MemberKind>([
  ...SHARED_MEMBERS,
  ['promptTokens', 'count'],
  ['completionTokens', 'count'],
  ['cacheReadInputTokens', 'count'],
  ['cacheCreationInputTokens', 'count'],
  ['usage', 'usage'],
  ['promptCharacters', 'count'],
  ['completionCharacters', 'count'],
  ['responseTimeMs', 'count'],
  ['numberOfQueries', 'count'],
  ['audioSeconds', 'count'],
]);

/** LiteLLM's other names of members. */
const OTHER_NAMES: OtherNames = new Map([
  ['total_time', 'totalTimeMs'],
  ['standard_built_in_tools_params', 'builtInTools'],
  ['usage_object', 'usage'],
  ['audio_transcription_file_duration', 'audioSeconds'],
]);
const CUSTOM_PRICES: Members = new Map(CUSTOM_PRICE_NAMES.map((name) => [name, 'any']));

/** @throws GatewayError `bad_request`: the question cannot be meant; else as `pricing/completion-cost.ts` */
export function answerCompletionCost(asked: CompletionCostQuestion, context: CompletionCostContext): number {
  const question = checkQuestion('completionCost', asked, COMPLETION_MEMBERS, OTHER_NAMES);
  const response = (question.completionResponse ?? null) as JsonObject | null;
  const request: CompletionCostRequest = {
    ...shared(question),
    response,
    responseKind: question.responseKind ?? (response === null ? undefined : kindOf(response)),
    model: question.model ?? null,
    prompt: question.prompt ?? '',
    messages: (question.messages ?? []) as readonly JsonObject[],
    completion: question.completion ?? '',
    baseModel: question.baseModel ?? null,
    totalTimeMs: question.totalTimeMs ?? 0,
    size: question.size ?? null,
    quality: question.quality ?? null,
    count: question.n ?? null,
    optionalParams: (question.optionalParams ?? null) as JsonObject | null,
    builtInTools: (question.builtInTools ?? null) as JsonObject | null,
    adjustments: readAdjustments(
      (question.costDiscountConfig ?? undefined) as JsonObject | undefined,
      (question.costMarginConfig ?? undefined) as JsonObject | undefined,
    ),
  };
  return completionCost(request, context);
}

/** @throws GatewayError `bad_request`: the question cannot be meant; else as `pricing/cost-per-token.ts` */
export function answerCostPerToken(asked: CostPerTokenQuestion, context: CompletionCostContext): TokenCost {
  const question = checkQuestion('costPerToken', asked, TOKEN_MEMBERS, OTHER_NAMES);
  checkModel('costPerToken', question.model);
  const usage = (question.usage ?? null) as JsonObject | null;
  const request: CostPerTokenRequest = {
    ...shared(question),
    model: question.model,
    usage: usage === null ? countedUsage(question) : readUsage(usage),
    promptCharacters: question.promptCharacters ?? null,
    completionCharacters: question.completionCharacters ?? null,
    responseTimeMs: question.responseTimeMs ?? 0,
    numberOfQueries: question.numberOfQueries ?? null,
    audioSeconds: question.audioSeconds ?? 0,
  };
  const { prompt, completion } = costPerToken(request, context);
  return { promptCostUsd: prompt, completionCostUsd: completion };
}

function countedUsage(question: CostPerTokenQuestion): TokenUsage {
  const { promptTokens, completionTokens, cacheReadInputTokens, cacheCreationInputTokens } = question;
  if (cacheReadInputTokens == null && cacheCreationInputTokens == null)
    return plainUsage(promptTokens ?? 0, completionTokens ?? 0);
  return readUsage({
    prompt_tokens: promptTokens ?? 0,
    completion_tokens: completionTokens ?? 0,
    cache_read_input_tokens: cacheReadInputTokens ?? 0,
    cache_creation_input_tokens: cacheCreationInputTokens ?? 0,
  });
}

function shared(question: PricedQuestion) {
  const { customCostPerToken } = question;
  return {
    customLlmProvider: question.customLlmProvider ?? null,
    callType: question.callType ?? null,
    serviceTier: question.serviceTier ?? null,
    regionName: question.regionName ?? null,
    customCostPerToken: customCostPerToken == null ? null : customPrice(customCostPerToken),
    customCostPerSecond: question.customCostPerSecond ?? null,
    at: question.at?.getTime() ?? Date.now(),
  };
}

/** Prices keep LiteLLM's names, as everywhere. @throws GatewayError `bad_request` */
function customPrice(prices: NonNullable<PricedQuestion['customCostPerToken']>): CustomTokenPrice {
  checkQuestion('customCostPerToken', prices, CUSTOM_PRICES);
  for (const [name, value] of Object.entries(prices)) {
    const fault = priceFault(name, value);
    if (fault !== null) throw new GatewayError('bad_request', `customCostPerToken: ${fault}`, { param: name });
  }
  return readCustomTokenPrice(prices);
}

const KIND_OF_OBJECT: ReadonlyMap<unknown, ResponseKind> = new Map([
  ['chat.completion', 'chat'],
  ['chat.completion.chunk', 'chat'],
  ['text_completion', 'text'],
  ['response', 'responses'],
  ['video', 'video'],
]);

/** What LiteLLM knows from an answer's class; here its members tell. */
function kindOf(response: JsonObject): ResponseKind {
  const named = KIND_OF_OBJECT.get(response['object']);
  if (named !== undefined) return named;
  const { data } = response;
  const first = isJsonArray(data) ? data[0] : undefined;
  if (isJsonObject(first)) {
    if ('embedding' in first) return 'embedding';
    if ('url' in first || 'b64_json' in first) return 'image';
  }
  if (isJsonArray(response['results']) && isJsonObject(response['meta'])) return 'rerank';
  if (isJsonArray(response['pages'])) return 'ocr';
  if (isJsonArray(response['choices'])) return 'chat';
  return typeof response['text'] === 'string' ? 'transcription' : 'json';
}
