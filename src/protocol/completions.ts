import type { StreamOptions } from './chat.ts';
import type { JsonValue } from './json.ts';
import type { ChatUsage } from './usage.ts';

/** Body of `POST /v1/completions`. Members that are not listed are passed on. */
export interface CompletionsRequest {
  readonly model: string;
  /** Texts, or token ids. */
  readonly prompt: string | readonly string[] | readonly number[] | readonly (readonly number[])[];
  readonly stream?: boolean | null;
  readonly stream_options?: StreamOptions | null;
  readonly max_tokens?: number | null;
  readonly temperature?: number | null;
  readonly top_p?: number | null;
  readonly n?: number | null;
  readonly best_of?: number | null;
  readonly echo?: boolean | null;
  readonly suffix?: string | null;
  readonly stop?: string | readonly string[] | null;
  readonly logprobs?: number | null;
  readonly seed?: number | null;
  readonly user?: string;
}

/** Whole answer, and each event of a stream (there without `usage`, but for the last one when it was asked for). */
export interface CompletionsResponse {
  readonly id: string;
  readonly object: 'text_completion';
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly choices: readonly CompletionsChoice[];
  readonly usage?: ChatUsage | null;
}

export interface CompletionsChoice {
  readonly index: number;
  readonly text: string;
  readonly finish_reason: 'stop' | 'length' | 'content_filter' | null;
  readonly logprobs?: JsonValue;
}
