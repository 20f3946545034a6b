import { describe, expect, it } from 'vitest';
import { TableKey } from '../primitives/table-key.ts';
import { REFUSED } from './contract.ts';
import { runCounterContract, type CounterOracle } from './counter.contract.ts';
import { WindowRequests } from './window-requests.ts';

/** Window and count of each key in a map. */
function oracle(windowMs: number): CounterOracle {
  const windows = new Map<string, { start: number; count: number }>();
  const find = (key: string, limit: number, now: number) => {
    const window = windows.get(key);
    if (window === undefined || now - window.start < -windowMs) return null;
    const isOver =
      window.count > limit
        ? now - window.start > windowMs
        : Math.floor(now / 1000) - Math.floor(window.start / 1000) >= windowMs / 1000;
    return isOver ? null : window;
  };
  return {
    take(key, limit, amount, now) {
      const window = find(key, limit, now) ?? { start: now, count: 0 };
      windows.set(key, window);
      if (window.count <= limit) window.count += amount;
      return window.count > limit ? REFUSED : limit - window.count;
    },
    left: (key, limit, now) => Math.max(0, limit - (find(key, limit, now)?.count ?? 0)),
    adjust: () => {},
  };
}

runCounterContract({
  name: 'WindowRequests',
  module: './window-requests.ts',
  className: 'WindowRequests',
  make: (options) => new WindowRequests(options),
  oracle,
  adjusts: false,
});

describe('WindowRequests', () => {
  const START = 1_800_000_000_000;
  const requests = (capacity: number) => new WindowRequests({ windowMs: 60_000, capacity });
  const keyOf = (counter: WindowRequests, text: string) => new TableKey().fill(counter.seed, 1, text);

  it.each([101, 10_000])('refuses every second request of %i keys in turn with a limit of 1', (keys) => {
    const counter = requests(keys);
    let refused = 0;
    for (let round = 0; round < 2; round++) {
      for (let key = 0; key < keys; key++) {
        if (counter.take(keyOf(counter, `k${key}`), 1, 1, START + round) === REFUSED) refused++;
      }
    }
    expect(refused).toBe(keys);
  });

  it('counts limits above 65,534 exactly, too', () => {
    const counter = requests(10);
    const key = keyOf(counter, 'a');
    let admitted = 0;
    for (let call = 0; call < 100_010; call++) if (counter.take(key, 100_000, 1, START) !== REFUSED) admitted++;
    expect(admitted).toBe(100_000);
  });

  it('knows a window that is long over from one that has just begun', () => {
    const counter = requests(10);
    const key = keyOf(counter, 'a');
    // The 16 bits of the tick come round every 655,360 ms.
    for (const rounds of [1, 2, 3, 1000]) {
      expect(counter.take(key, 1, 1, START + rounds * 655_360 * 10)).toBe(0);
      expect(counter.take(key, 1, 1, START + rounds * 655_360 * 10)).toBe(REFUSED);
    }
  });

  it('looks at the tables a fixed number of times', () => {
    const counter = requests(1000);
    for (let key = 0; key < 1000; key++) counter.take(keyOf(counter, `k${key}`), 5, 1, START);
    const [table] = counter.tables;
    const before = { ...table?.costs };
    for (let key = 0; key < 1000; key++) counter.take(keyOf(counter, `k${key}`), 5, 1, START + 1);
    expect((table?.costs.visits ?? 0) - (before.visits ?? 0)).toBe(1000);
    expect((table?.costs.probes ?? 0) - (before.probes ?? 0)).toBeLessThan(4000);
  });

  it('refuses windows that are none', () => {
    expect(() => new WindowRequests({ windowMs: 0, capacity: 1 })).toThrow(RangeError);
    expect(() => new WindowRequests({ windowMs: Number.NaN, capacity: 1 })).toThrow(RangeError);
  });
});
