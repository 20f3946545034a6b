/**
 * `mockResponse` of a call, or `mock_response` of a deployment: a canned answer, or a failure by LiteLLM's names, without
 * a provider; retries and fallbacks go on as after a real one. For chats, text completions and embeddings.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { ReadCall } from './read-call.ts';

export type Mocked =
  | { readonly kind: 'failure'; readonly error: GatewayError }
  | { readonly kind: 'answer'; readonly answer: JsonObject }
  | { readonly kind: 'events'; readonly events: readonly JsonObject[] };

const FAILURES: ReadonlyMap<string, () => GatewayError> = new Map([
  [
    'litellm.RateLimitError',
    () => new GatewayError('rate_limit', 'litellm.RateLimitError: this is a mock rate limit error'),
  ],
  [
    'litellm.ContextWindowExceededError',
    () =>
      new GatewayError(
        'context_window_exceeded',
        'litellm.ContextWindowExceededError: litellm.BadRequestError: this is a mock context window exceeded error',
      ),
  ],
  [
    'litellm.InternalServerError',
    () => new GatewayError('internal', 'litellm.InternalServerError: this is a mock internal server error'),
  ],
]);

const USAGE = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };

/** @throws GatewayError `not_implemented` for other kinds of calls, `bad_request` for what is no answer */
export function mockAnswer(call: ReadCall, response: JsonValue, model: string, nowMs: number): Mocked {
  const failure = typeof response === 'string' ? FAILURES.get(response) : undefined;
  if (failure !== undefined) return { kind: 'failure', error: failure() };
  const created = Math.floor(nowMs / 1000);
  switch (call.family.family) {
    case 'chat':
      return chat(call, contentOf(response), { created, model });
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

function chat(call: ReadCall, content: string | JsonObject, head: Head): Mocked {
  if (isJsonObject(content)) return { kind: 'answer', answer: content };
  const whole = { id: 'chatcmpl-mock', object: 'chat.completion', ...head };
  const message = { role: 'assistant', content, refusal: null };
  if (!call.stream) {
    const choices = [{ index: 0, finish_reason: 'stop', logprobs: null, message }];
    return { kind: 'answer', answer: { ...whole, choices, usage: USAGE } };
  }
  const piece = (delta: JsonObject, reason: string | null): JsonObject => ({
    ...whole,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  const events = [
    ...pieces(content).map((each, index) =>
      piece({ ...(index === 0 ? { role: 'assistant' } : {}), content: each }, null),
    ),
    piece({}, 'stop'),
    { ...whole, object: 'chat.completion.chunk', choices: [], usage: USAGE },
  ];
  return { kind: 'events', events };
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
