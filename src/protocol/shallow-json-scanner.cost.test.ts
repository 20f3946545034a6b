import { afterEach, expect, it, vi } from 'vitest';
import { WALK_BYTES } from './json-tokens.ts';
import { scanShallow, ShallowJsonScanner } from './shallow-json-scanner.ts';

interface Costs {
  readonly searches: number;
  /** Bytes that `indexOf` went over. */
  readonly searchedBytes: number;
  readonly copies: number;
}

function costsOf(run: () => void): Costs {
  const indexOf = vi.spyOn(Buffer.prototype as Buffer, 'indexOf');
  const copying = [
    vi.spyOn(Buffer, 'concat'),
    vi.spyOn(Buffer.prototype, 'copy'),
    vi.spyOn(Buffer.prototype, 'toString'),
  ];
  run();
  const { calls, results, contexts } = indexOf.mock;
  const searchedBytes = calls.reduce((sum, [, from], call) => {
    const found = Number(results[call]?.value);
    return sum + (found === -1 ? (contexts[call] as Buffer).length : found) - Number(from);
  }, 0);
  const copies = copying.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  return { searches: calls.length, searchedBytes, copies };
}

const picture = Buffer.from(`{"model":"m","input":"${'QUJD'.repeat(262_144)}","stream":true}`);

afterEach(() => {
  vi.restoreAllMocks();
});

it('skips a string of 1 MB with one search each for its quote, a backslash and a line feed, and copies nothing', () => {
  const costs = costsOf(() => scanShallow(picture));
  expect(costs).toMatchObject({ searches: 3, copies: 0 });
  expect(costs.searchedBytes).toBeGreaterThan(3 * (1_048_576 - 2 * WALK_BYTES));
  expect(costs.searchedBytes).toBeLessThanOrEqual(3 * picture.length);
});

it('pays the same per byte when the body comes in 64 KB chunks', () => {
  const costs = costsOf(() => {
    const scanner = new ShallowJsonScanner();
    for (let at = 0; at < picture.length; at += 65_536) scanner.push(picture.subarray(at, at + 65_536));
    scanner.finish();
  });
  expect(costs.copies).toBe(0);
  expect(costs.searches).toBeLessThanOrEqual(3 * 17);
  expect(costs.searchedBytes).toBeLessThanOrEqual(3 * picture.length);
});

it('does not search in short strings, however many escapes they have', () => {
  const document = Buffer.from(JSON.stringify({ input: 'say "hello"\n'.repeat(10_000), stop: ['a', 'b'] }));
  expect(costsOf(() => scanShallow(document)).searches).toBe(0);
});

it('searches no byte twice for the same thing, where long strings and escapes alternate', () => {
  const long = 'x'.repeat(200);
  const document = Buffer.from(JSON.stringify({ a: `${long}\n`.repeat(2000), b: Array(500).fill(`"${long}"`) }));
  expect(costsOf(() => scanShallow(document)).searchedBytes).toBeLessThanOrEqual(3 * document.length);
});

it('looks no further than the event when events lie in one buffer', () => {
  const event = `{"choices":[{"delta":{"content":"${'x'.repeat(100)}"}}]}`;
  const buffer = Buffer.from(event.repeat(1000));
  const costs = costsOf(() => {
    for (let at = 0; at < buffer.length; at += event.length) scanShallow(buffer, at, at + event.length);
  });
  expect(costs.searchedBytes).toBeLessThanOrEqual(3 * buffer.length);
});

it('makes no new string for the names that every request has', () => {
  const document = Buffer.from(
    '{"model":1,"messages":2,"stream":3,"temperature":4,"max_tokens":5,"usage":6,"choices":7}',
  );
  expect(costsOf(() => scanShallow(document)).copies).toBe(0);
});
