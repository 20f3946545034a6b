/** What a benchmark tells a contestant's process, and what it hears from it: one JSON object a line on stdout. */

/** A file, named by the only argument of the process. */
export interface Job<Input = unknown> {
  readonly contestant: string;
  /** Names of rows, in the order to run them. */
  readonly rows: readonly string[];
  /** A row whose first call took a quarter of this is not run again. */
  readonly limitMs: number;
  readonly timing: Timing;
  /** What the component tells all of its contestants. */
  readonly input: Input;
}

/** Milliseconds of CPU time: a run of the rows for the compiler, and each of a few samples. */
export interface Timing {
  readonly warmUpMs: number;
  readonly sampleMs: number;
}

export interface FirstUse {
  readonly importCpuMs: number;
  /** Of the first call, behind the import. */
  readonly callCpuMs: number;
  /** Of both. */
  readonly wallMs: number;
  readonly rssGrowthMb: number;
}

export interface Measured {
  /** CPU time of one call, all threads of the process: median of a few samples. */
  readonly nanoseconds: number;
  /** On the clock, of the same samples. */
  readonly wallNanoseconds: number;
  /** What says whether the call did what it should: tokens, USD, bytes that came … */
  readonly result: number;
  /** Bytes of JavaScript heap that a call took, or null where the language does not tell. */
  readonly allocatedBytes: number | null;
}

export type Message =
  | ({ readonly event: 'first' } & FirstUse)
  | { readonly event: 'begin'; readonly row: string }
  | ({ readonly event: 'measured'; readonly row: string } & Measured)
  /** The process ends after this one: what a failure leaves behind must not reach the next row. */
  | { readonly event: 'failed'; readonly row: string; readonly why: string };
