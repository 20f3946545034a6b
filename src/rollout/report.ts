/** What the status shows of components: plain JSON. Types only. */
import type { StickyBy } from './contract.ts';

/** `serving`: at its percentage. `trial`: trying again after a cool-off. */
export type ComponentState = 'off' | 'shadow' | 'serving' | 'rolled_back' | 'trial';

/** Latencies of one side since the start, or merged from several threads. */
export interface LatencyReport {
  readonly samples: number;
  readonly sumMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Index of a bucket and its count, rising; `bucketUpperMs` says what an index means. */
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
}

/** Numbers since the start. */
export interface ComponentCounts {
  readonly fastCalls: number;
  readonly originalCalls: number;
  /** Calls that the original answered after the fast path threw or hung. */
  readonly fallbacks: number;
  /** Faults by kind, replayed or not. */
  readonly throws: number;
  readonly hangs: number;
  /** Both sides failed alike; counts for nothing. */
  readonly agreedErrors: number;
  readonly comparisons: number;
  readonly mismatches: number;
  /** Not compared: no room in the queue, no time, or the comparison could not be made. */
  readonly skippedComparisons: number;
  readonly rollbacks: number;
  readonly rearmed: number;
}

/** One component as the status shows it; plain JSON. */
export interface ComponentReport {
  readonly name: string;
  readonly replaces: string;
  readonly environmentVariable: string;
  /** Mode text of the settings, `canary:10`. */
  readonly configured: string;
  /** Where that stands: an environment variable, `acceleration.tokenizer`, `default`. */
  readonly configuredBy: string;
  /** Mode text that was set at run time; null: none. */
  readonly override: string | null;
  readonly state: ComponentState;
  /** Of the calls that go to the fast path now. */
  readonly percent: number;
  readonly stickyBy: StickyBy;
  /** The fast path serves now, and at least one call went through it and was good. */
  readonly applied: boolean;
  /** Why it is as it is, one sentence. */
  readonly why: string;
  /** When a component that was rolled back is tried again. */
  readonly retryAtMs: number | null;
  readonly counts: ComponentCounts;
  /** Null: no sample yet. */
  readonly latency: { readonly fast: LatencyReport | null; readonly original: LatencyReport | null };
  /** How many times as fast the fast path is, by the medians; null with fewer than 20 samples of either side. */
  readonly speedUp: number | null;
  readonly memoryBytes: number | null;
}

/** Everything at a glance; plain JSON, so that threads can send it and `mergeReports` can add it up. */
export interface RolloutReport {
  readonly atMs: number;
  readonly components: readonly ComponentReport[];
  /** Set by configuration or environment, but nothing of that name exists in this process. */
  readonly unknown: readonly string[];
}

/** What would be better switched, and why. */
export interface Recommendation {
  readonly component: string;
  /** Mode text, or `keep`. */
  readonly advice: string;
  readonly evidence: string;
}
