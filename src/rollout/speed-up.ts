import type { ComponentReport } from './report.ts';

/** The original's median over the fast path's; null where either has no sample. */
export function speedUpOf({ latency }: ComponentReport): number | null {
  if (latency.fast === null || latency.original === null || latency.fast.p50Ms === 0) return null;
  return latency.original.p50Ms / latency.fast.p50Ms;
}
