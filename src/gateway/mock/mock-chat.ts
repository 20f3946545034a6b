/** Canned chat completions: a text, a whole answer object, or tool calls; plain and in pieces. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import {
  choiceCount,
  mockUsage,
  sseEvent,
  SSE_DONE,
  streamUsage,
  textPieces,
  type MockContext,
  type MockReply,
} from './mock-context.ts';
import { ownMember } from './mock-params.ts';
import type { MockPlan } from './mock-plan.ts';

export function mockChat(plan: MockPlan, context: MockContext): MockReply {
  const body = chatBody(plan, context);
  const usage = ownMember(body, 'usage');
  if (!context.stream) return { kind: 'json', body, usage: isJsonObject(usage) ? usage : null };
  return isJsonObject(plan.response) ? objectStream(body, context) : textStream(plan, context);
}

/** The plain answer; text completions are made from it too. */
export function chatBody(plan: MockPlan, context: MockContext): JsonObject {
  if (isJsonObject(plan.response)) return completedObject(plan.response, context);
  const calls = plan.toolCalls;
  const choices = Array.from({ length: choiceCount(context.n) }, (_, index) => ({
    finish_reason: 'stop',
    index,
    message: {
      content: plan.response,
      role: 'assistant',
      ...(index === 0 && calls.length > 0 ? { tool_calls: calls } : {}),
    },
  }));
  return { ...head(context, 'chat.completion'), choices, usage: mockUsage() };
}

function head(context: MockContext, object: string): JsonObject {
  return { id: `chatcmpl-${context.newId()}`, created: context.nowSeconds, model: context.model, object };
}

/** An answer object of the config: what it leaves out is filled in, what it adds is kept. */
function completedObject(response: JsonObject, context: MockContext): JsonObject {
  const { choices, ...given } = response;
  const list = Array.isArray(choices) ? (choices as readonly JsonValue[]).filter(isJsonObject) : [{}];
  return {
    ...head(context, 'chat.completion'),
    ...given,
    model: context.model,
    choices: list.map(({ message, ...choice }: JsonObject) => ({
      finish_reason: 'stop',
      index: 0,
      ...choice,
      message: { content: null, role: 'assistant', ...(isJsonObject(message) ? message : {}) },
    })),
  };
}

function textStream(plan: MockPlan, context: MockContext): MockReply {
  const text = contentText(plan.response);
  const chunkHead = head(context, 'chat.completion.chunk');
  const chunk = (choices: readonly JsonObject[], more: JsonObject = {}): string =>
    sseEvent({ ...chunkHead, choices, ...more });
  const count = choiceCount(context.n);
  const events: string[] = [];
  for (const content of textPieces(text)) {
    const first = events.length === 0;
    const calls = first ? streamedCalls(plan.toolCalls) : {};
    const choices = Array.from({ length: count }, (_, index) => ({
      index,
      // LiteLLM-compat: the first choice names its role once, the others every time.
      delta: { content, ...(first || index > 0 ? { role: 'assistant' } : {}), ...(index === 0 ? calls : {}) },
    }));
    events.push(chunk(choices));
  }
  events.push(chunk([{ finish_reason: 'stop', index: 0, delta: {} }]));
  return finishStream(events, chunk, context, streamUsage(context, text));
}

/** LiteLLM answers 500 here: an answer object streams as one chunk for each choice, then its finish reasons. */
function objectStream(body: JsonObject, context: MockContext): MockReply {
  const { choices, usage, object: _object, ...given } = body;
  const chunk = (list: readonly JsonObject[], more: JsonObject = {}): string =>
    sseEvent({ ...given, object: 'chat.completion.chunk', choices: list, ...more });
  const list = (choices as readonly JsonValue[]).filter(isJsonObject);
  const events = list.flatMap(({ index = 0, message, finish_reason: reason = 'stop' }) => [
    chunk([{ index, delta: deltaOf(message) }]),
    chunk([{ finish_reason: reason, index, delta: {} }]),
  ]);
  return finishStream(events, chunk, context, isJsonObject(usage) ? usage : mockUsage());
}

function finishStream(
  events: string[],
  chunk: (choices: readonly JsonObject[], more?: JsonObject) => string,
  context: MockContext,
  usage: JsonObject,
): MockReply {
  const last = context.includeUsage ? [chunk([], { usage }), SSE_DONE] : [SSE_DONE];
  return { kind: 'stream', events: [...events, ...last], usage };
}

function deltaOf(message: JsonValue | undefined): JsonObject {
  if (!isJsonObject(message)) return {};
  const calls = ownMember(message, 'tool_calls');
  return {
    ...message,
    ...(Array.isArray(calls) ? streamedCalls((calls as readonly JsonValue[]).filter(isJsonObject)) : {}),
  };
}

/** In a stream every call carries its place in the list. */
function streamedCalls(calls: readonly JsonObject[]): JsonObject {
  return calls.length === 0 ? {} : { tool_calls: calls.map((call, index) => ({ index, ...call })) };
}

/** Text of a content that may be any YAML value. */
export function contentText(content: JsonValue): string {
  if (typeof content === 'string') return content;
  return content === null ? '' : JSON.stringify(content);
}
