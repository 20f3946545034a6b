/**
 * A bucket that holds the limit and fills up evenly, the limit in a window: bursts up to the limit, then its rate.
 *
 * Counted in units of one token for one millisecond of the window, whole numbers below 2^53, so that nothing is lost by
 * rounding; an entry is 16 bytes. Over any `windowMs` at most twice the limit passes (a full bucket, and what comes in).
 * A clock that steps back by less than a window adds nothing until it is where it was.
 */
import type { EntryPolicy, SharedTable } from '../primitives/shared-table.ts';
import type { TableKey } from '../primitives/table-key.ts';
import { REFUSED, type Charge, type Counter } from './contract.ts';
import { openTable } from './open-table.ts';
import type { CounterOptions } from './window-requests.ts';

/** Words of an entry; the level is one 64-bit float. */
const FILLED_AT = 0;
const LEVEL = 1;

export class TokenBucket implements Counter {
  readonly keepsRefused = false;
  readonly buffers: Readonly<Record<string, SharedArrayBuffer>>;
  readonly table: SharedTable;
  readonly #windowMs: number;
  readonly #levels: Float64Array;

  constructor(options: CounterOptions) {
    const { shared, capacity, seed } = options;
    const windowMs = Math.max(1, Math.round(options.windowMs));
    const buffer = shared?.['bucket'];
    const policy: EntryPolicy = {
      words: 3,
      sweepTicks: 2 ** 30,
      remainingTicks: (words, at, tick) => {
        const age = (tick - (words[at + FILLED_AT] ?? 0)) | 0;
        return age <= -windowMs ? 0 : windowMs - age;
      },
    };
    this.#windowMs = windowMs;
    this.table = openTable(policy, { capacity, seed, buffer });
    this.#levels = new Float64Array(this.table.buffer, 0, this.table.buffer.byteLength >> 3);
    this.buffers = { bucket: this.table.buffer };
  }

  get seed(): number {
    return this.table.seed;
  }

  take(key: TableKey, limit: number, amount: number, now: number): number {
    const at = this.table.enter(key, Math.floor(now) | 0);
    const level = this.#fill(at, limit, now) - amount * this.#windowMs;
    if (level >= 0) this.#levels[(at + LEVEL) >> 1] = level;
    this.table.leave();
    return level >= 0 ? Math.floor(level / this.#windowMs) : REFUSED;
  }

  isOver(key: TableKey, limit: number, now: number): boolean {
    return this.left(key, limit, now) < 1;
  }

  left(key: TableKey, limit: number, now: number): number {
    const at = this.table.find(key, Math.floor(now) | 0);
    const left = at === -1 ? limit : Math.max(0, Math.floor(this.#fill(at, limit, now) / this.#windowMs));
    this.table.leave();
    return left;
  }

  /** What is given back never makes the bucket fuller than full; what is charged may leave it below empty. */
  adjust(key: TableKey, delta: number, charge: Charge, now: number): void {
    if (delta === 0) return;
    const at = this.table.enter(key, Math.floor(now) | 0);
    const level = this.#fill(at, charge.limit, now) - delta * this.#windowMs;
    this.#levels[(at + LEVEL) >> 1] = Math.min(charge.limit * this.#windowMs, level);
    this.table.leave();
  }

  waitMs(key: TableKey, limit: number, amount: number, now: number): number {
    const at = this.table.find(key, Math.floor(now) | 0);
    const missing = at === -1 ? 0 : amount * this.#windowMs - this.#fill(at, limit, now);
    this.table.leave();
    return missing > 0 ? Math.ceil(missing / limit) : 0;
  }

  /** Adds what came in since the last time. @returns the level */
  #fill(at: number, limit: number, now: number): number {
    const { words } = this.table;
    const full = limit * this.#windowMs;
    const tick = Math.floor(now) | 0;
    const before = words[at + FILLED_AT] ?? 0;
    const index = (at + LEVEL) >> 1;
    const level = this.#levels[index] ?? 0;
    const since = (tick - before) | 0;
    // An entry without time and level is new: nobody took anything.
    const isNew = before === 0 && level === 0;
    if (!isNew && since <= 0 && since > -this.#windowMs) return Math.min(full, level);
    const filled = isNew || since < 0 ? full : Math.min(full, level + since * limit);
    words[at + FILLED_AT] = tick === 0 ? 1 : tick;
    this.#levels[index] = filled;
    return filled;
  }
}
