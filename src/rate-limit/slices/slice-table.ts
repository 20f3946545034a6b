/**
 * This process's part of each limit of a cluster: how much it was given and how much of that it used, per key, shared by
 * its threads. Counting threads take from what the process holds; the control thread reports what was used, gives back
 * what is idle and brings more.
 *
 * Promises: `take` never passes what the process holds, so that the sum over all processes never passes what was given
 * out; one visit of the table. A window of here ends no later than the cluster's (times come as time left, measured from
 * before the question). When nobody answers (`SliceSignals.isAlone`) a process takes its part of the limit, limit / number
 * of processes and at least 1, without asking.
 * Gives up: 48 bytes a key instead of 8; between two reports only this process knows what it used.
 */
import type { EntryPolicy, SharedTable } from '../../primitives/shared-table.ts';
import type { TableKey } from '../../primitives/table-key.ts';
import { REFUSED } from '../contract.ts';
import { openTable } from '../open-table.ts';
import { Ticks } from '../ticks.ts';
import type { CollectedUse, SliceGrant, SliceUse } from './contract.ts';
import type { SliceKind, SliceSignals } from './slice-signals.ts';

export interface SliceTableOptions {
  readonly kind: SliceKind;
  readonly windowMs: number;
  readonly capacity: number;
  readonly signals: SliceSignals;
  readonly seed?: number;
  readonly shared?: SharedArrayBuffer;
  /** Use that is known elsewhere and goes down by itself (slots); left out: what was taken in the window. */
  readonly live?: (key: TableKey, now: number) => number;
}

const END = 0;
const WINDOW = 1;
const USED = 2;
const ALLOWED = 3;
const LIMIT = 4;
const PENDING = 5;
const SMALLEST = 6;
const FREE = 7;
const LOW = 8;
const FLAGS = 9;
const REPORTED = 10;
const SHORT_UNTIL = 11;
const WORDS = 12;

/** In the ring. */
const QUEUED = 1;
/** Somebody waits, or soon will. */
const URGENT = 2;
/** A window is under way. */
const OPEN = 4;
/** What is left of an open window was divided among the processes because nobody answered. */
const DIVIDED = 8;
/** The cluster had not enough; it is not asked again before `SHORT_UNTIL`. */
const SHORT = 16;

const LARGEST = 2 ** 30 - 1;
/** A key that only asked lives so long without an answer. */
const ASKING_MS = 2000;

export class SliceTable {
  readonly kind: SliceKind;
  readonly table: SharedTable;
  readonly ticks: Ticks;
  /** This thread decides by itself for the moment: it waited and nobody answered. */
  isOnItsOwn = false;
  readonly #signals: SliceSignals;
  readonly #live: ((key: TableKey, now: number) => number) | null;

  constructor({ kind, windowMs, capacity, signals, seed, shared, live }: SliceTableOptions) {
    this.kind = kind;
    this.#live = live ?? null;
    this.ticks = new Ticks(windowMs);
    this.#signals = signals;
    this.table = openTable(policy, { capacity, seed, buffer: shared });
  }

