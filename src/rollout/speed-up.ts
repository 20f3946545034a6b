import type { ComponentReport } from './report.ts';

/** With fewer samples of a side its median is one of the first calls', which run before the engine has compiled them. */
const ENOUGH_SAMPLES = 20;

/** The original's median over the fast path's; null where either side has fewer than 20 samples. */
export function speedUpOf({ fast, original }: ComponentReport['latency']): number | null {
  if (fast === null || original === null || fast.p50Ms === 0) return null;
  if (Math.min(fast.samples, original.samples) < ENOUGH_SAMPLES) return null;
  return original.p50Ms / fast.p50Ms;
}
