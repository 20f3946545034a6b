/** What encoding costs, in counts; and that nothing that is long, alike or hostile costs more than its length. */
import { describe, expect, it } from 'vitest';
import { BytePairEncoding } from './byte-pair-encoding.ts';
import { noWork, type EncodingWork } from './encoding-work.ts';
import { getEncoding } from './get-encoding.ts';

const encoding = getEncoding('o200k_base');

function workOf(run: () => void): EncodingWork {
  Object.assign(encoding.work, noWork());
  run();
  return { ...encoding.work };
}

const ADVERSARIAL: Readonly<Record<string, (units: number) => string>> = {
  'one letter': (n) => 'a'.repeat(n),
  'one letter, no power of two': (n) => `${'a'.repeat(n - 1)}b`,
  'two letters': (n) => 'ab'.repeat(n / 2),
  'upper case': (n) => 'A'.repeat(n),
  'upper behind one that has no case': (n) => `日${'A'.repeat(n - 1)}`,
  blanks: (n) => ' '.repeat(n),
  'blanks and line ends': (n) => '  \n'.repeat(n / 3),
  signs: (n) => '=-'.repeat(n / 2),
  marks: (n) => `a${'\u0301'.repeat(n - 1)}`,
  'one ideograph': (n) => '的'.repeat(n),
  emoji: (n) => '😀'.repeat(n / 2),
  digits: (n) => '7'.repeat(n),
  apostrophes: (n) => "'".repeat(n),
  'random letters': (n) => {
    let text = '';
    for (let i = 0, state = 1; i < n; i += 1) {
      state = (state * 48_271) % 2_147_483_647;
      text += String.fromCharCode(97 + (state % 26));
    }
    return text;
  },
};

describe.each(Object.entries(ADVERSARIAL))('%s', (_, make) => {
  it('is done in work that grows as the text does', () => {
    const perUnit = (units: number): number => {
      const { scannedBytes, merges, searchSteps } = workOf(() => encoding.count(make(units)));
      return (scannedBytes + merges + searchSteps) / units;
    };
    const [short, long] = [perUnit(10_002), perUnit(300_000)];
    expect(long).toBeLessThanOrEqual(short * 1.5);
    expect(long).toBeLessThan(12);
  });

  it('is counted alike whole, in slices and in pieces, and decodes to itself', () => {
    const text = make(40_002);
    const ids = encoding.encodeOrdinary(text);
    expect(encoding.decode(ids)).toBe(text);
    expect(encoding.count(text)).toBe(ids.length);
    const slices = encoding.countInSlices(text, 1000);
    let step = slices.next();
    let pauses = 0;
    for (; step.done !== true; step = slices.next()) pauses += 1;
    expect(step.value).toBe(ids.length);
    expect(pauses).toBeGreaterThanOrEqual(3);
    const counter = encoding.streamCounter();
    for (let at = 0; at < text.length; at += 977) counter.push(text.slice(at, at + 977));
    expect(counter.total()).toBe(ids.length);
  });
});

it('reads each byte of usual text once and merges only what it does not know', () => {
  const text = 'The quick brown fox jumps over the lazy dog; nobody minds. '.repeat(2000);
  encoding.count(text);
  const work = workOf(() => encoding.count(text));
  expect(work).toEqual({ scannedBytes: text.length, mergedPieces: 0, merges: 0, searchSteps: 0 });
});

it('stops reading where the limit is passed', () => {
  const text = 'word '.repeat(1_000_000);
  const work = workOf(() => {
    expect(encoding.isWithinLimit(text, 100)).toBe(false);
  });
  expect(work.scannedBytes).toBeLessThan(1000);
});

it('never does more than a slice between two pauses of countInSlices', () => {
  for (const text of ['word '.repeat(100_000), 'a'.repeat(500_000), '的'.repeat(200_000)]) {
    const slices = encoding.countInSlices(text, 32_768);
    let most = 0;
    for (;;) {
      const { work } = encoding;
      const before = work.searchSteps + work.merges;
      if (slices.next().done === true) break;
      most = Math.max(most, work.searchSteps + work.merges - before);
    }
    expect(most).toBeLessThanOrEqual(32_768);
  }
});

it('gives the buffers of a long text back', () => {
  const before = process.memoryUsage().arrayBuffers;
  encoding.count('x'.repeat(8_000_000));
  encoding.encodeOrdinary('的'.repeat(1_000_000));
  globalThis.gc?.();
  // What is not collected yet is bounded by what one call allocates.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(120e6);
  expect(encoding).toBeInstanceOf(BytePairEncoding);
});
