/**
 * What a golden set runner is. One file per family of sets, `scripts/golden/<set>.ts`, exporting `runner`; the file is
 * found by its place, nothing else has to be registered. The set's name is the golden file's name without `.jsonl` and
 * `.gz` (`cost`, `transform-openai`, `encode-o200k_base`…).
 */
import type { JsonObject } from '../../src/protocol/json.ts';

export interface GoldenContext {
  /** Name of the set, e.g. `supported-params`. */
  readonly set: string;
  /** Absolute path of the golden file. */
  readonly file: string;
  /** Folder of the golden file. */
  readonly directory: string;
  /** LiteLLM's price map by model name (null-prototype), read once: see `prices.ts` for where it comes from. */
  readonly prices: () => Promise<Readonly<Record<string, JsonObject>>>;
  /** Path of that price map (may end in `.gz`), for code that loads it itself. */
  readonly pricesPath: string;
}

/** `null`: the row's answer is ours too. Else what differs, in one line: `path: want … got …`. */
export type GoldenOutcome = string | null;

export interface GoldenRunner {
  /** Sets it can run, matched against the whole set name. */
  readonly sets: RegExp;
  /** Called once per row, in file order. A throw is a failure with the error's message. */
  run(row: JsonObject, context: GoldenContext): GoldenOutcome | Promise<GoldenOutcome>;
}
