/**
 * LiteLLM's window of requests: it begins with the first request and lasts until the second in which it is `windowMs`
 * old; in each window exactly the limit passes. Two windows can touch, so that twice the limit may pass in little time.
 *
 * An entry is 8 bytes: the tag, and 16 bits of the window's first tick with 16 bits of count. Limits above 65,534 count
 * in 12 bytes. Ticks of 16 bits are read relative to the last sweep of their group, which is never far away.
 * LiteLLM-compat: the first refused request counts, too, and a counter over its limit holds until it is more than
 * `windowMs` old, not only until the second; a clock that steps back by less than a window changes nothing.
 */
import type { EntryPolicy, SharedTable } from '../primitives/shared-table.ts';
import type { TableKey } from '../primitives/table-key.ts';
import { REFUSED, type Charge, type Counter } from './contract.ts';
import { openTable } from './open-table.ts';
import { Ticks } from './ticks.ts';

const LARGEST_NARROW_LIMIT = 65_534;
const LARGEST_COUNT = 2 ** 31 - 1;
const NARROW_SWEEP_TICKS = 8192;
/** Windows that begin so far ahead of a clock that stepped back are kept for when it returns; 15 bits must hold it. */
const KEPT_AHEAD_TICKS = 24_000;

export interface CounterOptions {
  readonly windowMs: number;
  /** Keys at the same time. */
  readonly capacity: number;
  /** Instead of new tables: those of another thread, by `buffers`. */
  readonly shared?: Readonly<Record<string, SharedArrayBuffer>>;
  /** Secret of the hash, for tests that repeat themselves. */
  readonly seed?: number;
}

export class WindowRequests implements Counter {
  readonly keepsRefused = true;
  readonly buffers: Readonly<Record<string, SharedArrayBuffer>>;
  readonly seed: number;
  readonly #ticks: Ticks;
  readonly #narrow: RequestTable;
  readonly #wide: RequestTable;

