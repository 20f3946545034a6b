/** Against the counter that counts at once: the same number for texts of every kind, whatever is cut where. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModelTokenCounter } from '../../tokenizer/chat/model-token-counter.ts';
import { getEncoding } from '../../tokenizer/get-encoding.ts';
import { SlicedCounting } from './sliced-counting.ts';

const families = {
  version: 1,
  isOpenaiModel: (model: string) => model.startsWith('gpt'),
  isAnthropicModel: (model: string) => model.startsWith('claude'),
  isCohereModel: () => false,
};
const direct = createModelTokenCounter({ families, encoding: getEncoding, mode: 'litellm' });
let turns = 0;
const counting = new SlicedCounting({
  encoding: getEncoding,
  families,
  nextTurn: async () => {
    turns += 1;
  },
});

const UNITS = [
  'The quick brown fox, ',
  '敏捷的棕色狐狸',
  '👩‍👩‍👧🏳️‍🌈',
  'a',
  '\ud800',
  '<EOT>',
  'ﬁ½',
  '\n\n  ',
  'e\u0301',
  '1234567',
];

describe('a long text', () => {
  it.each(['gpt-4o', 'nobody', 'claude-2'])('has the count that it has at once: %s', async (model) => {
    const text = fc
      .array(fc.tuple(fc.constantFrom(...UNITS), fc.integer({ min: 1, max: 900 })), { minLength: 5, maxLength: 20 })
      .map((parts) => parts.map(([unit, times]) => unit.repeat(times)).join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (content, inParts) => {
        const messages = [{ role: 'user', content: inParts ? [{ type: 'text', text: content }] : content }];
        const request = { model, messages };
        expect(await counting.count(request)).toBe(direct.count(request));
        expect(await counting.count({ model, text: content })).toBe(direct.count({ model, text: content }));
      }),
      { numRuns: 30 },
    );
    expect(turns).toBeGreaterThan(0);
  });

  it.each([
    ['gpt-4o', 'ab🏳️‍🌈 '.repeat(700_000)],
    ['claude-2', 'hello there, <META> '.repeat(210_000)],
  ])('is sampled beyond four million characters: %s', async (model, text) => {
    expect(await counting.count({ model, text })).toBe(direct.count({ model, text }));
  });
});
