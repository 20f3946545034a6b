/**
 * Latencies of one side: all since the start, and a window that decays.
 *
 * Promises: O(1) to record, nothing allocated after the first one; fixed size (3.7 KB). The window is scaled down as a whole every sixteenth
 * of its half-life, which is when recording takes one pass over the buckets. Gives up: 12.5 % of precision.
 */
import type { LatencyReport } from './report.ts';
import { bucketMiddleMs, LATENCY_BUCKETS, latencyBucket } from './latency-buckets.ts';

/** Code is slow until it is compiled: these are in no window. */
const WARM_UP_SAMPLES = 50;
const DECAYS_PER_HALF_LIFE = 16;
/** Weights below this are nothing any more. */
const NEGLIGIBLE = 1 / 1_024;

export class LatencyHistogram {
  // Made with the first sample: a gateway has many components that are never called.
  #total = new Float64Array(0);
  #window = new Float32Array(0);
  #samples = 0;
  #sumMs = 0;
  #windowSamples = 0;
  #decayedAtMs = 0;

  /** @param nowMs of the monotonic clock */
  record(ms: number, nowMs: number, halfLifeMs: number): void {
    if (this.#samples === 0) this.#allocate();
    this.decay(nowMs, halfLifeMs);
    const bucket = latencyBucket(ms);
    this.#total[bucket] = (this.#total[bucket] ?? 0) + 1;
    this.#sumMs += Math.max(0, ms);
    if (this.#samples++ < WARM_UP_SAMPLES) return;
    this.#window[bucket] = (this.#window[bucket] ?? 0) + 1;
    this.#windowSamples++;
  }

  /** Samples in the window, by their weights. */
  get windowSamples(): number {
    return this.#windowSamples;
  }

  /** @param share e.g. 0.5 for the median. @returns 0 when the window is empty */
  windowQuantileMs(share: number): number {
    return quantile(this.#window, this.#windowSamples, share);
  }

  clearWindow(): void {
    this.#window.fill(0);
    this.#windowSamples = 0;
  }

  /** Null when nothing was recorded. */
  report(): LatencyReport | null {
    if (this.#samples === 0) return null;
    const buckets: [number, number][] = [];
    this.#total.forEach((count, bucket) => {
      if (count > 0) buckets.push([bucket, count]);
    });
    return latencyReport(buckets, this.#sumMs);
  }

  decay(nowMs: number, halfLifeMs: number): void {
    const step = halfLifeMs / DECAYS_PER_HALF_LIFE;
    if (nowMs - this.#decayedAtMs < step) return;
    const factor = 2 ** ((this.#decayedAtMs - nowMs) / halfLifeMs);
    this.#decayedAtMs = nowMs;
    if (this.#windowSamples === 0) return;
    let samples = 0;
    for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
      const weight = (this.#window[bucket] ?? 0) * factor;
      this.#window[bucket] = weight < NEGLIGIBLE ? 0 : weight;
      samples += this.#window[bucket] ?? 0;
    }
    this.#windowSamples = samples;
  }

  #allocate(): void {
    this.#total = new Float64Array(LATENCY_BUCKETS);
    this.#window = new Float32Array(LATENCY_BUCKETS);
  }
}

/** @param buckets rising; at least one */
export function latencyReport(buckets: readonly (readonly [number, number])[], sumMs: number): LatencyReport {
  const counts = new Float64Array(LATENCY_BUCKETS);
  let samples = 0;
  for (const [bucket, count] of buckets) {
    counts[bucket] = count;
    samples += count;
  }
  return {
    samples,
    sumMs,
    p50Ms: quantile(counts, samples, 0.5),
    p95Ms: quantile(counts, samples, 0.95),
    p99Ms: quantile(counts, samples, 0.99),
    buckets,
  };
}

function quantile(counts: Float64Array | Float32Array, samples: number, share: number): number {
  if (samples <= 0) return 0;
  const rank = share * samples;
  let seen = 0;
  let last = 0;
  for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
    const count = counts[bucket] ?? 0;
    if (count === 0) continue;
    seen += count;
    last = bucket;
    if (seen >= rank) break;
  }
  return bucketMiddleMs(last);
}
