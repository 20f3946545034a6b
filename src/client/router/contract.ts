/**
 * What users of `Router` write and get: options, deployments, calls, answers. Types only. Every name is LiteLLM's in
 * camel case; its own spelling (`num_retries`) is accepted too.
 */
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { DeploymentReport } from '../../router/router-state.ts';
import type { StrategyName } from '../../router/routing-policy.ts';
import type { CallbackOptions } from '../callbacks/contract.ts';

export type { DeploymentReport, StrategyName };

type Snake<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${Snake<Rest>}`
  : Name;
/** The same members in LiteLLM's own spelling. */
export type SnakeCased<Options> = { readonly [Name in keyof Options as Snake<Name & string>]: Options[Name] };

/** One entry of `model_list`. Parameters and facts may be spelled in either way; what is no setting goes to the provider. */
export interface RouterDeployment {
  /** The name that is asked for; deployments of one name share the load. May hold `*`. */
  readonly modelName: string;
  /** `model` (`provider/name`), `apiKey`, `apiBase`, `rpm`, `tpm`, `weight`, `order`, `timeout`, … */
  readonly litellmParams: { readonly model: string; readonly [name: string]: unknown };
  /** `id`, `maxInputTokens`, `baseModel`, … */
  readonly modelInfo?: { readonly id?: string; readonly [name: string]: unknown } | undefined;
}

/** Numbers per kind of error, e.g. `{ RateLimitErrorRetries: 3 }`. */
type ErrorKind =
  | 'BadRequestError'
  | 'AuthenticationError'
  | 'TimeoutError'
  | 'RateLimitError'
  | 'ContentPolicyViolationError'
  | 'InternalServerError'
  | 'ServiceUnavailableError'
  | 'NotFoundError';
export type RetryPolicy = { readonly [Kind in ErrorKind | 'Default' as `${Kind}Retries`]?: number };
export type AllowedFailsPolicy = { readonly [Kind in ErrorKind | 'BadGatewayError' as `${Kind}AllowedFails`]?: number };

/** A model, or parameters that replace those of the request (`model` among them). */
export type FallbackModel = string | { readonly model?: string; readonly [name: string]: unknown };
/** `[{ 'gpt-4o': ['claude', 'gemini'] }, { '*': ['small'] }]`. */
export type FallbackList = readonly { readonly [group: string]: readonly FallbackModel[] }[];

/** Every member may be left out or undefined. */
type Optional<Members> = { readonly [Name in keyof Members]?: Members[Name] | undefined };

/** What a router sets for all calls, and a call for itself. */
type SharedSettings = Optional<{
  /** Retries after the first attempt. Default of a router: 2. */
  numRetries: number;
  /** Seconds for a whole answer, and for waiting for a free place. Default of a router: 6000. */
  timeout: number;
  /** Seconds that a stream may be silent. Default: `timeout`, else 600. */
  streamTimeout: number;
  /** Tried for a prompt that is too long. */
  contextWindowFallbacks: FallbackList;
  /** Tried for what a provider refuses for its content, or answers with an emptied message. */
  contentPolicyFallbacks: FallbackList;
  /** Hops from model to model. Default of a router: 5. */
  maxFallbacks: number;
  /** Parameters that a model does not understand are left out instead of refused: `litellm.drop_params`. Default false. */
  dropParams: boolean;
  modelGroupRetryPolicy: { readonly [group: string]: RetryPolicy };
  /** Only deployments with the tags of the call may answer. Default false. */
  enableTagFiltering: boolean;
}>;

/** LiteLLM's settings of a router. Times in seconds. */
export type RouterSettings = SharedSettings &
  Optional<{
    /** Tried when every attempt at a model has failed. */
    fallbacks: FallbackList;
    /** Tried when a model has no fallbacks of its own. */
    defaultFallbacks: readonly FallbackModel[];
    /** Retries per kind of error; wins over `numRetries`. */
    retryPolicy: RetryPolicy;
    /** Failures within `cooldownTime` before a deployment rests. Default, and at 3: its rate of failures decides. */
    allowedFails: number;
    allowedFailsPolicy: AllowedFailsPolicy;
    /** Seconds. Default 5. */
    cooldownTime: number;
    disableCooldowns: boolean;
    /** Default `simple-shuffle`. */
    routingStrategy: StrategyName;
    /** Of latency-based routing: `ttl`, `lowestLatencyBuffer`, `maxLatencyListSize`, `ttftPercentile`. */
    routingStrategyArgs: { readonly [name: string]: unknown };
    /** Other names for models; hidden ones are not listed. */
    modelGroupAlias: { readonly [alias: string]: string | { readonly model: string; readonly hidden?: boolean } };
    /** Leaves out deployments that a call does not fit: context window, region, `response_format`. Default false. */
    enablePreCallChecks: boolean;
    /** false: a deployment needs all tags of a call. Default true. */
    tagFilteringMatchAny: boolean;
    /** Calls at a time for deployments that set none; a call above it waits for a place. Default: no limit. */
    defaultMaxParallelRequests: number;
    /** Least seconds before a retry where a model has one deployment. Default 0. */
    retryAfter: number;
    /** Parameters of every deployment that does not say otherwise. */
    defaultLitellmParams: { readonly [name: string]: unknown };
    /** Deployments that cannot be are left out instead of refused. Default false. */
    ignoreInvalidDeployments: boolean;
  }> &
  Optional<{
    // Beyond LiteLLM; their defaults are `SAFE_RESILIENCE` of the routing core.

    /** After a cooldown one call at a time until one succeeds. Default false. */
    halfOpenProbe: boolean;
    /** When all deployments rest, the one that comes back first is asked. Default false. */
    panicMode: boolean;
    /** A 401 rests every deployment that shares the credential. Default false. */
    credentialCooldowns: boolean;
    /** Attempts of one call over retries and fallbacks; null: no limit. Default 50. */
    maxAttempts: number | null;
    /** Seconds in which another attempt of a call may still begin; null: no limit. Default null. */
    maxAttemptSeconds: number | null;
    /** Retries are at most this part of the calls of the last 10 s; null: no limit. Default 0.1. */
    retryBudgetRatio: number | null;
    /** Retries a second that the budget always allows. Default 10. */
    retryBudgetMinPerSecond: number;
    /** `retry-after` counts with fractions and above 60 s. Default false. */
    obeyRetryAfter: boolean;
    /** Most seconds that a provider can ask for, with `obeyRetryAfter`. Default 60. */
    retryAfterCap: number;
    /** Sleeps are uniform in 0…back-off. Default false. */
    fullJitter: boolean;
    /** A silent time-out goes to a fallback at once where there is one. Default true. */
    timeoutFailsOver: boolean;
    /** No sleep after the last attempt. Default true. */
    skipLastSleep: boolean;
    /** A call that finds every deployment full waits within its time limit, instead of failing at once. Default true. */
    waitForPlace: boolean;
    /** A 403 is tried again where a model has one deployment. Default false. */
    retryForbidden: boolean;
  }>;

type Deployments = readonly (RouterDeployment | SnakeCased<RouterDeployment>)[];

export type RouterOptions = RouterSettings & Optional<{ modelList: Deployments }> & CallbackOptions;

/** What one call may say beside the provider's parameters. Times in seconds. */
export interface CallOptions extends SharedSettings, CallbackOptions {
  readonly model: string;
  /** Ends the call in any phase; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | null | undefined;
  /** Models in the place of the router's fallbacks, or a list for each model. */
  readonly fallbacks?: FallbackList | readonly FallbackModel[] | undefined;
  /** The first model's answer or error. Default false. */
  readonly disableFallbacks?: boolean | undefined;
  /** A canned answer instead of a provider's, or `litellm.RateLimitError` and the like; for tests. */
  readonly mockResponse?: unknown;
  /** `tags` choose among deployments. */
  readonly metadata?: object | null | undefined;
}

interface MaybeStreamed {
  /** true: the answer comes event by event. Default false. */
  readonly stream?: boolean | null | undefined;
}

export interface ChatCall extends CallOptions, MaybeStreamed {
  readonly messages: readonly object[];
}

export interface TextCall extends CallOptions, MaybeStreamed {
  readonly prompt?: string | readonly unknown[] | null | undefined;
}

export interface EmbeddingCall extends CallOptions {
  readonly input: string | readonly unknown[];
}

export interface ImageCall extends CallOptions {
  readonly prompt: string;
}

/** A file by its bytes. */
export type RouterFile = Blob | { readonly name: string; readonly data: Uint8Array | string };

export interface TranscriptionCall extends CallOptions {
  readonly file: RouterFile;
}

export interface SpeechCall extends CallOptions {
  readonly input: string;
  readonly voice: unknown;
}

export interface RerankCall extends CallOptions {
  readonly query: string;
  readonly documents: readonly unknown[];
}

export interface ResponsesCall extends CallOptions, MaybeStreamed {
  readonly input?: unknown;
}

/** Fits objects of SDKs, and literals with any parameter of the provider's. */
export type WithAny<Call> = Call | (Call & { readonly [name: string]: unknown });

export interface ModerationCall extends CallOptions {
  readonly input: string | readonly unknown[];
}

/** The same request for several models. */
export interface BatchCall extends Omit<ChatCall, 'model' | 'messages'> {
  readonly models: readonly string[];
  /** One chat, or a list of chats. */
  readonly messages: readonly object[] | readonly (readonly object[])[];
}

export interface FastestCall extends Omit<ChatCall, 'model'> {
  readonly models: readonly string[];
}

/** Who answered, in LiteLLM's words; the member `_hidden_params` of every answer, which JSON does not show. */
export interface DirectHiddenParams {
  readonly custom_llm_provider: string;
  readonly api_base: string;
  readonly attempted_retries: number;
  readonly attempted_fallbacks: number;
  /** USD, by the prices of the process; null: nothing prices the call, or it was streamed. */
  readonly response_cost: number | null;
}

/** Of a router's answers: which deployment answered, too. */
export interface HiddenParams extends DirectHiddenParams {
  readonly model_id: string;
  readonly model_group: string;
}

/** A deployment as it is used: references resolved, defaults filled in, parameters in LiteLLM's spelling. */
export interface DeploymentInfo {
  readonly modelName: string;
  readonly litellmParams: { readonly model: string; readonly [name: string]: unknown };
  readonly modelInfo: { readonly id: string; readonly [name: string]: unknown };
}

/** Leaving the loop over it ends the provider's call. */
export type Streamed<Chunk, Params = HiddenParams> = AsyncIterableIterator<Chunk, undefined> &
  AsyncDisposable & { readonly _hidden_params: Params };

export type Answered<Answer, Params = HiddenParams> = Answer & { readonly _hidden_params: Params };

/** What a failed call says beside its code, status and message. */
export interface CallFailure extends GatewayError {
  /** LiteLLM's name for `status`. */
  readonly statusCode: number;
  /** The provider that failed last; null: none was asked. */
  readonly llmProvider: string | null;
  /** `litellm_params.model` of the deployment that failed last. */
  readonly model: string | null;
  readonly numRetries: number;
  /** null: no retry was made. */
  readonly maxRetries: number | null;
  readonly attemptedFallbacks: number;
}
