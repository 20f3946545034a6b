/**
 * What the parsed events of a stream mean: chunks of chats and text completions, which end with a finish reason and
 * `[DONE]`, and the events of the Responses API, which end with one of their own.
 */
import { chunkHasContent, responseEventHasContent } from '../../protocol/first-content.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { responseFailure } from '../../protocol/response-failure.ts';

export interface EventShape {
  /** The `error` of an event that says that the stream has failed; null: it says no such thing. */
  failure(event: JsonObject): JsonValue | null;
  /** The event answers something. Asked until one does. */
  hasContent(event: JsonObject): boolean;
  /** After this one the stream is whole. */
  isTerminal(event: JsonObject): boolean;
  usage(event: JsonObject): JsonObject | null;
  /** Only for callers that asked for usage. */
  onlyForUsage(event: JsonObject): boolean;
  /** The error of a last event that the reader gets and that is no success all the same; null: none. */
  failedAnswer(event: JsonObject): JsonValue | null;
}

export const CHUNK_EVENTS: EventShape = {
  failure: ({ error }) => error ?? null,
  hasContent: ({ choices, usage }) => chunkHasContent(choices, isJsonObject(usage)),
  isTerminal: ({ choices }) =>
    isJsonArray(choices) &&
    choices.some((choice) => isJsonObject(choice) && typeof choice['finish_reason'] === 'string'),
  usage: ({ usage }) => (isJsonObject(usage) ? usage : null),
  // LiteLLM-compat: chunks without choices (usage, Azure's filter results) go only to those who asked for usage.
  onlyForUsage: ({ choices, usage }) => (isJsonArray(choices) ? choices.length === 0 : isJsonObject(usage)),
  failedAnswer: () => null,
};

const TERMINAL: ReadonlySet<JsonValue> = new Set(['response.completed', 'response.incomplete', 'response.failed']);

export const RESPONSE_EVENTS: EventShape = {
  failure: (event) => {
    if (event['type'] === 'error') return responseFailure(event);
    return event['type'] === undefined ? (event['error'] ?? null) : null;
  },
  hasContent: (event) => responseEventHasContent(event['type'], (name) => event[name]),
  isTerminal: ({ type }) => type !== undefined && TERMINAL.has(type),
  usage: ({ response }) => {
    const usage = isJsonObject(response) ? response['usage'] : null;
    return isJsonObject(usage) ? usage : null;
  },
  onlyForUsage: () => false,
  failedAnswer: (event) => (event['type'] === 'response.failed' ? responseFailure(event) : null),
};
