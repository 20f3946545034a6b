/** Members of messages that a provider must not get. */
import { isJsonArray, isJsonObject, type JsonValue } from '../../protocol/json.ts';
import { valueMarker, wordMarker, TYPED_PART } from './byte-markers.ts';
import { mapMessages, without } from './message-list.ts';
import type { ChatBody, MessageRule } from './message-rules.ts';

/**
 * LiteLLM-compat: empty members of assistant messages (`content: null` beside tool calls) are left out. The fast path
 * leaves them in: OpenAI's own clients send them and every compatible server knows them.
 */
export const NO_NULLS: MessageRule = {
  markers: [],
  apply: (body) =>
    mapMessages(body, (message) =>
      message['role'] === 'assistant'
        ? Object.fromEntries(Object.entries(message).filter(([, value]) => value !== null))
        : message,
    ),
};

const CACHE_MARKERS = [valueMarker('cache_control', '{'), valueMarker('cache_control', 'n')];

/** Anthropic's caching marks, anywhere in messages and tools. */
export const NO_CACHE_MARKS: MessageRule = {
  markers: CACHE_MARKERS,
  requires: TYPED_PART,
  apply: (body) => ({
    messages: stripMarks(body.messages),
    params: { ...body.params, ...('tools' in body.params ? { tools: stripMarks(body.params['tools'] ?? null) } : {}) },
  }),
};

/** Messages lose their own marks, tools keep theirs. */
export const NO_CACHE_MARKS_IN_MESSAGES: MessageRule = {
  markers: CACHE_MARKERS,
  requires: TYPED_PART,
  apply: (body) => ({ ...body, messages: stripMarks(body.messages) }),
};

function stripMarks(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isJsonArray(value)) return value.map(stripMarks);
  const kept: Record<string, JsonValue> = {};
  for (const [key, member] of Object.entries(value)) if (key !== 'cache_control') kept[key] = stripMarks(member);
  return kept;
}

/** A mark on a message moves to the last part of its content, where brokers of Anthropic's models look for it. */
export const CACHE_MARKS_IN_PARTS: MessageRule = {
  markers: CACHE_MARKERS,
  requires: TYPED_PART,
  apply: (body) =>
    mapMessages(body, (message) => {
      const { cache_control: mark, ...rest } = message;
      if (mark === undefined || mark === null) return rest;
      const content = rest['content'];
      const parts = isJsonArray(content) ? content : [{ type: 'text', text: content ?? '' }];
      return {
        ...rest,
        content: parts.map((part, index) =>
          index === parts.length - 1 && isJsonObject(part) ? { ...part, cache_control: mark } : part,
        ),
      };
    }),
};

function assistantWithout(names: readonly string[]): MessageRule {
  return {
    markers: names.map(wordMarker),
    apply: (body: ChatBody) =>
      mapMessages(body, (message) => (message['role'] === 'assistant' ? without(message, names) : message)),
  };
}

/** What an answer carried about thinking, sent back by the client. */
export const NO_THINKING_MEMBERS = assistantWithout(['reasoning_content', 'thinking_blocks']);
export const NO_INTERNAL_MEMBERS = assistantWithout(['thinking_blocks', 'provider_specific_fields']);

/** Names of speakers, for users only. */
export const NAMES_OF_USERS_ONLY: MessageRule = {
  markers: [wordMarker('name')],
  apply: (body) => mapMessages(body, (message) => (message['role'] === 'user' ? message : without(message, ['name']))),
};
