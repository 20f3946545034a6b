/** Canned text completions: the canned chat answer in the older API's shape. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { chatBody, contentText } from './mock-chat.ts';
import {
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

interface TextChoice {
  readonly text: string;
  readonly index: JsonValue;
  readonly finishReason: JsonValue;
}

export function mockTextCompletion(plan: MockPlan, context: MockContext): MockReply {
  const chat = chatBody(plan, context);
  const choices = readChoices(chat);
  const head = { id: chat['id'] ?? '', object: 'text_completion', created: chat['created'] ?? 0, model: context.model };
  if (context.stream) return streamed(head, choices, context);
  const given = ownMember(chat, 'usage');
  const usage = {
    ...(isJsonObject(given) ? given : mockUsage()),
    completion_tokens_details: null,
    prompt_tokens_details: null,
  };
  const list = choices.map(({ text, index, finishReason }) => ({
    finish_reason: finishReason,
    index,
    text,
    logprobs: null,
  }));
  return { kind: 'json', body: { ...head, choices: list, usage }, usage };
}

function readChoices(chat: JsonObject): TextChoice[] {
  const choices = ownMember(chat, 'choices');
  const list = Array.isArray(choices) ? (choices as readonly JsonValue[]).filter(isJsonObject) : [];
  return list.map((choice) => {
    const message = ownMember(choice, 'message');
    const content = isJsonObject(message) ? (ownMember(message, 'content') ?? null) : null;
    return {
      text: contentText(content),
      index: ownMember(choice, 'index') ?? 0,
      finishReason: ownMember(choice, 'finish_reason') ?? 'stop',
    };
  });
}

function streamed(head: JsonObject, choices: readonly TextChoice[], context: MockContext): MockReply {
  // LiteLLM-compat: without include_usage every chunk says that nothing was used.
  const more = context.includeUsage ? {} : { usage: mockUsage(0, 0) };
  const first = choices[0];
  const text = first?.text ?? '';
  const events: string[] = [];
  for (const piece of textPieces(text)) {
    const list = choices.map(({ index }) => ({ index, text: piece }));
    events.push(sseEvent({ ...head, choices: list, ...more }));
  }
  events.push(sseEvent({ ...head, choices: [{ finish_reason: first?.finishReason ?? 'stop', index: 0 }], ...more }));
  const usage = streamUsage(context, text);
  if (context.includeUsage) events.push(sseEvent({ ...head, choices: [], usage }));
  events.push(SSE_DONE);
  return { kind: 'stream', events, usage };
}
