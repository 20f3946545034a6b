import type { LatencyBudget } from './contract.ts';
import type { LatencyHistogram } from './latency-histogram.ts';

const MEDIAN = 0.5;
const TAIL = 0.95;
/** Differences below this are the clock's. */
const NOISE_MS = 0.000_5;

/** Medians and 95th percentiles of both windows; null where a side has too few samples to say. */
export interface LatencyComparison {
  readonly fastP50Ms: number | null;
  readonly originalP50Ms: number | null;
  readonly fastP95Ms: number | null;
  readonly originalP95Ms: number | null;
}

export function compareLatencies(
  fast: LatencyHistogram,
  original: LatencyHistogram,
  minSamples: number,
): LatencyComparison {
  const hasFast = fast.windowSamples >= minSamples;
  const hasOriginal = original.windowSamples >= minSamples;
  return {
    fastP50Ms: hasFast ? fast.windowQuantileMs(MEDIAN) : null,
    originalP50Ms: hasOriginal ? original.windowQuantileMs(MEDIAN) : null,
    fastP95Ms: hasFast ? fast.windowQuantileMs(TAIL) : null,
    originalP95Ms: hasOriginal ? original.windowQuantileMs(TAIL) : null,
  };
}

/** Whether the fast path is over its budget; never with too few samples of either side. */
export function isTooSlow(fast: LatencyHistogram, original: LatencyHistogram, budget: LatencyBudget): boolean {
  if (fast.windowSamples < budget.minSamples || original.windowSamples < budget.minSamples) return false;
  return (
    fast.windowQuantileMs(MEDIAN) > budget.factor * original.windowQuantileMs(MEDIAN) + NOISE_MS ||
    fast.windowQuantileMs(TAIL) > budget.tailFactor * original.windowQuantileMs(TAIL) + NOISE_MS
  );
}
