import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import type { JsonObject } from '../protocol/json.ts';
import { createModelTokenCounter } from '../tokenizer/chat/model-token-counter.ts';
import { getEncoding } from '../tokenizer/get-encoding.ts';
import { trim, type TrimContext } from './trim-messages.ts';

const message = z.record(z.string(), z.json());
/** What LiteLLM 1.102.4 answers. */
const rows = z
  .array(
    z.object({
      name: z.string(),
      messages: z.array(message),
      options: z.object({
        model: z.string().optional(),
        maxTokens: z.number().optional(),
        trimRatio: z.number().optional(),
        returnResponseTokens: z.boolean().optional(),
      }),
      trimmed: z.array(message),
      responseTokens: z.number().nullable(),
    }),
  )
  .parse(JSON.parse(readFileSync(path.join(import.meta.dirname, '../../test/fixtures/trim-messages.json'), 'utf8')));

const counter = createModelTokenCounter({
  families: {
    version: 0,
    isOpenaiModel: (model) => model.startsWith('gpt-'),
    isAnthropicModel: () => false,
    isCohereModel: () => false,
  },
  encoding: getEncoding,
});
const context: TrimContext = {
  count: (request) => counter.count(request),
  contextWindow: (model) => (model === 'gpt-4' ? 8192 : null),
};

test.each(rows)('LiteLLM: $name', ({ messages, options, trimmed, responseTokens }) => {
  expect(trim(messages, { ...options, compat: 'litellm' }, context)).toEqual({ messages: trimmed, responseTokens });
});

describe('exact', () => {
  const tokensOf = (messages: readonly JsonObject[], model: string): number => counter.count({ model, messages });
  const history = Array.from({ length: 40 }, (_, turn) => ({
    role: turn % 2 === 0 ? 'user' : 'assistant',
    content: `${turn} ${'The quick brown fox jumps over the lazy dog. '.repeat(turn % 7)}`,
  }));

  test('the messages fit, and the response tokens are what is left of the limit', () => {
    for (const maxTokens of [20, 60, 200, 600]) {
      const given = [{ role: 'system', content: 'Be brief.' }, ...history];
      const options = { model: 'gpt-4o', maxTokens, returnResponseTokens: true };
      const { messages, responseTokens } = trim(given, options, context);
      const tokens = tokensOf(messages, 'gpt-4o');
      expect(tokens).toBeLessThanOrEqual(maxTokens);
      expect(responseTokens).toBe(maxTokens - tokens);
      expect(messages[0]).toEqual(given[0]);
    }
  });

  test('each message is counted once and shortened ones a few times more, however many there are', () => {
    let counts = 0;
    const counting: TrimContext = {
      ...context,
      count: (request) => {
        counts++;
        return context.count(request);
      },
    };
    const many = Array.from({ length: 5000 }, () => ({ role: 'user', content: 'hello' }));
    trim(many, { model: 'gpt-4o', maxTokens: 1000 }, counting);
    expect(counts).toBeLessThan(3 * many.length);
  });

  test('the messages handed in are not changed', () => {
    const given = [{ role: 'user', content: 'word '.repeat(500) }];
    const copy = structuredClone(given);
    expect(trim(given, { model: 'gpt-4o', maxTokens: 50 }, context).messages).not.toEqual(copy);
    expect(given).toEqual(copy);
  });
});
