/**
 * Small entries under hashed keys in a SharedArrayBuffer: one table for as many threads as attach to the buffer, and the
 * same code for one. Open addressing with linear probing inside groups of 1,024 slots, each with a lock of its own.
 *
 * Promises: O(1) and no allocation per visit; never more memory than the buffer: a group that is seven eighths full is
 * swept (expired entries go), and if that frees too little, those go that expire first, so that 10^7 keys fit in any
 * table. At 72 % of the slots, which is what `capacity` asks for, a group overflows with a chance below 1e-8.
 * Two keys share one entry when group and 32-bit tag agree: n²/2 pairs over groups · 2^32, for 100,000 keys 0.9 % that
 * there is any such pair, for 1,000,000 keys 8.6 %; they then count together.
 * Cost: two Atomics operations a visit, about 3 slots looked at; 55 ns at one key, 105 ns at 100,000 (bench/limiter).
 * Gives up: iteration, the keys' texts, and nesting: `leave` must follow each visit before the next one.
 */
import { SharedLock } from './shared-lock.ts';
import type { TableKey } from './table-key.ts';

export interface EntryPolicy {
  /** 32-bit words of an entry besides its tag. */
  readonly words: number;
  /** Ticks after which a group is swept in any case; entries may hold times relative to the last sweep. At most 2^30. */
  readonly sweepTicks: number;
  /**
   * Ticks until the entry is of no use; 0 or less: now.
   * @param at index of its first word
   */
  remainingTicks(words: Int32Array, at: number, tick: number, sweptTick: number): number;
  /** An entry goes; what hangs on it must go, too. Called inside the group's lock. */
  dropped?(words: Int32Array, at: number): void;
}

export interface SharedTableOptions {
  /** Keys that are alive at the same time without any being evicted. */
  readonly capacity: number;
  readonly policy: EntryPolicy;
  /** Secret for `TableKey.fill`, kept in the buffer; default random. */
  readonly seed?: number;
}

const HEADER_WORDS = 16;
const GROUP_WORDS = 16;
const LARGEST_GROUP = 1024;
const FILL = 0.72;
const FULL = 7 / 8;
/** What is left in a group of live entries after an eviction. */
const KEPT = 3 / 4;

const HEADER = { magic: 0, groups: 1, slots: 2, words: 3, seed: 4, owners: 5 } as const;
const MAGIC = 0x46_4c_54_31;
/** In a group's header, behind the lock. */
const USED = 1;
const SWEPT = 2;

export class SharedTable {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly seed: number;
  /** What this thread did so far, for tests and figures. */
  readonly costs: TableCosts = { visits: 0, probes: 0, sweeps: 0, evicted: 0 };
  readonly #policy: EntryPolicy;
  readonly #lock: SharedLock;
  readonly #groups: number;
  readonly #slots: number;
  readonly #stride: number;
  readonly #first: number;
  readonly #full: number;
  readonly #scratch: Int32Array;
  #group = 0;
  #sweptTick = 0;
  #cut = 0;
  #victimsAtCut = 0;

  /** @throws RangeError when the capacity is not a positive integer or the table would not fit into 2^31 words. */
  static create(options: SharedTableOptions): SharedTable {
    const { capacity, policy } = options;
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError(`capacity must be a positive integer, got ${capacity}`);
    const wanted = Math.ceil(capacity / FILL);
    const slots = Math.min(LARGEST_GROUP, 2 ** Math.ceil(Math.log2(Math.max(16, wanted))));
    const groups = Math.ceil(wanted / slots);
    const total = HEADER_WORDS + groups * (GROUP_WORDS + slots * (policy.words + 1));
    if (total > 2 ** 31 - 1) throw new RangeError(`capacity ${capacity} is too large for one table`);
    const buffer = new SharedArrayBuffer(total * 4);
    const words = new Int32Array(buffer);
    words[HEADER.groups] = groups;
    words[HEADER.slots] = slots;
    words[HEADER.words] = policy.words;
    words[HEADER.seed] = options.seed ?? crypto.getRandomValues(new Int32Array(1))[0] ?? 0;
    Atomics.store(words, HEADER.magic, MAGIC);
    return new SharedTable(buffer, policy);
  }

  /** The same table, on this or another thread. @throws TypeError when the buffer holds no such table. */
  constructor(buffer: SharedArrayBuffer, policy: EntryPolicy) {
    const words = new Int32Array(buffer);
    if (words[HEADER.magic] !== MAGIC || words[HEADER.words] !== policy.words)
      throw new TypeError(`the buffer holds no table with entries of ${policy.words} words`);
    this.buffer = buffer;
    this.words = words;
    this.seed = words[HEADER.seed] ?? 0;
    this.#policy = policy;
    this.#lock = new SharedLock(words, (Atomics.add(words, HEADER.owners, 1) % 255) + 1);
    this.#groups = words[HEADER.groups] ?? 0;
    this.#slots = words[HEADER.slots] ?? 0;
    this.#stride = policy.words + 1;
    this.#first = HEADER_WORDS + this.#groups * GROUP_WORDS;
    this.#full = Math.floor(this.#slots * FULL);
    this.#scratch = new Int32Array(this.#slots * this.#stride);
  }

  /** Tick of the last sweep of the group that is being visited. */
  get sweptTick(): number {
    return this.#sweptTick;
  }

