import { describe, expect, it } from 'vitest';
import { TableKey } from '../primitives/table-key.ts';
import { REFUSED } from './contract.ts';
import { runCounterContract, type CounterOracle } from './counter.contract.ts';
import { WindowTokens } from './window-tokens.ts';

interface Count {
  start: number;
  count: number;
  isWindow: boolean;
}

function oracle(windowMs: number, withRequests: boolean): CounterOracle {
  const counts = new Map<string, Count>();
  const alive = (key: string, now: number): Count | null => {
    const found = counts.get(key);
    if (found === undefined || now - found.start < -windowMs) return null;
    return now - found.start >= (found.isWindow ? windowMs : 600_000) ? null : found;
  };
  const window = (key: string, now: number): Count | null => {
    const found = alive(key, now);
    if (found === null || withRequests) return found;
    if (!found.isWindow) return null;
    return Math.floor(now / 1000) - Math.floor(found.start / 1000) >= windowMs / 1000 ? null : found;
  };
  return {
    take(key, limit, amount, now) {
      const found = window(key, now) ?? { start: now, count: 0, isWindow: true };
      if (found.count + amount > limit) return REFUSED;
      found.count += amount;
      counts.set(key, found);
      return limit - found.count;
    },
    left: (key, limit, now) => Math.max(0, limit - (window(key, now)?.count ?? 0)),
    adjust(key, delta, _charge, now) {
      if (delta === 0) return;
      const found = alive(key, now) ?? { start: now, count: 0, isWindow: false };
      found.count += delta;
      counts.set(key, found);
    },
  };
}

for (const withRequests of [false, true]) {
  runCounterContract({
    name: `WindowTokens, ${withRequests ? 'with' : 'without'} a limit of requests`,
    module: './window-tokens.ts',
    className: 'WindowTokens',
    make: (options) => new WindowTokens(options).withRequests(withRequests),
    oracle: (windowMs) => oracle(windowMs, withRequests),
    adjusts: true,
  });
}

describe('WindowTokens', () => {
  const START = 1_800_000_000_000;

  it('corrects a guarded charge only in the window of its taking', () => {
    const counter = new WindowTokens({ windowMs: 60_000, capacity: 10 });
    const key = new TableKey().fill(counter.seed, 1, 'a');
    const charge = { takenAt: START, limit: 100, sameWindowOnly: true };
    counter.take(key, 100, 60, START);
    counter.adjust(key, -20, charge, START + 5000);
    expect(counter.left(key, 100, START + 5000)).toBe(60);
    counter.take(key, 100, 60, START + 61_000);
    counter.adjust(key, -20, charge, START + 62_000);
    expect(counter.left(key, 100, START + 62_000)).toBe(40);
  });

  it('stops at the largest count instead of going round', () => {
    const counter = new WindowTokens({ windowMs: 60_000, capacity: 10 });
    const key = new TableKey().fill(counter.seed, 1, 'a');
    counter.take(key, 100, 1, START);
    for (let call = 0; call < 5; call++)
      counter.adjust(key, 2 ** 30, { takenAt: START, limit: 100, sameWindowOnly: false }, START);
    expect(counter.left(key, 100, START)).toBe(0);
  });
});
