/** What a healthy provider says: a text of sixty words, plain or one word per event, at once or word after word. */
import type { ProviderCall } from './scripted-provider.ts';

const CREATED = 1_700_000_000;
export const WORDS: readonly string[] = Array.from({ length: 60 }, (_, index) =>
  index === 0 ? 'word0' : ` word${index}`,
);
export const HEALTHY_TEXT = WORDS.join('');
export const USAGE = { prompt_tokens: 7, completion_tokens: 60, total_tokens: 67 };

export function completion(model: string, content: string): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: CREATED,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: USAGE,
  });
}

/** One event of a stream; `delta` empty for the last, which says why it ended. */
export function part(model: string, content: string | null, finishReason: string | null = null): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: CREATED,
    model,
    choices: [{ index: 0, delta: content === null ? {} : { content }, finish_reason: finishReason }],
  };
}

/** What a provider says before it has anything to say: a role, and an empty piece. */
export function opening(model: string): readonly object[] {
  return [{ role: 'assistant', content: '', refusal: null }, {}].map((delta) => ({
    ...part(model, null),
    choices: [{ index: 0, delta, finish_reason: null }],
  }));
}

export function usagePart(model: string): object {
  return { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: CREATED, model, choices: [], usage: USAGE };
}

/** The first `count` words of a stream, its head included. */
export function beginStream(call: ProviderCall, count: number): void {
  call.streamHead();
  for (const word of WORDS.slice(0, count)) call.event(part(call.model, word));
}

export function answerWhole(call: ProviderCall): void {
  if (call.json['stream'] !== true) {
    call.answer(200, completion(call.model, HEALTHY_TEXT));
    return;
  }
  beginStream(call, WORDS.length);
  call.event(part(call.model, null, 'stop'));
  const options = call.json['stream_options'] as { include_usage?: boolean } | undefined;
  if (options?.include_usage === true) call.event(usagePart(call.model));
  call.event('[DONE]');
  call.endChunks();
}

const WORD_GAP_MS = 15;

/** Words of a stream that has begun, one after the other; stops where the connection ends. */
export async function speak(call: ProviderCall, words: readonly string[]): Promise<void> {
  for (const word of words) {
    if (!call.connectionOpen) return;
    call.event(part(call.model, word));
    await call.pause(WORD_GAP_MS);
  }
}

/** The end of a stream: why it ended, usage, the sentinel. */
export function endStream(call: ProviderCall): void {
  call.event(part(call.model, null, 'stop'));
  call.event(usagePart(call.model));
  call.event('[DONE]');
  call.endChunks();
}

/**
 * As `answerWhole`, with a stream as slow as a real one. Where the last message is a beginning of the text in the
 * assistant's name, the stream goes on behind it, as providers do that support prefill.
 */
export async function answerPaced(call: ProviderCall): Promise<void> {
  if (call.json['stream'] !== true) {
    answerWhole(call);
    return;
  }
  const prefill = prefillOf(call);
  const said = WORDS.findIndex((_, count) => WORDS.slice(0, count).join('') === prefill);
  call.streamHead();
  await speak(call, WORDS.slice(Math.max(0, said)));
  if (call.connectionOpen) endStream(call);
}

/** Content of the last message if it is the assistant's, otherwise empty. */
export function prefillOf(call: ProviderCall): string {
  const messages = call.json['messages'] as readonly { role?: string; content?: unknown }[] | undefined;
  const last = messages?.at(-1);
  return last?.role === 'assistant' && typeof last.content === 'string' ? last.content : '';
}
