/** What the benchmark tells a contestant's process, and what it hears from it: one JSON object a line on stdout. */
import type { EncodingName } from './rows.ts';

/** A file, named by the only argument of the process. */
export interface Job {
  readonly contestant: string;
  readonly encoding: EncodingName;
  /** A JSON file: texts by the name of the row. */
  readonly textsFile: string;
  /** Names of rows, in the order to run them. */
  readonly rows: readonly string[];
  /** Loaded and counted before anything else: the first use. */
  readonly firstText: string;
  /** A row whose first call took a quarter of this is not run again. */
  readonly limitMs: number;
  readonly call: CallInput;
}

/** What the call-by-call rows are called with. */
export interface CallInput {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  /** A chat completion as providers answer it. */
  readonly response: object;
}

export interface FirstUse {
  readonly importCpuMs: number;
  readonly countCpuMs: number;
  /** Of both. */
  readonly wallMs: number;
  readonly rssGrowthMb: number;
}

export interface Measured {
  /** CPU time of one pass over the row's texts: median of a few samples. */
  readonly nanoseconds: number;
  /** Tokens of all texts of the row, or USD. */
  readonly result: number;
  /** Bytes of JavaScript heap that a pass took, or null where the language does not tell. */
  readonly allocatedBytes: number | null;
}

export type Message =
  | ({ readonly event: 'first' } & FirstUse)
  | { readonly event: 'begin'; readonly row: string }
  | ({ readonly event: 'measured'; readonly row: string } & Measured)
  /** The process ends after this one: what a failure leaves behind must not reach the next row. */
  | { readonly event: 'failed'; readonly row: string; readonly why: string };

/** Rows that call a function of LiteLLM instead of counting a text. */
export const CALL_ROWS = ['calls/tokenCounter', 'calls/completionCost'] as const;
export type CallRow = (typeof CALL_ROWS)[number];
