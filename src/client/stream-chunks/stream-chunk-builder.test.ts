import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import type { ChatCompletion, ChatCompletionChunk, TextCompletion } from '../router/answers.ts';
import { streamChunkBuilder } from './stream-chunk-builder.ts';

interface Row {
  readonly name: string;
  readonly chunks: readonly JsonObject[];
  readonly messages: readonly JsonObject[] | null;
  readonly answer: JsonObject;
}

const rows = readFileSync(new URL('../../../test/stream-chunks/stream-chunks.golden.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

/** LiteLLM's rows hold no nulls. */
function withoutNulls(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, member: JsonValue) => member ?? undefined));
}

const chunk = (choices: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  id: 'a',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'gpt-4o',
  choices,
  ...more,
});

describe('streamChunkBuilder', () => {
  it.each(rows.map((row) => [`${row.name}${row.messages === null ? ', no messages' : ''}`, row] as const))(
    'answers as LiteLLM: %s',
    (_name, { chunks, messages, answer }) => {
      expect(withoutNulls(streamChunkBuilder(chunks, { messages }))).toEqual(answer);
    },
  );

  it('keeps choices apart, which LiteLLM joins', () => {
    const answer = streamChunkBuilder([
      chunk([{ index: 0, delta: { content: 'a' }, finish_reason: null }]),
      chunk([{ index: 1, delta: { content: 'x' }, finish_reason: null }]),
      chunk([
        { index: 0, delta: { content: 'b' }, finish_reason: 'stop' },
        { index: 1, delta: {}, finish_reason: 'length' },
      ]),
    ]) as ChatCompletion;
    expect(answer.choices.map(({ index, message, finish_reason: reason }) => [index, message.content, reason])).toEqual(
      [
        [0, 'ab', 'stop'],
        [1, 'x', 'length'],
      ],
    );
    const texts = [0, 1, 0].map((index) => ({ ...chunk([{ index, text: `t${index}` }]), object: 'text_completion' }));
    expect((streamChunkBuilder(texts) as TextCompletion).choices.map(({ text }) => text)).toEqual(['t0t0', 't1']);
  });

  it('keeps refusals and log probabilities, which LiteLLM drops', () => {
    const token = (name: string) => ({ content: [{ token: name, logprob: -1 }] });
    const answer = streamChunkBuilder([
      chunk([{ index: 0, delta: { refusal: 'I will ' }, logprobs: token('a'), finish_reason: null }]),
      chunk([{ index: 0, delta: { refusal: 'not.' }, logprobs: token('b'), finish_reason: 'stop' }]),
    ]) as ChatCompletion;
    expect(answer.choices[0]).toMatchObject({
      message: { content: '', refusal: 'I will not.' },
      logprobs: { content: [{ token: 'a' }, { token: 'b' }] },
    });
  });

  it('puts custom tools together', () => {
    const calls = (delta: JsonObject) => chunk([{ index: 0, delta: { tool_calls: [delta] }, finish_reason: null }]);
    const answer = streamChunkBuilder([
      calls({ index: 0, id: 'c', type: 'custom', custom: { name: 'run', input: 'ls ' } }),
      calls({ index: 0, custom: { input: '-l' } }),
    ]) as ChatCompletion;
    expect(answer.choices[0]?.message.tool_calls).toEqual([
      { id: 'c', type: 'custom', custom: { name: 'run', input: 'ls -l' } },
    ]);
  });

  it('gives nothing for nothing, and refuses what is no list of chunks', () => {
    expect(streamChunkBuilder([])).toBeNull();
    expect(() => streamChunkBuilder(null as never)).toThrow(/takes a list of chunks; got null/);
    expect(() => streamChunkBuilder(['data: {}'] as never)).toThrow(/chunk 0 has to be a chunk of a stream/);
  });

  it('takes pieces of any shape without breaking', () => {
    const odd = [
      chunk([{ index: 0, delta: { content: 5, tool_calls: [null, 'x', { index: 'y' }] } }, 3 as never]),
      { choices: 'none', usage: 7 },
      {},
    ];
    expect(streamChunkBuilder(odd)).toMatchObject({ choices: [{ message: { content: '' } }] });
  });

  it('has the types of what it is given', () => {
    expectTypeOf(streamChunkBuilder([] as ChatCompletionChunk[])).toEqualTypeOf<ChatCompletion | null>();
    expectTypeOf(streamChunkBuilder([] as TextCompletion[])).toEqualTypeOf<TextCompletion | null>();
  });
});
