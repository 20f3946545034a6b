/**
 * A window that slides: over any `windowMs` never more than the limit, and what leaves the window comes back at most one
 * bucket (a 120th of the window) late; what was taken at one moment comes back on time.
 *
 * An entry is a ring of 121 buckets with their sum: the bucket of now and the 120 before it. A bucket is its count (23
 * bits) and when the last of it was taken (9 bits, milliseconds for a minute); it leaves the window with its last one.
 * Promises: exact to one bucket; a decision costs the buckets that passed since the last one, at most 121.
 * Gives up: memory, 496 bytes an entry; counts above 8,388,607 in a bucket; and up to 0.83 % of throughput.
 */
import type { EntryPolicy, SharedTable } from '../primitives/shared-table.ts';
import type { TableKey } from '../primitives/table-key.ts';
import { REFUSED, type Charge, type Counter } from './contract.ts';
import { openTable } from './open-table.ts';
import type { CounterOptions } from './window-requests.ts';

const BUCKETS_PER_WINDOW = 120;
const BUCKETS = BUCKETS_PER_WINDOW + 1;
/** Words of an entry: number of the newest bucket, sum, buckets. */
const NEWEST = 0;
const SUM = 1;
const FIRST_BUCKET = 2;
/** Bits of a bucket's last moment, below those of its count. */
const MOMENT_BITS = 9;
const MOMENTS = 500;
const MOMENT_MASK = 2 ** MOMENT_BITS - 1;
const LARGEST_BUCKET = 2 ** 23 - 1;

const policy: EntryPolicy = {
  words: FIRST_BUCKET + BUCKETS,
  sweepTicks: 2 ** 30,
  remainingTicks: (words, at, tick) => {
    const age = (tick - (words[at + NEWEST] ?? 0)) | 0;
    return age <= -BUCKETS ? 0 : BUCKETS - age;
  },
};

export class SlidingCounter implements Counter {
  readonly keepsRefused = false;
  readonly buffers: Readonly<Record<string, SharedArrayBuffer>>;
  readonly table: SharedTable;
  readonly bucketMs: number;

  constructor(options: CounterOptions) {
    const { shared, capacity, seed, windowMs } = options;
    const buffer = shared?.['sliding'];
    this.bucketMs = windowMs / BUCKETS_PER_WINDOW;
    this.table = openTable(policy, { capacity, seed, buffer });
    this.buffers = { sliding: this.table.buffer };
  }

  get seed(): number {
    return this.table.seed;
  }

  take(key: TableKey, limit: number, amount: number, now: number): number {
    const { words } = this.table;
    const bucket = this.#bucket(now);
    const at = this.table.enter(key, bucket | 0);
    const newest = this.#slide(at, bucket, now);
    const left = limit - (words[at + SUM] ?? 0) - amount;
    const fits = left >= 0 && this.#count(at, newest) + amount <= LARGEST_BUCKET;
    if (fits) this.#add(at, newest, amount, now);
    this.table.leave();
    return fits ? left : REFUSED;
  }

  isOver(key: TableKey, limit: number, now: number): boolean {
    return this.left(key, limit, now) < 1;
  }

  left(key: TableKey, limit: number, now: number): number {
    const bucket = this.#bucket(now);
    const at = this.table.find(key, bucket | 0);
    if (at !== -1) this.#slide(at, bucket, now);
    const left = at === -1 ? limit : Math.max(0, limit - (this.table.words[at + SUM] ?? 0));
    this.table.leave();
    return left;
  }

  /** What is given back is given to the bucket that it was taken from; what is charged is charged now. */
  adjust(key: TableKey, delta: number, charge: Charge, now: number): void {
    if (delta === 0) return;
    const bucket = this.#bucket(now);
    const at = this.table.enter(key, bucket | 0);
    const newest = this.#slide(at, bucket, now);
    const taken = Math.min(newest, this.#bucket(charge.takenAt));
    if (delta > 0) this.#add(at, newest, Math.min(delta, LARGEST_BUCKET - this.#count(at, newest)), now);
    else if (newest - taken < BUCKETS) this.#add(at, taken, Math.max(delta, -this.#count(at, taken)), null);
    this.table.leave();
  }

  waitMs(key: TableKey, limit: number, amount: number, now: number): number {
    const { words } = this.table;
    const bucket = this.#bucket(now);
    const at = this.table.find(key, bucket | 0);
    let wait = 0;
    if (at !== -1) {
      const newest = this.#slide(at, bucket, now);
      let over = (words[at + SUM] ?? 0) + amount - limit;
      for (let oldest = newest - BUCKETS_PER_WINDOW; over > 0 && oldest <= newest; oldest++) {
        over -= this.#count(at, oldest);
        wait = Math.max(1, this.#lastTaken(at, oldest) + BUCKETS_PER_WINDOW * this.bucketMs - now);
      }
    }
    this.table.leave();
    return wait;
  }

  #bucket(now: number): number {
    return Math.floor(now / this.bucketMs);
  }

  /** Empties the buckets that left the window. @returns the newest bucket's number; it is not moved back by the clock */
  #slide(at: number, bucket: number, now: number): number {
    const { words } = this.table;
    let newest = bucket - (((bucket | 0) - (words[at + NEWEST] ?? 0)) | 0);
    const steps = bucket - newest;
    if (steps >= BUCKETS || steps <= -BUCKETS) words.fill(0, at + SUM, at + FIRST_BUCKET + BUCKETS);
    else for (let step = 1; step <= steps; step++) this.#empty(at, newest + step - BUCKETS);
    if (steps > 0 || steps <= -BUCKETS) {
      words[at + NEWEST] = bucket | 0;
      newest = bucket;
    }
    const oldest = newest - BUCKETS_PER_WINDOW;
    if (now - this.#lastTaken(at, oldest) >= BUCKETS_PER_WINDOW * this.bucketMs) this.#empty(at, oldest);
    return newest;
  }

  #empty(at: number, bucket: number): void {
    const { words } = this.table;
    words[at + SUM] = (words[at + SUM] ?? 0) - this.#count(at, bucket);
    words[slotOf(at, bucket)] = 0;
  }

  #count(at: number, bucket: number): number {
    return (this.table.words[slotOf(at, bucket)] ?? 0) >>> MOMENT_BITS;
  }

  #lastTaken(at: number, bucket: number): number {
    const moment = (this.table.words[slotOf(at, bucket)] ?? 0) & MOMENT_MASK;
    return (bucket + moment / MOMENTS) * this.bucketMs;
  }

  /** @param now null: what is given back changes no moment */
  #add(at: number, bucket: number, amount: number, now: number | null): void {
    const { words } = this.table;
    const slot = slotOf(at, bucket);
    const before = (words[slot] ?? 0) & MOMENT_MASK;
    const part = now === null ? 0 : Math.max(0, Math.min(1, now / this.bucketMs - bucket));
    const moment = Math.max(before, Math.ceil(part * MOMENTS - ROUNDING));
    words[slot] = ((this.#count(at, bucket) + amount) << MOMENT_BITS) | moment;
    words[at + SUM] = (words[at + SUM] ?? 0) + amount;
  }
}

/** What a division of times of 2^41 ms may be wrong by; far below a moment. */
const ROUNDING = 1e-3;

function slotOf(at: number, bucket: number): number {
  return at + FIRST_BUCKET + (((bucket % BUCKETS) + BUCKETS) % BUCKETS);
}
