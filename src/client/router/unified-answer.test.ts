import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import { unifiedAnswer } from './unified-answer.ts';

const answerOf = (message: JsonObject, reason: JsonValue = 'stop'): JsonObject => ({
  id: 'a',
  choices: [{ index: 0, message, finish_reason: reason }],
});
const choiceOf = (message: JsonObject, reason?: JsonValue) =>
  (unifiedAnswer(answerOf(message, reason))['choices'] as JsonObject[])[0];

describe('a chat', () => {
  it('that says everything in OpenAI’s words stays the same object', () => {
    for (const message of [{ content: 'x' }, { content: '<p>x</p>' }, { content: 'x', reasoning_content: null }]) {
      const answer = answerOf(message);
      expect(unifiedAnswer(answer)).toBe(answer);
    }
    const odd = { choices: ['x', { index: 0 }, null] };
    expect(unifiedAnswer(odd)).toBe(odd);
    expect(unifiedAnswer({ choices: 'none' })).toEqual({ choices: 'none' });
  });

  it.each([
    ['eos', 'stop'],
    ['end_turn', 'stop'],
    [null, 'stop'],
    ['whatever', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['tool_use', 'tool_calls'],
    ['SAFETY', 'content_filter'],
    ['length', 'length'],
  ])('that ends with %s has ended with %s', (given, unified) => {
    expect(choiceOf({ content: 'x' }, given)).toMatchObject({ finish_reason: unified });
  });

  it('with calls has ended for them', () => {
    expect(choiceOf({ tool_calls: [{ id: 'c' }] })).toMatchObject({ finish_reason: 'tool_calls' });
    expect(choiceOf({ tool_calls: [] })).toMatchObject({ finish_reason: 'stop' });
    expect(choiceOf({ tool_calls: [{ id: 'c' }] }, 'length')).toMatchObject({ finish_reason: 'length' });
  });

  it('tells its thoughts under one name', () => {
    expect(choiceOf({ content: '4', reasoning: 'because' })).toMatchObject({
      message: { content: '4', reasoning_content: 'because' },
    });
    expect(choiceOf({ content: '<think>hm\nm</think>\n\nfour' })).toMatchObject({
      message: { content: '\n\nfour', reasoning_content: 'hm\nm' },
    });
    expect(choiceOf({ content: 'four <think>hm</think>' })).toMatchObject({
      message: { content: 'four <think>hm</think>' },
    });
    expect(choiceOf({ content: '<think>no end' })).toMatchObject({ message: { content: '<think>no end' } });
  });
});
