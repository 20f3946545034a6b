/**
 * The last latencies of each deployment (LiteLLM's `latency` and `time_to_first_token_seconds` lists) and their
 * exponentially weighted mean. Means are computed when a sample comes, so that a pick reads one number.
 *
 * Promises: fixed memory, O(samples) per added sample, O(1) per read, nothing allocated but for a percentile.
 * Samples are forgotten `ttlSeconds` after the last one. Gives up: two threads that add at once may lose one sample.
 */
import type { LatencySettings } from './routing-policy.ts';

/** LiteLLM's penalty for a time-out, in seconds. */
export const TIMEOUT_PENALTY_SECONDS = 1000;
/** What a failed call counts in the weighted mean, so that fast failures do not attract traffic. */
const FAILURE_SECONDS = 10;
/** Weight of a new sample: 90 % of the mean is made of the last 20 samples or so. */
const EWMA_WEIGHT = 0.1;

const UPDATED = 0;
const MEAN = 1;
const TTFT_SCORE = 2;
const COUNT = 3;
const TTFT_COUNT = 4;
const EWMA = 5;
const HEAD_COLUMNS = 6;

export class LatencySamples {
  readonly #settings: LatencySettings;
  readonly #columns: number;
  readonly #cells: Float64Array;

  static bytes(deployments: number, samples: number): number {
    return deployments * (HEAD_COLUMNS + 2 * samples) * 8;
  }

  constructor(deployments: number, settings: LatencySettings, memory?: ArrayBufferLike) {
    this.#settings = settings;
    this.#columns = HEAD_COLUMNS + 2 * settings.samples;
    this.#cells = new Float64Array(memory ?? new ArrayBuffer(LatencySamples.bytes(deployments, settings.samples)));
  }

  /** @param seconds of the whole call, already divided by its completion tokens where it has any */
  add(slot: number, seconds: number, nowMs: number): void {
    this.#forgetOld(slot, nowMs);
    this.#push(slot, COUNT, HEAD_COLUMNS, seconds);
    this.#cells[this.#row(slot) + MEAN] = mean(this.latencies(slot));
  }

  addFirstToken(slot: number, seconds: number, nowMs: number): void {
    this.#forgetOld(slot, nowMs);
    this.#push(slot, TTFT_COUNT, HEAD_COLUMNS + this.#settings.samples, seconds);
    const samples = this.firstTokens(slot);
    const { ttftPercentile } = this.#settings;
    this.#cells[this.#row(slot) + TTFT_SCORE] =
      ttftPercentile === null ? mean(samples) : percentile(samples, ttftPercentile);
  }

  /** Whole seconds of a call, for `p2c`; a failure counts at least 10 s. */
  addEwma(slot: number, seconds: number, failed: boolean): void {
    const index = this.#row(slot) + EWMA;
    const known = this.#cells[index] ?? 0;
    const sample = failed ? Math.max(seconds, FAILURE_SECONDS) : seconds;
    this.#cells[index] = known === 0 ? sample : known + EWMA_WEIGHT * (sample - known);
  }

  /** 0: unseen. */
  ewma(slot: number): number {
    return this.#cells[slot * this.#columns + EWMA] ?? 0;
  }

  /** 0 without samples: an unseen deployment is always the fastest. */
  score(slot: number, stream: boolean, nowMs: number): number {
    const row = slot * this.#columns;
    if ((this.#cells[row + UPDATED] ?? 0) + this.#settings.ttlSeconds * 1000 < nowMs) return 0;
    if (stream && (this.#cells[row + TTFT_COUNT] ?? 0) > 0) return this.#cells[row + TTFT_SCORE] ?? 0;
    return this.#cells[row + MEAN] ?? 0;
  }

  /** Oldest first. */
  latencies(slot: number): Float64Array {
    const start = this.#row(slot) + HEAD_COLUMNS;
    return this.#cells.subarray(start, start + (this.#cells[this.#row(slot) + COUNT] ?? 0));
  }

  /** Oldest first. */
  firstTokens(slot: number): Float64Array {
    const start = this.#row(slot) + HEAD_COLUMNS + this.#settings.samples;
    return this.#cells.subarray(start, start + (this.#cells[this.#row(slot) + TTFT_COUNT] ?? 0));
  }

  /** Between tables of the same number of samples; else the deployment starts unseen. */
  copyRow(from: LatencySamples, fromSlot: number, slot: number): void {
    if (from.#columns !== this.#columns) return;
    this.#cells.set(from.#cells.subarray(fromSlot * this.#columns, (fromSlot + 1) * this.#columns), this.#row(slot));
  }

  #row(slot: number): number {
    return slot * this.#columns;
  }

  #push(slot: number, counter: number, first: number, sample: number): void {
    const row = this.#row(slot);
    const count = this.#cells[row + counter] ?? 0;
    const start = row + first;
    if (count < this.#settings.samples) {
      this.#cells[start + count] = sample;
      this.#cells[row + counter] = count + 1;
      return;
    }
    this.#cells.copyWithin(start, start + 1, start + count);
    this.#cells[start + count - 1] = sample;
  }

  #forgetOld(slot: number, nowMs: number): void {
    const row = this.#row(slot);
    const updated = this.#cells[row + UPDATED] ?? 0;
    if (updated + this.#settings.ttlSeconds * 1000 < nowMs) {
      this.#cells[row + COUNT] = 0;
      this.#cells[row + TTFT_COUNT] = 0;
    }
    this.#cells[row + UPDATED] = nowMs;
  }
}

function mean(samples: Float64Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample;
  return samples.length === 0 ? 0 : sum / samples.length;
}

/** LiteLLM's: the smallest sample that at least this part of all samples does not exceed. */
function percentile(samples: Float64Array, part: number): number {
  const sorted = Float64Array.from(samples).sort();
  const index = Math.ceil(sorted.length * part) - 1;
  return sorted[Math.min(sorted.length - 1, Math.max(0, index))] ?? 0;
}
