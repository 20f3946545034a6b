/**
 * What users of `Router` write and get: options, deployments, calls, answers. Types only. Every name is LiteLLM's in
 * camel case; its own spelling (`num_retries`) is accepted too.
 */
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { DeploymentReport } from '../../router/router-state.ts';
import type { StrategyName } from '../../router/routing-policy.ts';

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
  | 'NotFoundError'
  | 'Default';
export type RetryPolicy = { readonly [Kind in ErrorKind as `${Kind}Retries`]?: number };
export type AllowedFailsPolicy = { readonly [Kind in ErrorKind as `${Kind}AllowedFails`]?: number };

/** A model, or parameters that replace those of the request (`model` among them). */
export type FallbackModel = string | { readonly model?: string; readonly [name: string]: unknown };
/** `[{ 'gpt-4o': ['claude', 'gemini'] }, { '*': ['small'] }]`. */
export type FallbackList = readonly { readonly [group: string]: readonly FallbackModel[] }[];

/** LiteLLM's settings of a router. Times in seconds. */
export interface RouterSettings {
  readonly fallbacks?: FallbackList | undefined;
  readonly contextWindowFallbacks?: FallbackList | undefined;
  readonly contentPolicyFallbacks?: FallbackList | undefined;
  /** Tried when a model has no fallbacks of its own. */
  readonly defaultFallbacks?: readonly FallbackModel[] | undefined;
  /** Default 2. */
  readonly numRetries?: number | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
  readonly modelGroupRetryPolicy?: { readonly [group: string]: RetryPolicy } | undefined;
  readonly allowedFails?: number | undefined;
  readonly allowedFailsPolicy?: AllowedFailsPolicy | undefined;
  /** Default 5. */
  readonly cooldownTime?: number | undefined;
  readonly disableCooldowns?: boolean | undefined;
  /** Default `simple-shuffle`. */
  readonly routingStrategy?: StrategyName | undefined;
  /** Of latency-based routing: `ttl`, `lowestLatencyBuffer`, `maxLatencyListSize`, `ttftPercentile`. */
  readonly routingStrategyArgs?: { readonly [name: string]: unknown } | undefined;
  readonly modelGroupAlias?:
    { readonly [alias: string]: string | { readonly model: string; readonly hidden?: boolean } } | undefined;
  readonly timeout?: number | undefined;
  readonly streamTimeout?: number | undefined;
  readonly enablePreCallChecks?: boolean | undefined;
  readonly enableTagFiltering?: boolean | undefined;
  /** Default true. */
  readonly tagFilteringMatchAny?: boolean | undefined;
  readonly defaultMaxParallelRequests?: number | undefined;
  /** Default 5. */
  readonly maxFallbacks?: number | undefined;
  /** Least seconds between two attempts at one deployment. */
  readonly retryAfter?: number | undefined;
  /** Parameters that a request does not understand are left out instead of refused: `litellm.drop_params`. */
  readonly dropParams?: boolean | undefined;
  /** Parameters of every deployment that does not say otherwise. */
  readonly defaultLitellmParams?: { readonly [name: string]: unknown } | undefined;
  /** Deployments that cannot be are left out instead of refused. */
  readonly ignoreInvalidDeployments?: boolean | undefined;
  /** What goes beyond LiteLLM; see docs/router.md. */
  readonly halfOpenProbe?: boolean | undefined;
  readonly panicMode?: boolean | undefined;
  readonly credentialCooldowns?: boolean | undefined;
  readonly maxAttempts?: number | null | undefined;
  readonly maxAttemptSeconds?: number | null | undefined;
  readonly retryBudgetRatio?: number | null | undefined;
  readonly retryBudgetMinPerSecond?: number | undefined;
  readonly obeyRetryAfter?: boolean | undefined;
  readonly retryAfterCap?: number | undefined;
  readonly fullJitter?: boolean | undefined;
  readonly timeoutFailsOver?: boolean | undefined;
  readonly skipLastSleep?: boolean | undefined;
}

type Deployments = readonly (RouterDeployment | SnakeCased<RouterDeployment>)[];

export interface RouterOptions extends RouterSettings {
  readonly modelList?: Deployments | undefined;
}

/** What one call may say beside the provider's parameters. Times in seconds. */
export interface CallOptions {
  readonly model: string;
  /** Ends the call in any phase; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | null | undefined;
  readonly numRetries?: number | undefined;
  readonly timeout?: number | undefined;
  readonly streamTimeout?: number | undefined;
  readonly fallbacks?: FallbackList | readonly FallbackModel[] | undefined;
  readonly contextWindowFallbacks?: FallbackList | undefined;
  readonly contentPolicyFallbacks?: FallbackList | undefined;
  readonly maxFallbacks?: number | undefined;
  readonly disableFallbacks?: boolean | undefined;
  readonly dropParams?: boolean | undefined;
  /** A canned answer instead of a provider's, or `litellm.RateLimitError` and the like; for tests. */
  readonly mockResponse?: unknown;
  /** `tags` choose among deployments. */
  readonly metadata?: object | null | undefined;
}

export interface ChatCall extends CallOptions {
  readonly messages: readonly object[];
  readonly stream?: boolean | null | undefined;
}

export interface TextCall extends CallOptions {
  readonly prompt?: string | readonly unknown[] | null | undefined;
  readonly stream?: boolean | null | undefined;
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

export interface ResponsesCall extends CallOptions {
  readonly input?: unknown;
  readonly stream?: boolean | null | undefined;
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

/** Which deployment answered, in LiteLLM's words; the member `_hidden_params` of every answer, which JSON does not show. */
export interface HiddenParams {
  readonly model_id: string;
  readonly model_group: string;
  readonly custom_llm_provider: string;
  readonly api_base: string;
  readonly attempted_retries: number;
  readonly attempted_fallbacks: number;
}

/** A deployment as it is used: references resolved, defaults filled in, parameters in LiteLLM's spelling. */
export interface DeploymentInfo {
  readonly modelName: string;
  readonly litellmParams: { readonly model: string; readonly [name: string]: unknown };
  readonly modelInfo: { readonly id: string; readonly [name: string]: unknown };
}

/** Leaving the loop over it ends the provider's call. */
export type Streamed<Chunk> = AsyncIterableIterator<Chunk, undefined> &
  AsyncDisposable & { readonly _hidden_params: HiddenParams };

export type Answered<Answer> = Answer & { readonly _hidden_params: HiddenParams };

/** What a failed call says beside its code, status and message. */
export interface CallFailure extends GatewayError {
  /** The provider that failed last; null: none was asked. */
  readonly llmProvider: string | null;
  /** `litellm_params.model` of the deployment that failed last. */
  readonly model: string | null;
  readonly numRetries: number;
  /** null: no retry was made. */
  readonly maxRetries: number | null;
  readonly attemptedFallbacks: number;
}
