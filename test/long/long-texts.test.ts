/** Texts of 50 MB: bounded memory, bounded time, the count that arithmetic says. */
import { describe, expect, test } from 'vitest';
import { getEncoding } from '../../src/tokenizer/get-encoding.ts';

const MEGABYTE = 1_000_000;
const encoding = getEncoding('o200k_base');

interface LongText {
  readonly unit: string;
  readonly times: number;
  /** Tokens of the whole where they follow from the parts. */
  readonly tokens: number;
  /** Resident megabytes beyond the text itself: a piece without end needs its bytes and its tokens at once. */
  readonly growthMb: number;
}

const TEXTS: Readonly<Record<string, LongText>> = {
  prose: { unit: 'word after word ', times: 3_125_000, tokens: 9_375_001, growthMb: 60 },
  'one letter': { unit: 'a', times: 50 * MEGABYTE, tokens: 6_250_000, growthMb: 250 },
  'line ends behind signs': { unit: '!\n', times: 25 * MEGABYTE, tokens: 25 * MEGABYTE, growthMb: 250 },
  'lone surrogates': { unit: '\ud800', times: 16 * MEGABYTE, tokens: 2 * MEGABYTE, growthMb: 300 },
};

describe.each(Object.entries(TEXTS))('50 MB of %s', (_, { unit, times, tokens, growthMb }) => {
  test('is counted in bounded memory', () => {
    const text = unit.repeat(times);
    expect(text.charCodeAt(text.length - 1)).toBe(unit.charCodeAt(unit.length - 1));
    const before = process.memoryUsage().rss;
    expect(encoding.count(text)).toBe(tokens);
    expect((process.memoryUsage().rss - before) / MEGABYTE).toBeLessThan(growthMb);
  });
});

test('a limit is found to be passed without reading 50 MB', () => {
  const text = 'word '.repeat(10 * MEGABYTE);
  const before = encoding.work.scannedBytes;
  expect(encoding.isWithinLimit(text, 1000)).toBe(false);
  expect(encoding.work.scannedBytes - before).toBeLessThan(10_000);
});
