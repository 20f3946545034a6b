import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketMiddleMs, bucketUpperMs, LATENCY_BUCKETS, latencyBucket } from './latency-buckets.ts';
import { LatencyHistogram } from './latency-histogram.ts';

const MINUTE = 60_000;
const latency = fc.double({ min: 0, max: 3_600_000, noNaN: true });

describe('buckets', () => {
  it('hold what lies between their ends, which are at most 12.5 % apart', () => {
    fc.assert(
      fc.property(latency, (ms) => {
        const bucket = latencyBucket(ms);
        const lower = bucket === 0 ? 0 : bucketUpperMs(bucket - 1);
        const nanoseconds = Math.floor(ms * 1e6) / 1e6;
        expect(lower).toBeLessThanOrEqual(nanoseconds + 1e-12);
        if (bucket === LATENCY_BUCKETS - 1) return;
        expect(bucketUpperMs(bucket)).toBeGreaterThan(nanoseconds);
        const widest = bucket < 8 ? Number.POSITIVE_INFINITY : 1.125 + 1e-9;
        expect(bucketUpperMs(bucket) / lower).toBeLessThanOrEqual(widest);
      }),
    );
  });

  it('rise with the latency', () => {
    fc.assert(
      fc.property(latency, latency, (one, other) => {
        expect(latencyBucket(Math.min(one, other))).toBeLessThanOrEqual(latencyBucket(Math.max(one, other)));
      }),
    );
    const ends = Array.from({ length: LATENCY_BUCKETS }, (_, bucket) => bucketUpperMs(bucket));
    expect(ends).toEqual([...ends].sort((one, other) => one - other));
    expect(latencyBucket(1e12)).toBe(LATENCY_BUCKETS - 1);
    expect(latencyBucket(-5)).toBe(0);
  });
});

describe('LatencyHistogram', () => {
  it('tells quantiles as a sorted list does, in the same bucket', () => {
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 200 }), (values) => {
        const histogram = new LatencyHistogram();
        for (const ms of values) histogram.record(ms, 0, MINUTE);
        const report = histogram.report();
        const sorted = [...values].sort((one, other) => one - other);
        const rank = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
        expect(report?.samples).toBe(values.length);
        expect([report?.p50Ms, report?.p95Ms, report?.p99Ms]).toEqual(
          [0.5, 0.95, 0.99].map((share) => bucketMiddleMs(latencyBucket(rank(share)))),
        );
      }),
    );
  });

  it('leaves the first fifty samples out of its window, and forgets by halves', () => {
    const histogram = new LatencyHistogram();
    for (let sample = 0; sample < 50; sample++) histogram.record(1_000, 0, MINUTE);
    expect([histogram.windowSamples, histogram.windowQuantileMs(0.5)]).toEqual([0, 0]);
    for (let sample = 0; sample < 100; sample++) histogram.record(1, 0, MINUTE);
    expect(histogram.windowSamples).toBe(100);
    histogram.decay(MINUTE, MINUTE);
    expect(histogram.windowSamples).toBeCloseTo(50, 1);
    for (let sample = 0; sample < 60; sample++) histogram.record(100, MINUTE, MINUTE);
    expect(histogram.windowQuantileMs(0.5)).toBeGreaterThan(90);
    histogram.decay(100 * MINUTE, MINUTE);
    expect(histogram.windowSamples).toBe(0);
    expect(histogram.report()?.samples).toBe(210);
  });
});
