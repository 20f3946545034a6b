import { describe, expect, test } from 'vitest';
import { timeoutsOf, type TimeoutSources } from './deadlines.ts';

const NOTHING: TimeoutSources = {
  stream: false,
  requestSeconds: null,
  headerSeconds: null,
  streamHeaderSeconds: null,
  params: {},
  routerSeconds: null,
  routerStreamSeconds: null,
  globalSeconds: null,
};
const of = (changes: Partial<TimeoutSources>) => timeoutsOf({ ...NOTHING, ...changes });
const INFINITE = Number.POSITIVE_INFINITY;

describe('which key wins', () => {
  const ALL: Partial<TimeoutSources> = {
    headerSeconds: 1,
    requestSeconds: 2,
    params: { timeout: 3, request_timeout: 4, stream_timeout: 13 },
    globalSeconds: 5,
    routerSeconds: 6,
    streamHeaderSeconds: 11,
    routerStreamSeconds: 14,
  };

  test('a reply that comes whole', () => {
    const steps: Partial<TimeoutSources>[] = [
      {},
      { headerSeconds: null },
      { requestSeconds: null },
      { params: { request_timeout: 4 } },
      { params: {} },
      { globalSeconds: null },
    ];
    let now = ALL;
    const seconds = steps.map((step) => of((now = { ...now, ...step })).seconds);
    expect(seconds).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('a stream', () => {
    const steps: Partial<TimeoutSources>[] = [
      {},
      { streamHeaderSeconds: null },
      { params: { timeout: 3 } },
      { routerStreamSeconds: null },
      { globalSeconds: null },
      { headerSeconds: null },
      { requestSeconds: null },
      { params: {} },
    ];
    let now = { ...ALL, stream: true };
    const seconds = steps.map((step) => of((now = { ...now, ...step })).seconds);
    expect(seconds).toEqual([11, 13, 14, 5, 1, 2, 3, 6]);
  });

  test('stream keys mean nothing to a reply that comes whole', () => {
    expect(of({ streamHeaderSeconds: 1, routerStreamSeconds: 2, params: { stream_timeout: 3 } }).seconds).toBe(6000);
  });

  test('the global timeout alone bounds what nothing else bounds, and its default counts as not set', () => {
    expect(of({ globalSeconds: 20 }).seconds).toBe(20);
    expect(of({ globalSeconds: 6000, routerSeconds: 7 }).seconds).toBe(7);
  });

  test.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY])('%d counts as not set', (seconds) => {
    expect(of({ requestSeconds: seconds, headerSeconds: seconds, routerSeconds: 9 }).seconds).toBe(9);
    expect(of({ params: { timeout: seconds, request_timeout: seconds }, routerSeconds: 9 }).seconds).toBe(9);
  });

  test.each([
    ['12.5', 12.5],
    [' 3 ', 3],
    ['', 6000],
    ['soon', 6000],
    [true, 6000],
    [null, 6000],
    [[1], 6000],
  ])('timeout: %j', (timeout, seconds) => {
    expect(of({ params: { timeout } }).seconds).toBe(seconds);
  });
});

describe('what it bounds', () => {
  test('whole reply: everything up to the last byte', () => {
    expect(of({ requestSeconds: 12 }).deadlines).toEqual({
      connectMs: 12_000,
      firstByteMs: 12_000,
      gapMs: INFINITE,
      totalMs: 12_000,
    });
  });

  test('stream: the first content and each gap, never the whole', () => {
    expect(of({ stream: true, routerSeconds: 60, params: { stream_timeout: 10 } }).deadlines).toEqual({
      connectMs: 10_000,
      firstByteMs: 10_000,
      gapMs: 10_000,
      totalMs: INFINITE,
    });
  });

  test('nothing configured: LiteLLM waits 6000 s, but a silent stream is dead after 600', () => {
    expect(of({}).deadlines).toEqual({ connectMs: 30_000, firstByteMs: 6e6, gapMs: INFINITE, totalMs: 6e6 });
    const stream = of({ stream: true });
    expect(stream.deadlines).toEqual({ connectMs: 30_000, firstByteMs: 6e5, gapMs: 6e5, totalMs: INFINITE });
    expect(stream.seconds).toBe(6000);
  });
});

test.each<[Partial<TimeoutSources>, string]>([
  [{}, '6000.0'],
  [{ headerSeconds: 7 }, '7.0'],
  [{ requestSeconds: 7 }, '7'],
  [{ routerSeconds: 0.5 }, '0.5'],
  [{ globalSeconds: 1 }, '1'],
  [{ globalSeconds: 1, routerSeconds: 2 }, '1.0'],
])('the text of %j is as Python prints it: %s', (changes, text) => {
  expect(of(changes).text).toBe(text);
});
