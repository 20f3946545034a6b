import fc from 'fast-check';
import { expect, test } from 'vitest';

import { LitellmTextCounter } from './litellm-text-counter.ts';

/** Counts a text as one token and one for every hundred code points, so that cuts show. */
class CutsCounter {
  readonly lengths: number[] = [];
  count(text: string): number {
    const length = Array.from(text).length;
    this.lengths.push(length);
    return text === '' ? 0 : 1 + Math.floor(length / 100);
  }
}

function naive(text: string, counter: CutsCounter): number {
  const points = Array.from(text);
  let tokens = 0;
  for (let at = 0; at < points.length; at += 1024) tokens += counter.count(points.slice(at, at + 1024).join(''));
  return tokens;
}

test('texts are cut every 1,024 code points', () => {
  const texts = fc.tuple(
    fc.string({ unit: fc.constantFrom('a', '😀', '\ud800'), minLength: 1, maxLength: 9 }),
    fc.nat(900),
  );
  fc.assert(
    fc.property(texts, ([unit, times]) => {
      const text = unit.repeat(times);
      expect(new LitellmTextCounter(new CutsCounter(), true).count(text)).toBe(naive(text, new CutsCounter()));
    }),
  );
});

test('a count tells whether the text was cut', () => {
  const counter = new LitellmTextCounter(new CutsCounter(), true);
  counter.count('😀'.repeat(1024));
  expect(counter.approximated).toBe(false);
  counter.count('a'.repeat(1025));
  expect(counter.approximated).toBe(true);
});

test('Hugging Face tokenizers get their texts whole', () => {
  const texts = new CutsCounter();
  expect(new LitellmTextCounter(texts, false).count('a'.repeat(5000))).toBe(51);
  expect(texts.lengths).toEqual([5000]);
});

test('above 4,000,000 code points sixteen samples are counted and scaled', () => {
  const texts = new CutsCounter();
  const counter = new LitellmTextCounter(texts, false);
  expect(counter.count('a'.repeat(4_000_000))).toBe(40_001);
  expect(counter.count('é'.repeat(6_000_000))).toBe(Math.round((16 * 2501 * 6_000_000) / 4_000_000));
  expect(texts.lengths.slice(1)).toEqual(Array.from({ length: 16 }, () => 250_000));
  expect(counter.approximated).toBe(true);
});

test('halves are rounded to the even number', () => {
  const half = { count: () => 1 };
  expect(new LitellmTextCounter(half, false).count('a'.repeat(4_125_000))).toBe(16);
  expect(new LitellmTextCounter(half, false).count('a'.repeat(4_375_000))).toBe(18);
});