  constructor(options: CounterOptions) {
    this.#ticks = new Ticks(options.windowMs);
    this.#narrow = new RequestTable(options, this.#ticks, true);
    // Memory that nobody writes to costs nothing, so the second table may be as large.
    this.#wide = new RequestTable({ ...options, seed: this.#narrow.table.seed }, this.#ticks, false);
    this.seed = this.#narrow.table.seed;
    this.buffers = { narrow: this.#narrow.table.buffer, wide: this.#wide.table.buffer };
  }

  /** The tables, for their costs. */
  get tables(): readonly SharedTable[] {
    return [this.#narrow.table, this.#wide.table];
  }

  take(key: TableKey, limit: number, amount: number, now: number): number {
    return this.#tableFor(limit).take(key, limit, amount, now);
  }

  left(key: TableKey, limit: number, now: number): number {
    return Math.max(0, limit - this.#tableFor(limit).count(key, limit, now));
  }

  /** Counts of requests are not corrected. */
  adjust(_key: TableKey, _delta: number, _charge: Charge, _now: number): void {}

  waitMs(key: TableKey, limit: number, amount: number, now: number): number {
    return this.#tableFor(limit).waitMs(key, limit, amount, now);
  }

  /** Whether the counter is over the limit, so that a request would be refused without being counted. */
  isOver(key: TableKey, limit: number, now: number): boolean {
    return this.#tableFor(limit).count(key, limit, now) > limit;
  }

  #tableFor(limit: number): RequestTable {
    return limit <= LARGEST_NARROW_LIMIT ? this.#narrow : this.#wide;
  }
}

/** Entries of one width. */
class RequestTable {
  readonly table: SharedTable;
  readonly #ticks: Ticks;
  readonly #isNarrow: boolean;

  constructor(options: CounterOptions, ticks: Ticks, isNarrow: boolean) {
    const { shared, capacity, seed } = options;
    const policy = isNarrow ? narrowPolicy(ticks) : widePolicy(ticks);
    const buffer = shared?.[isNarrow ? 'narrow' : 'wide'];
    this.#ticks = ticks;
    this.#isNarrow = isNarrow;
    this.table = openTable(policy, { capacity, seed, buffer });
  }

  take(key: TableKey, limit: number, amount: number, now: number): number {
    const tick = this.#ticks.at(now);
    const at = this.table.enter(key, tick | 0);
    const start = this.#start(at, tick);
    let count = this.#count(at);
    if (count === 0 || this.#isOver(start, count > limit, tick)) {
      count = Math.min(amount, limit + 1, LARGEST_COUNT);
      this.#write(at, tick, count);
    } else if (count <= limit) {
      // A count that passes the limit says only that it did.
      count = Math.min(count + amount, limit + 1, LARGEST_COUNT);
      this.#write(at, start, count);
    }
    this.table.leave();
    return count > limit ? REFUSED : limit - count;
  }

  count(key: TableKey, limit: number, now: number): number {
    const tick = this.#ticks.at(now);
    const at = this.table.find(key, tick | 0);
    let count = 0;
    if (at !== -1) {
      count = this.#count(at);
      if (this.#isOver(this.#start(at, tick), count > limit, tick)) count = 0;
    }
    this.table.leave();
    return count;
  }

  waitMs(key: TableKey, limit: number, amount: number, now: number): number {
    const tick = this.#ticks.at(now);
    const at = this.table.find(key, tick | 0);
    let wait = 0;
    if (at !== -1) {
      const start = this.#start(at, tick);
      const count = this.#count(at);
      const isOver = count > limit;
      if (count + amount > limit && !this.#isOver(start, isOver, tick)) {
        const end = (start + this.#ticks.perWindow + (isOver ? 1 : 0)) * this.#ticks.tickMs;
        wait = Math.max(1, isOver ? end - now : Math.floor(end / 1000) * 1000 - now);
      }
    }
    this.table.leave();
    return wait;
  }

  /** Whether the window that began with the tick `start` is over. */
  #isOver(start: number, isOverLimit: boolean, tick: number): boolean {
    const age = tick - start;
    if (age < -this.#ticks.perWindow) return true;
    if (isOverLimit) return age > this.#ticks.perWindow;
    return (this.#ticks.second(tick) - this.#ticks.second(start)) * 1000 >= this.#ticks.windowMs;
  }

  #start(at: number, tick: number): number {
    const swept = this.table.sweptTick;
    const word = this.table.words[at] ?? 0;
    const start = this.#isNarrow ? startOfNarrow(word, swept) : word;
    return tick - (((tick | 0) - start) | 0);
  }

  #count(at: number): number {
    const { words } = this.table;
    return this.#isNarrow ? (words[at] ?? 0) & 0xff_ff : (words[at + 1] ?? 0);
  }

  #write(at: number, start: number, count: number): void {
    const { words } = this.table;
    if (this.#isNarrow) words[at] = (start << 16) | count;
    else {
      words[at] = start | 0;
      words[at + 1] = count;
    }
  }
}

function startOfNarrow(word: number, sweptTick: number): number {
  return (sweptTick + ((((word >>> 16) - sweptTick) << 16) >> 16)) | 0;
}

function narrowPolicy(ticks: Ticks): EntryPolicy {
  return {
    words: 1,
    sweepTicks: NARROW_SWEEP_TICKS,
    remainingTicks: (words, at, tick, sweptTick) =>
      remainingTicks(startOfNarrow(words[at] ?? 0, sweptTick), tick, ticks.perWindow),
  };
}

function widePolicy(ticks: Ticks): EntryPolicy {
  return {
    words: 2,
    sweepTicks: 2 ** 30,
    remainingTicks: (words, at, tick) => remainingTicks(words[at] ?? 0, tick, ticks.perWindow),
  };
}

/** Ticks until a window is over for sure. */
export function remainingTicks(start: number, tick: number, perWindow: number): number {
  const age = (tick - start) | 0;
  return age < -KEPT_AHEAD_TICKS ? 0 : perWindow + 1 - age;
}
