/** What programs hand in to hear of calls, and what they hear. LiteLLM's custom callbacks in camel case. Types only. */
import type { GatewayError } from '../../errors/gateway-error.ts';

/**
 * One attempt at a provider, LiteLLM's `kwargs` of callbacks. Never a key: neither credentials nor headers are in it, and
 * addresses come without user and query. What is null is not known (yet).
 */
export interface CallLog {
  /** The same for all attempts of a call. */
  readonly litellmCallId: string;
  /** `completion`, `text_completion`, `embedding`, `responses`, `image_generation`, `transcription`, `speech`, … */
  readonly callType: string;
  /** Name that the provider is asked for. */
  readonly model: string;
  readonly customLlmProvider: string;
  readonly apiBase: string;
  /** Of a router: the name that was asked for, and the deployment's `modelInfo.id`. */
  readonly modelGroup: string | null;
  readonly modelId: string | null;
  /** Of chats; redacted with `turn_off_message_logging`, as are `input` and the answer. */
  readonly messages: readonly object[] | 'redacted-by-litellm' | null;
  /** `prompt`, `input` or `query` of other calls. */
  readonly input: unknown;
  /** The provider's parameters as the program wrote them. */
  readonly optionalParams: Readonly<Record<string, unknown>>;
  readonly metadata: object | null;
  readonly user: string | null;
  readonly stream: boolean;
  readonly attemptedRetries: number;
  readonly attemptedFallbacks: number;
  readonly startTime: Date;
  /** Of the first chunk of a stream. */
  readonly completionStartTime: Date | null;
  readonly endTime: Date | null;
  readonly usage: object | null;
  /** USD; null: nothing prices the call. */
  readonly responseCost: number | null;
  readonly exception: GatewayError | null;
}

/** @param response the answer, of a stream the assembled one; null for a failure, or when it is redacted */
export type CallCallback = (kwargs: CallLog, response: LoggedResponse, startTime: Date, endTime: Date) => unknown;
export type LoggedResponse = Readonly<Record<string, unknown>> | null;

/** LiteLLM's `CustomLogger`: whatever of it is there is called, once per attempt, a stream's event once per chunk. */
export interface CustomLogger {
  /** Before a request is sent. */
  logPreApiCall?(model: string, messages: CallLog['messages'], kwargs: CallLog): unknown;
  /** When an answer is there, or the first chunk of it. */
  logPostApiCall?(kwargs: CallLog, response: LoggedResponse, startTime: Date, endTime: Date): unknown;
  logStreamEvent?(kwargs: CallLog, chunk: LoggedResponse, startTime: Date, endTime: Date): unknown;
  logSuccessEvent?(kwargs: CallLog, response: LoggedResponse, startTime: Date, endTime: Date): unknown;
  logFailureEvent?(kwargs: CallLog, response: LoggedResponse, startTime: Date, endTime: Date): unknown;
}

/** What a call, a router or the process may say about callbacks. */
export interface CallbackOptions {
  readonly onSuccess?: CallCallback | readonly CallCallback[] | null | undefined;
  readonly onFailure?: CallCallback | readonly CallCallback[] | null | undefined;
  /** LiteLLM's names for the two. */
  readonly success_callback?: CallCallback | readonly CallCallback[] | null | undefined;
  readonly failure_callback?: CallCallback | readonly CallCallback[] | null | undefined;
  readonly callbacks?: CustomLogger | readonly CustomLogger[] | null | undefined;
}
