import type { ComponentCounts } from './report.ts';

/** Numbers of one component since the start; counted up in place. */
export type ComponentTotals = { -readonly [Name in keyof ComponentCounts]: number };

export function noTotals(): ComponentTotals {
  return {
    fastCalls: 0,
    originalCalls: 0,
    fallbacks: 0,
    throws: 0,
    hangs: 0,
    agreedErrors: 0,
    comparisons: 0,
    mismatches: 0,
    skippedComparisons: 0,
    rollbacks: 0,
    rearmed: 0,
  };
}
