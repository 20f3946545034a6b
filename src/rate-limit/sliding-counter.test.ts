import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TableKey } from '../primitives/table-key.ts';
import { REFUSED } from './contract.ts';
import { runCounterContract, type CounterOracle } from './counter.contract.ts';
import { SlidingCounter } from './sliding-counter.ts';

const BUCKETS = 121;

interface Bucket {
  count: number;
  last: number;
}

/** A map of buckets, each with its count and the last moment of a taking. */
function oracle(windowMs: number): CounterOracle {
  const bucketMs = windowMs / 120;
  const rings = new Map<string, { newest: number; buckets: Map<number, Bucket> }>();
  const slide = (key: string, now: number) => {
    const bucket = Math.floor(now / bucketMs);
    const ring = rings.get(key) ?? { newest: bucket, buckets: new Map<number, Bucket>() };
    rings.set(key, ring);
    if (ring.newest - bucket >= BUCKETS) ring.buckets.clear();
    if (bucket > ring.newest || ring.newest - bucket >= BUCKETS) ring.newest = bucket;
    for (const [number, { last }] of ring.buckets) {
      const isOldest = number === ring.newest - BUCKETS + 1;
      if (number <= ring.newest - BUCKETS || (isOldest && now - last >= windowMs)) ring.buckets.delete(number);
    }
    return ring;
  };
  const sum = (buckets: ReadonlyMap<number, Bucket>) =>
    [...buckets.values()].reduce((all, { count }) => all + count, 0);
  const add = (buckets: Map<number, Bucket>, number: number, amount: number, now: number) => {
    const bucket = buckets.get(number) ?? { count: 0, last: number * bucketMs };
    bucket.count += amount;
    bucket.last = Math.max(bucket.last, now);
    buckets.set(number, bucket);
  };
  return {
    take(key, limit, amount, now) {
      const { newest, buckets } = slide(key, now);
      if (sum(buckets) + amount > limit) return REFUSED;
      add(buckets, newest, amount, now);
      return limit - sum(buckets);
    },
    left: (key, limit, now) => (rings.has(key) ? Math.max(0, limit - sum(slide(key, now).buckets)) : limit),
    adjust(key, delta, { takenAt }, now) {
      if (delta === 0) return;
      const { newest, buckets } = slide(key, now);
      if (delta > 0) return add(buckets, newest, delta, now);
      const bucket = buckets.get(Math.min(newest, Math.floor(takenAt / bucketMs)));
      if (bucket !== undefined) bucket.count = Math.max(0, bucket.count + delta);
    },
  };
}

runCounterContract({
  name: 'SlidingCounter',
  module: './sliding-counter.ts',
  className: 'SlidingCounter',
  make: (options) => new SlidingCounter(options),
  oracle,
  adjusts: true,
});

describe('SlidingCounter', () => {
  it('never admits more than the limit in any window, and is at most one bucket late', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.array(fc.nat(20_000), { maxLength: 100 }), (limit, waits) => {
        const counter = new SlidingCounter({ windowMs: 60_000, capacity: 4 });
        const key = new TableKey().fill(counter.seed, 1, 'a');
        const admitted: number[] = [];
        let now = 1_800_000_000_000;
        for (const wait of waits) {
          now += wait;
          const within = (ms: number) => admitted.filter((at) => at > now - ms).length;
          const passed = counter.take(key, limit, 1, now) !== REFUSED;
          // A refusal needs the limit within a bucket more than the window; one that has just left may stand beside it.
          expect(passed ? within(60_000) < limit : within(60_500) >= limit).toBe(true);
          if (passed) admitted.push(now);
        }
      }),
      { examples: [[1, [0, 11_783, 9_990, 14_997, 11_920, 11_310, 0]]] },
    );
  });
});
