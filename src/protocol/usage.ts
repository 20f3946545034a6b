import type { JsonObject, JsonValue } from './json.ts';

/** `usage` of chat completions, completions and embeddings as OpenAI writes it; providers add members of their own. */
export interface ChatUsage {
  readonly prompt_tokens: number;
  /** Absent in embeddings. */
  readonly completion_tokens?: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details?: {
    readonly cached_tokens?: number;
    readonly audio_tokens?: number;
    /** Written by LiteLLM for providers that bill the writing of a prompt cache. */
    readonly cache_creation_tokens?: number;
  } | null;
  readonly completion_tokens_details?: {
    readonly reasoning_tokens?: number;
    readonly audio_tokens?: number;
    readonly accepted_prediction_tokens?: number;
    readonly rejected_prediction_tokens?: number;
  } | null;
}

/** `usage` of the Responses API. */
export interface ResponsesUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly input_tokens_details?: { readonly cached_tokens?: number } | null;
  readonly output_tokens_details?: { readonly reasoning_tokens?: number } | null;
}

/** The same numbers whatever the API calls them. Zero where the provider says nothing. */
export interface UsageCounts {
  /** All input tokens, cached ones included. */
  readonly promptTokens: number;
  /** All output tokens, reasoning included. */
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly cachedTokens: number;
  readonly cacheCreationTokens: number;
  readonly reasoningTokens: number;
}

/** Reads both spellings; a total that is missing is the sum. Never throws. */
export function usageCounts(usage: JsonObject): UsageCounts {
  const promptTokens = firstCount(usage, 'prompt_tokens', 'input_tokens');
  const completionTokens = firstCount(usage, 'completion_tokens', 'output_tokens');
  const promptDetails = firstObject(usage, 'prompt_tokens_details', 'input_tokens_details');
  const completionDetails = firstObject(usage, 'completion_tokens_details', 'output_tokens_details');
  return {
    promptTokens,
    completionTokens,
    totalTokens: count(own(usage, 'total_tokens')) ?? promptTokens + completionTokens,
    cachedTokens: count(own(promptDetails, 'cached_tokens')) ?? count(own(usage, 'cache_read_input_tokens')) ?? 0,
    cacheCreationTokens:
      count(own(promptDetails, 'cache_creation_tokens')) ?? count(own(usage, 'cache_creation_input_tokens')) ?? 0,
    reasoningTokens: count(own(completionDetails, 'reasoning_tokens')) ?? 0,
  };
}

function firstCount(usage: JsonObject, name: string, otherName: string): number {
  return count(own(usage, name)) ?? count(own(usage, otherName)) ?? 0;
}

function firstObject(usage: JsonObject, name: string, otherName: string): JsonObject {
  for (const value of [own(usage, name), own(usage, otherName)])
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  return NO_DETAILS;
}

const NO_DETAILS: JsonObject = {};

function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function count(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