  /**
   * Locks the key's group and finds the entry, made with words of 0 when there was none. @returns index of its first word
   * @param tick now, 32 bits of any clock that goes on round at 2^32
   */
  enter(key: TableKey, tick: number): number {
    const found = this.find(key, tick);
    return found === -1 ? this.#insert(key.tag, tick) : found;
  }

  /** Locks the key's group and finds the entry. @returns index of its first word, -1 when there is none */
  find(key: TableKey, tick: number): number {
    const group = Math.floor((key.place * this.#groups) / 4_294_967_296);
    const header = HEADER_WORDS + group * GROUP_WORDS;
    this.#group = group;
    this.#lock.take(header);
    this.costs.visits++;
    const words = this.words;
    const swept = words[header + SWEPT] ?? 0;
    this.#sweptTick = swept;
    const since = (tick - swept) | 0;
    if (since >= this.#policy.sweepTicks || since <= -this.#policy.sweepTicks) this.#sweep(tick);
    return this.#probe(key.tag);
  }

  /** Ends the visit. */
  leave(): void {
    this.#lock.give(HEADER_WORDS + this.#group * GROUP_WORDS);
  }

  #probe(tag: number): number {
    const words = this.words;
    const stride = this.#stride;
    const mask = this.#slots - 1;
    const first = this.#first + this.#group * this.#slots * stride;
    let slot = tag & mask;
    for (let probes = 1; probes <= this.#slots; probes++) {
      const at = first + slot * stride;
      const found = words[at];
      if (found === tag || found === 0) {
        this.costs.probes += probes;
        return found === 0 ? -1 : at + 1;
      }
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  #insert(tag: number, tick: number): number {
    const header = HEADER_WORDS + this.#group * GROUP_WORDS;
    const used = this.words[header + USED] ?? 0;
    if (used >= this.#full) this.#sweep(tick);
    // An empty group begins its time with its first entry.
    else if (used === 0) this.#markSwept(header, tick);
    this.words[header + USED] = (this.words[header + USED] ?? 0) + 1;
    const at = this.#freeSlot(tag);
    // The tag is written last: an entry with a tag has its words.
    this.words.fill(0, at + 1, at + this.#stride);
    this.words[at] = tag;
    return at + 1;
  }

  #freeSlot(tag: number): number {
    const mask = this.#slots - 1;
    const first = this.#first + this.#group * this.#slots * this.#stride;
    let slot = tag & mask;
    while (this.words[first + slot * this.#stride] !== 0) slot = (slot + 1) & mask;
    return first + slot * this.#stride;
  }

  #markSwept(header: number, tick: number): void {
    this.words[header + SWEPT] = tick;
    this.#sweptTick = tick;
  }

  /** Builds the group anew from the entries that are still of use. */
  #sweep(tick: number): void {
    const { words } = this;
    const header = HEADER_WORDS + this.#group * GROUP_WORDS;
    if (words[header + USED] === 0) return this.#markSwept(header, tick);
    const stride = this.#stride;
    const first = this.#first + this.#group * this.#slots * stride;
    const end = first + this.#slots * stride;
    const scratch = this.#scratch;
    this.#chooseVictims(first, end, tick);
    let kept = 0;
    for (let at = first; at < end; at += stride) {
      if (words[at] === 0) continue;
      if (this.#isKept(this.#policy.remainingTicks(words, at + 1, tick, this.#sweptTick))) {
        for (let word = 0; word < stride; word++) scratch[kept++] = words[at + word] ?? 0;
      } else this.#policy.dropped?.(words, at + 1);
    }
    words.fill(0, first, end);
    for (let from = 0; from < kept; from += stride) {
      const at = this.#freeSlot(scratch[from] ?? 1);
      for (let word = 0; word < stride; word++) words[at + word] = scratch[from + word] ?? 0;
    }
    words[header + USED] = kept / stride;
    this.#markSwept(header, tick);
    this.costs.sweeps++;
  }

  #isKept(remaining: number): boolean {
    if (remaining > this.#cut) return true;
    if (remaining < this.#cut || this.#cut === 0) return false;
    return --this.#victimsAtCut < 0;
  }

  /** Sets how many ticks an entry must have left to stay: 1, unless more would be left than a group can hold. */
  #chooseVictims(first: number, end: number, tick: number): void {
    const { words } = this;
    let live = 0;
    for (let at = first; at < end; at += this.#stride) {
      if (words[at] === 0) continue;
      const remaining = this.#policy.remainingTicks(words, at + 1, tick, this.#sweptTick);
      if (remaining > 0) this.#scratch[live++] = remaining;
    }
    this.#cut = 0;
    if (live < this.#full) return;
    const victims = live - Math.floor(this.#slots * KEPT);
    const sorted = this.#scratch.subarray(0, live).sort();
    this.#cut = sorted[victims - 1] ?? 0;
    this.#victimsAtCut = victims - sorted.indexOf(this.#cut);
    this.costs.evicted += victims;
  }
}

/** Counted by each thread for itself. */
export interface TableCosts {
  /** Each is two Atomics operations when nobody else wants the group. */
  visits: number;
  /** Slots looked at. */
  probes: number;
  sweeps: number;
  /** Entries that were still of use and had to go. */
  evicted: number;
}
