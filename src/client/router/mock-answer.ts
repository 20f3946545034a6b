/**
 * What a mock answers: a canned answer, or a failure by LiteLLM's names, without a provider; retries and fallbacks go on
 * as after a real one. For chats, text completions and embeddings.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { namedFailure } from './mock-failures.ts';
import type { MockPlan } from './mock-plan.ts';
import type { ReadCall } from './read-call.ts';

export type Mocked =
  | { readonly kind: 'failure'; readonly error: GatewayError }
  | { readonly kind: 'answer'; readonly answer: JsonObject }
  | { readonly kind: 'events'; readonly events: readonly JsonObject[] };

const USAGE = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };
/** A program may ask for as many choices as it likes; nobody needs more of a mock. */
const MOST_CHOICES = 128;

/** @throws GatewayError `not_implemented` for other kinds of calls, `bad_request` for what is no answer */
export function mockAnswer(call: ReadCall, plan: MockPlan, model: string, nowMs: number): Mocked {
  const { response } = plan;
  const failure = namedFailure(response);
  if (failure !== null) return { kind: 'failure', error: failure };
  const created = Math.floor(nowMs / 1000);
  switch (call.family.family) {
    case 'chat':
      return chat(call, plan, { created, model });
    case 'completions':
      return text(call, contentOf(response), { created, model });
    case 'embeddings':
      return { kind: 'answer', answer: embedding(response, model) };
    default:
      throw new GatewayError(
        'not_implemented',
        `mockResponse is there for completion, textCompletion and embedding, not for ${call.family.method}.`,
        { param: 'mock_response' },
      );
  }
}

function contentOf(response: JsonValue): string | JsonObject {
  return typeof response === 'string' || isJsonObject(response) ? response : JSON.stringify(response);
}

type Head = { readonly created: number; readonly model: string };

function chat(call: ReadCall, { response, toolCalls }: MockPlan, head: Head): Mocked {
  const content = contentOf(response);
  const whole = { id: 'chatcmpl-mock', object: 'chat.completion', ...head };
  if (isJsonObject(content))
    return call.stream
      ? { kind: 'events', events: answerEvents({ ...whole, ...content }) }
      : { kind: 'answer', answer: content };
  const indexes = choiceIndexes(call.body['n']);
  if (!call.stream) {
    const choices = indexes.map((index) => {
      const calls = index === 0 && toolCalls.length > 0 ? { tool_calls: toolCalls } : {};
      return {
        index,
        finish_reason: 'stop',
        logprobs: null,
        message: { role: 'assistant', content, refusal: null, ...calls },
      };
    });
    return { kind: 'answer', answer: { ...whole, choices, usage: USAGE } };
  }
  const chunk = (choices: readonly JsonObject[]): JsonObject => ({
    ...whole,
    object: 'chat.completion.chunk',
    choices,
  });
  const calls = toolCalls.map((each, index) => ({ index, ...each }));
  const events = [
    ...pieces(content).map((piece, at) => {
      const first = at === 0 ? { role: 'assistant' } : {};
      return chunk(
        indexes.map((index) => ({
          index,
          delta: {
            ...first,
            content: piece,
            ...(at === 0 && index === 0 && calls.length > 0 ? { tool_calls: calls } : {}),
          },
          finish_reason: null,
        })),
      );
    }),
    chunk(indexes.map((index) => ({ index, delta: {}, finish_reason: 'stop' }))),
    { ...chunk([]), usage: USAGE },
  ];
  return { kind: 'events', events };
}

/** A whole answer in two chunks for each choice: what it says, and why it ended. */
function answerEvents({ choices, usage, ...given }: JsonObject): readonly JsonObject[] {
  const head = { ...given, object: 'chat.completion.chunk' };
  const list = isJsonArray(choices) ? choices.filter(isJsonObject) : [];
  const events = list.flatMap(({ index = 0, message = {}, finish_reason: reason = 'stop' }): JsonObject[] => [
    { ...head, choices: [{ index, delta: message, finish_reason: null }] },
    { ...head, choices: [{ index, delta: {}, finish_reason: reason }] },
  ]);
  return [...events, { ...head, choices: [], usage: usage ?? USAGE }];
}

function choiceIndexes(n: JsonValue | undefined): readonly number[] {
  const count = typeof n === 'number' && Number.isInteger(n) ? Math.min(Math.max(n, 1), MOST_CHOICES) : 1;
  return Array.from({ length: count }, (_, index) => index);
}

function text(call: ReadCall, content: string | JsonObject, head: Head): Mocked {
  if (isJsonObject(content)) return { kind: 'answer', answer: content };
  const whole = { id: 'cmpl-mock', object: 'text_completion', ...head };
  const choice = (piece: JsonValue, reason: string | null): JsonObject => ({
    ...whole,
    choices: [{ index: 0, finish_reason: reason, logprobs: null, text: piece }],
  });
  if (!call.stream) return { kind: 'answer', answer: { ...choice(content, 'stop'), usage: USAGE } };
  const last = { ...whole, choices: [], usage: USAGE };
  return { kind: 'events', events: [...pieces(content).map((each) => choice(each, null)), choice('', 'stop'), last] };
}

/** LiteLLM-compat: three characters a chunk. */
function pieces(content: string): readonly string[] {
  const characters = Array.from(content);
  const out: string[] = [];
  for (let at = 0; at < characters.length; at += 3) out.push(characters.slice(at, at + 3).join(''));
  return out;
}

function embedding(response: JsonValue, model: string): JsonObject {
  if (!isJsonArray(response))
    throw new GatewayError('bad_request', 'mockResponse of an embedding has to be a list of numbers.', {
      param: 'mock_response',
    });
  const data = [{ object: 'embedding', index: 0, embedding: response }];
  return { object: 'list', model, data, usage: { prompt_tokens: 10, total_tokens: 10 } };
}