  /**
   * Takes `amount` from what is held; if that is too little, asks for more unless it is known to be in vain.
   * @param taken called inside the visit; false: it was not taken after all
   * @returns what is left in the cluster as far as known, or `REFUSED`
   */
  take(key: TableKey, limit: number, { amount, taken }: Taking, now: number): number {
    const { words } = this.table;
    const at = this.#enter(key, limit, now);
    let held = (words[at + ALLOWED] ?? 0) - (words[at + USED] ?? 0);
    if (held < amount && this.#isAlone) held = this.#divide(at, now);
    const isTaken = held >= amount && (taken === undefined || taken());
    if (isTaken) words[at + USED] = bounded((words[at + USED] ?? 0) + amount);
    else if (amount <= limit && held < amount) this.#want(at, amount, now);
    const left = held - amount + (words[at + FREE] ?? 0);
    this.#leave(key, at, now, isTaken && held - amount < (words[at + LOW] ?? 0));
    return isTaken ? Math.max(0, Math.min(limit, left)) : REFUSED;
  }

  /** Charges `delta` even past what is held; below 0 gives back. */
  adjust(key: TableKey, delta: number, limit: number, now: number): void {
    const { words } = this.table;
    const at = this.#enter(key, limit, now);
    if (((words[at + FLAGS] ?? 0) & OPEN) === 0) this.#open(at, now, 0);
    words[at + USED] = Math.max(0, bounded((words[at + USED] ?? 0) + delta));
    this.#leave(key, at, now, false);
  }

  /** There is something to report about the key: less is in use than before. */
  touch(key: TableKey, now: number): void {
    const at = this.table.find(key, this.ticks.at(now) | 0);
    if (at === -1) this.table.leave();
    else this.#leave(key, at, now, false);
  }

  /** Left in the cluster, where that is known for sure; all of the limit where asking could bring it. */
  left(key: TableKey, limit: number, now: number): number {
    const { words } = this.table;
    const tick = this.ticks.at(now) | 0;
    const at = this.table.find(key, tick);
    let left = limit;
    if (at !== -1) {
      this.#turn(at, tick);
      const flags = words[at + FLAGS] ?? 0;
      if ((flags & (this.#isAlone ? DIVIDED : SHORT)) !== 0)
        left = (words[at + ALLOWED] ?? 0) - (words[at + USED] ?? 0) + (words[at + FREE] ?? 0);
    }
    this.table.leave();
    return Math.max(0, Math.min(limit, left));
  }

  /** Unix milliseconds of the window's begin; 0: none is under way. */
  windowStart(key: TableKey, now: number): number {
    const left = this.windowLeftMs(key, now);
    return left === 0 ? 0 : now + left - this.ticks.windowMs;
  }

  /** Milliseconds until the window ends; 0: none is under way. */
  windowLeftMs(key: TableKey, now: number): number {
    const { words } = this.table;
    const tick = this.ticks.at(now) | 0;
    const at = this.table.find(key, tick);
    const isOpen = at !== -1 && ((words[at + FLAGS] ?? 0) & OPEN) !== 0;
    const left = isOpen ? (((words[at + END] ?? 0) - tick) | 0) * this.ticks.tickMs : 0;
    this.table.leave();
    return Math.max(0, left);
  }

  /** Whether a refusal of just now may turn into an admission at the next answer. */
  isAsking(key: TableKey, now: number): boolean {
    const at = this.table.find(key, this.ticks.at(now) | 0);
    const isAsking = at !== -1 && !this.#isAlone && (this.table.words[at + PENDING] ?? 0) > 0;
    this.table.leave();
    return isAsking;
  }

  /**
   * The control thread takes note of a key. Of what is held and not used, no more than `keep` is left to the process.
   * @param keep told the use so far
   */
  collect(
    key: TableKey,
    now: number,
    keep: (use: Omit<CollectedUse, 'kept'>, held: number) => number,
  ): CollectedUse | null {
    const { words } = this.table;
    const tick = this.ticks.at(now) | 0;
    const at = this.table.find(key, tick);
    let use: CollectedUse | null = null;
    if (at !== -1) {
      this.#turn(at, tick);
      const used = this.#live === null ? (words[at + USED] ?? 0) : this.#live(key, now);
      const seen = {
        limit: words[at + LIMIT] ?? 0,
        window: words[at + WINDOW] ?? 0,
        leftMs: Math.max(0, (((words[at + END] ?? 0) - tick) | 0) * this.ticks.tickMs),
        used,
        pending: words[at + PENDING] ?? 0,
        smallest: words[at + SMALLEST] ?? 0,
        fresh: Math.max(0, used - (words[at + REPORTED] ?? 0)),
      };
      const held = Math.max(0, (words[at + ALLOWED] ?? 0) - used);
      const kept = Math.min(held, Math.max(0, keep(seen, held)));
      words[at + ALLOWED] = used + kept;
      words[at + PENDING] = 0;
      words[at + SMALLEST] = 0;
      words[at + REPORTED] = used;
      words[at + FLAGS] = (words[at + FLAGS] ?? 0) & ~(QUEUED | URGENT);
      use = { ...seen, kept };
    }
    this.table.leave();
    return use;
  }

  /**
   * The control thread brings an answer.
   * @param askedAt when the report was made, before it left
   * @param retryAt when it makes sense to ask again if it was not enough
   */
  apply(key: TableKey, use: SliceUse, grant: SliceGrant, { askedAt, retryAt, now }: ApplyTimes): void {
    const { words } = this.table;
    const tick = this.ticks.at(now) | 0;
    const at = this.table.enter(key, tick);
    this.#turn(at, tick);
    const flags = words[at + FLAGS] ?? 0;
    const isOpen = (flags & OPEN) !== 0;
    // A window that was begun here meanwhile counts by itself; what was granted to the one before is left where it is.
    if (isOpen && words[at + WINDOW] !== use.window) return this.table.leave();
    if (!isOpen || (use.window !== 0 && use.window !== grant.window)) {
      // What was kept may have been used since, in the same window.
      words[at + USED] = grant.used + (use.window === grant.window ? use.kept : 0);
      words[at + ALLOWED] = this.#live === null ? (words[at + USED] ?? 0) : grant.used + use.kept;
      words[at + REPORTED] = words[at + USED] ?? 0;
    } else {
      const shift = grant.used - use.used;
      for (const word of [USED, ALLOWED, REPORTED]) words[at + word] = bounded((words[at + word] ?? 0) + shift);
    }
    words[at + WINDOW] = grant.window;
    words[at + END] = this.ticks.at(askedAt + grant.leftMs) | 0;
    words[at + LIMIT] = use.limit;
    words[at + ALLOWED] = bounded((words[at + ALLOWED] ?? 0) + grant.granted);
    words[at + FREE] = bounded(grant.free);
    // Half of what was given ahead: then the next is on its way before this is gone.
    words[at + LOW] = Math.floor(Math.max(0, use.kept + grant.granted - use.pending) / 2);
    // A report that asked for nothing says nothing new where nothing is free.
    const kept = QUEUED | URGENT | (use.pending === 0 && grant.free === 0 ? SHORT : 0);
    words[at + FLAGS] = (flags & kept) | OPEN;
    if (grant.granted < use.pending) {
      words[at + FLAGS] = (words[at + FLAGS] ?? 0) | SHORT;
      const isUsedUp = grant.possible <= 0 && this.kind === 'requests';
      words[at + SHORT_UNTIL] = isUsedUp ? (words[at + END] ?? 0) : this.ticks.at(retryAt) | 0;
    }
    this.table.leave();
  }

  /** The key is told at its next count as if it had not been told: the ring was full, or nobody will report it. */
  unmark(key: TableKey, now: number): void {
    const { words } = this.table;
    const at = this.table.find(key, this.ticks.at(now) | 0);
    if (at !== -1) words[at + FLAGS] = (words[at + FLAGS] ?? 0) & ~(QUEUED | URGENT);
    this.table.leave();
  }

  get #isAlone(): boolean {
    return this.isOnItsOwn || this.#signals.isAlone;
  }

  #enter(key: TableKey, limit: number, now: number): number {
    const tick = this.ticks.at(now) | 0;
    const at = this.table.enter(key, tick);
    this.#turn(at, tick);
    const { words } = this.table;
    if (this.#live !== null) words[at + USED] = this.#live(key, now);
    if (((words[at + FLAGS] ?? 0) & OPEN) === 0) words[at + END] = this.ticks.at(now + ASKING_MS) | 0;
    words[at + LIMIT] = Math.min(limit, LARGEST);
    return at;
  }

  /** Ends the visit, and tells the control thread once that there is something to report. */
  #leave(key: TableKey, at: number, now: number, isLow: boolean): void {
    const { words } = this.table;
    const flags = words[at + FLAGS] ?? 0;
    const isUrgent = !this.#isAlone && ((isLow && (flags & SHORT) === 0) || (words[at + PENDING] ?? 0) > 0);
    const wanted = QUEUED | (isUrgent ? URGENT : 0);
    words[at + FLAGS] = flags | wanted;
    this.table.leave();
    const isNew = isUrgent ? (flags & URGENT) === 0 : (flags & QUEUED) === 0;
    if (isNew && !this.#signals.push({ kind: this.kind, place: key.place, tag: key.tag, isUrgent }))
      this.unmark(key, now);
    else if (isNew && isUrgent) this.#signals.ring();
  }

  /** Closes a window that is over. */
  #turn(at: number, tick: number): void {
    const { words } = this.table;
    const flags = words[at + FLAGS] ?? 0;
    if ((flags & SHORT) !== 0 && (((words[at + SHORT_UNTIL] ?? 0) - tick) | 0) <= 0) words[at + FLAGS] = flags & ~SHORT;
    if ((flags & OPEN) === 0) return;
    const left = ((words[at + END] ?? 0) - tick) | 0;
    if (left > 0 && left <= 2 * this.ticks.perWindow) return;
    words.fill(0, at, at + WORDS);
    words[at + FLAGS] = flags & (QUEUED | URGENT);
  }

  #want(at: number, amount: number, now: number): void {
    const { words } = this.table;
    const isInVain = ((words[at + FLAGS] ?? 0) & SHORT) !== 0 && amount > (words[at + FREE] ?? 0);
    if (isInVain || this.#isAlone) return;
    const smallest = words[at + SMALLEST] ?? 0;
    words[at + SMALLEST] = smallest === 0 ? amount : Math.min(smallest, amount);
    words[at + PENDING] = Math.min(words[at + LIMIT] ?? 0, (words[at + PENDING] ?? 0) + amount);
    if (((words[at + FLAGS] ?? 0) & OPEN) === 0) words[at + END] = this.ticks.at(now + ASKING_MS) | 0;
  }

  /** This process's part of what is left, once per window. @returns what is held then */
  #divide(at: number, now: number): number {
    const { words } = this.table;
    const flags = words[at + FLAGS] ?? 0;
    const { processes } = this.#signals;
    if ((flags & OPEN) === 0) this.#open(at, now, Math.max(1, Math.floor((words[at + LIMIT] ?? 0) / processes)));
    else if ((flags & DIVIDED) === 0)
      words[at + ALLOWED] = bounded((words[at + ALLOWED] ?? 0) + Math.floor((words[at + FREE] ?? 0) / processes));
    words[at + FLAGS] = ((words[at + FLAGS] ?? 0) | DIVIDED) & ~SHORT;
    words[at + FREE] = 0;
    return (words[at + ALLOWED] ?? 0) - (words[at + USED] ?? 0);
  }

  /** A window that only this process knows; it ends with a second, as LiteLLM's. */
  #open(at: number, now: number, allowed: number): void {
    const { words } = this.table;
    words[at + END] = this.ticks.at(Math.floor(now / 1000) * 1000 + this.ticks.windowMs) | 0;
    words[at + ALLOWED] = allowed;
    words[at + USED] = 0;
    words[at + REPORTED] = 0;
    words[at + WINDOW] = 0;
    words[at + FLAGS] = (words[at + FLAGS] ?? 0) | OPEN;
  }
}

export interface Taking {
  readonly amount: number;
  readonly taken?: () => boolean;
}

export interface ApplyTimes {
  readonly askedAt: number;
  readonly retryAt: number;
  readonly now: number;
}

const policy: EntryPolicy = {
  words: WORDS,
  sweepTicks: 2 ** 30,
  remainingTicks: (words, at, tick) => ((words[at + END] ?? 0) - tick) | 0,
};

function bounded(count: number): number {
  return Math.max(-LARGEST, Math.min(LARGEST, count));
}
