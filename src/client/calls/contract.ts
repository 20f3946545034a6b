/**
 * What calls without a router take: LiteLLM's keyword arguments of `completion` and its like, in camel case; its own
 * spelling is accepted too. Types only. Any other parameter is the provider's and is passed on as it is.
 */
import type { CallbackOptions } from '../callbacks/contract.ts';
import type { FallbackModel, RetryPolicy, RouterFile, SnakeCased } from '../router/contract.ts';

/** Every member may be left out, undefined, or null, which is Python's way to leave one out. */
type Optional<Members> = { readonly [Name in keyof Members]?: Members[Name] | null | undefined };

/** How a call is made. Times in seconds. */
interface Options {
  /** Ends the call in any phase; it then rejects with the signal's reason. */
  signal: AbortSignal;
  /** For a whole answer. Default 6000. */
  timeout: number;
  /** That a stream may be silent. Default: `timeout`, else 600. */
  streamTimeout: number;
  /** Retries after the first attempt, of each model. Default 2. LiteLLM's other name for it is `maxRetries`. */
  numRetries: number;
  maxRetries: number;
  /** Retries per kind of error; wins over `numRetries`, unless that is 0. */
  retryPolicy: RetryPolicy;
  /** Models that are asked in turn when one has failed, or parameters that replace the call's (`model` among them). */
  fallbacks: readonly FallbackModel[];
  /** A model with a larger window for each model, for prompts that are too long. */
  contextWindowFallbackDict: { readonly [model: string]: string };
  /** Parameters that the model does not take are left out instead of refused. Default false. */
  dropParams: boolean;
  /** Of these the provider gets none; `tools[*].function.strict` names a part. */
  additionalDropParams: readonly string[];
  /** Sent although the model is not known to take them. */
  allowedOpenaiParams: readonly string[];
  /** Default: LiteLLM's variable of the provider, e.g. `OPENAI_API_KEY`. */
  apiKey: string;
  /** Default: LiteLLM's variable of the provider, e.g. `OPENAI_BASE_URL`, else its own address. */
  apiBase: string;
  baseUrl: string;
  apiVersion: string;
  organization: string;
  /** Wins over the prefix of `model`. */
  customLlmProvider: string;
  /** Headers beside the provider's own. */
  extraHeaders: { readonly [name: string]: string };
  headers: { readonly [name: string]: string };
  /** Members of the request beside its parameters. */
  extraBody: { readonly [name: string]: unknown };
  /** A canned answer instead of a provider's, an error, or its name (`litellm.RateLimitError`); for tests. */
  mockResponse: unknown;
  /** For callbacks; never sent, but with `responses`. */
  metadata: object;
  tags: readonly string[];
  litellmCallId: string;
  /** Callbacks get no texts of this call. */
  turnOffMessageLogging: boolean;
  /** USD, for `response_cost` and callbacks, instead of the listed prices. */
  inputCostPerToken: number;
  outputCostPerToken: number;
  inputCostPerSecond: number;
  outputCostPerSecond: number;
}

/** Parameters of chats that LiteLLM knows; which a model takes is the provider's matter. */
interface ChatParameters {
  temperature: number;
  topP: number;
  n: number;
  stop: string | readonly string[];
  maxTokens: number;
  maxCompletionTokens: number;
  presencePenalty: number;
  frequencyPenalty: number;
  logitBias: object;
  logprobs: unknown;
  topLogprobs: number;
  user: string;
  seed: number;
  responseFormat: object;
  tools: readonly object[];
  toolChoice: string | object;
  parallelToolCalls: boolean;
  functions: readonly object[];
  functionCall: string | object;
  reasoningEffort: string;
  verbosity: string;
  thinking: object;
  modalities: readonly string[];
  audio: object;
  prediction: object;
  webSearchOptions: object;
  serviceTier: string;
  safetyIdentifier: string;
  store: boolean;
  promptCacheKey: string;
  streamOptions: object;
  /** With a mock: calls in its message, seconds before it answers, a time-out in its place. */
  mockToolCalls: readonly object[];
  mockDelay: number;
  mockTimeout: boolean;
}

type BothSpellings<Members> = Optional<Members> & SnakeCased<Optional<Members>>;

export type DirectOptions = BothSpellings<Options> & CallbackOptions;

interface MaybeStreamed {
  /** true: the answer comes event by event. Default false. */
  readonly stream?: boolean | null | undefined;
}

/** `model` is `provider/name`, e.g. `openai/gpt-4o-mini`, or a bare name that everybody knows. */
export type CompletionCall = DirectOptions &
  BothSpellings<ChatParameters> &
  MaybeStreamed & { readonly model: string; readonly messages: readonly object[] };

export type TextCompletionCall = DirectOptions &
  BothSpellings<ChatParameters> &
  MaybeStreamed & { readonly model: string; readonly prompt?: string | readonly unknown[] | null | undefined };

export type EmbeddingsCall = DirectOptions & {
  readonly model: string;
  readonly input: string | readonly unknown[];
};

export type ResponseCall = DirectOptions & MaybeStreamed & { readonly model: string; readonly input?: unknown };

export type ImageGenerationCall = DirectOptions & {
  /** Default `openai/dall-e-2`, as in LiteLLM. */
  readonly model?: string | undefined;
  readonly prompt: string;
};

export type TranscriptionsCall = DirectOptions & { readonly model: string; readonly file: RouterFile };

export type SpeechesCall = DirectOptions & {
  readonly model: string;
  readonly input: string;
  readonly voice: unknown;
};

export type ModerationsCall = DirectOptions & {
  /** Default `openai/omni-moderation-latest`. */
  readonly model?: string | undefined;
  readonly input: string | readonly unknown[];
};

export type RerankingCall = DirectOptions & {
  readonly model: string;
  readonly query: string;
  readonly documents: readonly unknown[];
};
