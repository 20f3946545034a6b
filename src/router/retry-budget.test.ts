import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from './retry-budget.ts';

describe('RetryBudget', () => {
  it('always allows some per second', () => {
    let nowMs = 0;
    const budget = new RetryBudget({ ratio: 0.1, minPerSecond: 3, now: () => nowMs });
    const taken = (): number => Array.from({ length: 9 }, () => budget.take()).filter(Boolean).length;
    expect(taken()).toBe(3);
    nowMs = 999;
    expect(taken()).toBe(0);
    nowMs = 1000;
    expect(taken()).toBe(3);
  });

  it('allows its part of the requests of the last ten seconds', () => {
    let nowMs = 0;
    const budget = new RetryBudget({ ratio: 0.1, minPerSecond: 0, now: () => nowMs });
    for (let request = 0; request < 100; request++) budget.countRequest();
    nowMs = 9_999;
    expect(Array.from({ length: 20 }, () => budget.take()).filter(Boolean).length).toBe(10);
    nowMs = 10_000;
    expect(budget.take()).toBe(false);
  });

  it('never exceeds the larger of the two, whatever comes', () => {
    const events = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -500, max: 1500 })), { maxLength: 400 });
    fc.assert(
      fc.property(events, fc.integer({ min: 0, max: 4 }), (script, minPerSecond) => {
        let nowMs = 50_000;
        let newest = Number.NEGATIVE_INFINITY;
        const budget = new RetryBudget({ ratio: 0.2, minPerSecond, now: () => nowMs });
        const log: { readonly retry: boolean; readonly second: number }[] = [];
        for (const [retry, step] of script) {
          nowMs += step;
          newest = Math.max(newest, Math.floor(nowMs / 1000));
          if (!retry) budget.countRequest();
          else if (!budget.take()) continue;
          log.push({ retry, second: newest });
          const recent = log.filter(({ second }) => second > newest - 10);
          const retries = recent.filter((entry) => entry.retry).length;
          const requests = recent.length - retries;
          const perSecond = recent.filter((entry) => entry.retry && entry.second === newest).length;
          expect(!retry || perSecond <= minPerSecond || retries <= 0.2 * requests).toBe(true);
        }
      }),
    );
  });
});
