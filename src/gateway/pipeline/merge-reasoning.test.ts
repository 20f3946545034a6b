import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../protocol/json.ts';
import { reasoningMerger } from './merge-reasoning.ts';

const chunk = (delta: JsonObject, index = 0): JsonObject => ({
  id: 'c',
  choices: [{ index, delta, finish_reason: null }],
});

/** What a client has read of one choice. */
function contents(events: readonly JsonObject[], index = 0): string {
  const merge = reasoningMerger();
  return events
    .map((event) => merge(event)['choices'] as readonly { index: number; delta: { content?: string } }[])
    .flatMap((choices) => choices.filter((choice) => choice.index === index))
    .map(({ delta }) => delta.content ?? '')
    .join('');
}

describe('reasoningMerger', () => {
  test('opens and closes the tags once', () => {
    const events = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning_content: 'Let me ' }),
      chunk({ reasoning_content: 'think.', content: null }),
      chunk({ content: 'Four' }),
      chunk({ content: '.' }),
      chunk({}),
    ];
    expect(contents(events)).toBe('<think>Let me think.</think>Four.');
  });

  test('keeps choices apart', () => {
    const events = [chunk({ reasoning_content: 'a' }, 0), chunk({ content: 'B' }, 1), chunk({ content: 'A' }, 0)];
    expect([contents(events, 0), contents(events, 1)]).toEqual(['<think>a</think>A', 'B']);
  });

  test('a stream without reasoning passes as it is', () => {
    const merge = reasoningMerger();
    for (const event of [chunk({ content: 'x' }), chunk({ reasoning_content: null, content: 'y' })])
      expect(merge(event)['choices']).toMatchObject([{ delta: { content: expect.any(String) } }]);
    expect(merge({ usage: { total_tokens: 1 } })).toEqual({ usage: { total_tokens: 1 } });
    expect(merge({ choices: ['odd', { delta: null }] })).toEqual({ choices: ['odd', { delta: null }] });
  });

  test('takes the reasoning out of its own place and leaves the rest of the event alone', () => {
    expect(reasoningMerger()(chunk({ reasoning_content: 'a', tool_calls: [{ index: 0 }] }))).toEqual(
      chunk({ content: '<think>a', tool_calls: [{ index: 0 }] }),
    );
  });

  test('each stream has its own state', () => {
    const first = reasoningMerger();
    first(chunk({ reasoning_content: 'a' }));
    expect(reasoningMerger()(chunk({ content: 'x' }))).toEqual(chunk({ content: 'x' }));
  });
});
