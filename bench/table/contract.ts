/** What `npm run bench` is made of: components that measure, and the table that comes of it (docs/benchmarks.json). */
import type { Environment } from '../environment.ts';
import type { Installed } from '../installed.ts';

/** Column of a contestant. `other` competes, but stands only in the details; `floor` does less than the task and does not. */
export type Column = 'litellm' | 'fast_litellm' | 'npm' | 'ours' | 'other' | 'floor';

/** `cpu` and `wall`: nanoseconds an operation; `memory`: bytes; `rate`: operations a second, the more the better. */
export type Quantity = 'cpu' | 'wall' | 'memory' | 'rate';

export interface Contestant extends Installed {
  /** Of its own within the component. */
  readonly name: string;
  readonly label: string;
  readonly column: Column;
  /** What a reader must know of how it is run. */
  readonly remark?: string;
}

export interface Row {
  /** E.g. `pool/64`: what `--only` is matched with. */
  readonly name: string;
  /** Heading under which it stands. */
  readonly section: string;
  readonly label: string;
  readonly quantity: Quantity;
  /** Contestants of the component that have nothing of the kind, by name, and why. */
  readonly lacking?: Readonly<Record<string, string>>;
  /** Contestants whose result is right, first choice first, where the component cannot tell by itself. */
  readonly references?: readonly string[];
  /** Columns without any contestant, and why. */
  readonly empty?: Readonly<Partial<Record<Column, string>>>;
}

/** What a round gave for a row. */
export type Reading = Measured | { readonly why: string };

export interface Measured {
  readonly value: number;
  /** Nanoseconds on the clock beside CPU time; null where it means nothing. */
  readonly wall: number | null;
  /** What came out, for rows with references. */
  readonly result?: number;
  /** What is wrong with the answers, or null. */
  readonly wrong: string | null;
}

export interface Component {
  readonly name: string;
  readonly contestants: readonly Contestant[];
  readonly rows: readonly Row[];
  /** Starts what all of its contestants need. */
  open(): Promise<ComponentSession>;
}

export interface ComponentSession {
  /** First digits of hashes of what was given to the contestants. */
  readonly fixtures: Readonly<Record<string, string>>;
  /**
   * One contestant once, in fresh processes.
   * @param rows names, in the order to run them
   */
  measure(contestant: string, rows: readonly string[]): Promise<ReadonlyMap<string, Reading>>;
  close(): Promise<void>;
}

export interface Table {
  readonly environment: Environment;
  /** Of the start, e.g. `2026-08-22`. */
  readonly date: string;
  readonly seconds: number;
  /** By contestant. */
  readonly versions: Readonly<Record<string, string>>;
  readonly fixtures: Readonly<Record<string, string>>;
  readonly rows: readonly RowResult[];
}

export interface RowResult {
  readonly name: string;
  readonly section: string;
  readonly label: string;
  readonly quantity: Quantity;
  readonly entries: readonly Entry[];
}

/** A contestant in a row. */
export interface Entry {
  readonly label: string;
  readonly column: Column;
  readonly remark: string | null;
  readonly problem: Problem | null;
  /** One a round, null where it did not take part; empty for one that is absent. */
  readonly rounds: readonly (Pick<Measured, 'value' | 'wall'> | null)[];
}

/** `none`: it has nothing of the kind. */
export interface Problem {
  readonly kind: 'absent' | 'none' | 'wrong' | 'failed';
  readonly text: string;
}
