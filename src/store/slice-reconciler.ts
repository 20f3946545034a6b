/**
 * Tells the store what this process used of its slices and brings what it is given: urgent keys at once, the others once
 * an interval, and only those that changed or hold something.
 *
 * How much a process keeps for what comes next: twice what it used since the last report, at most its part of half of
 * what is left (left / (2 · processes), the store sees to that), nothing once it was idle for an interval, or for a second
 * while most is left. So what lies idle shrinks with what is left, and the last of a limit can be used anywhere.
 * Promises: memory bounded by `mostKeys`; one exchange at a time; a key is forgotten when its window is over.
 */
import { TableKey } from '../primitives/table-key.ts';
import type { CollectedUse, SliceGrant } from '../rate-limit/slices/contract.ts';
import type { SliceSet } from '../rate-limit/slices/slice-set.ts';
import { SLICE_KINDS, type ChangedKey, type SliceKind } from '../rate-limit/slices/slice-signals.ts';
import type { ClusterStore, ReportingProcess, SliceReport } from './contract.ts';

export interface SliceReconcilerOptions {
  readonly slices: SliceSet;
  readonly store: Pick<ClusterStore, 'exchangeSlices'>;
  readonly intervalMs: number;
  readonly now: () => number;
  /** Keys in a window at the same time; default 262,144. */
  readonly mostKeys?: number;
}

interface TrackedKey {
  readonly kind: SliceKind;
  readonly key: TableKey;
  readonly name: string;
  endsAt: number;
  reportedAt: number;
  /** After that it reports even if nothing changes; Infinity: it holds nothing. */
  restMs: number;
}

interface Exchange {
  readonly tracked: TrackedKey;
  readonly use: CollectedUse;
}

const MOST_IN_ONE = 2048;
/** Slots are said to be in use so often, long before their time is over. */
const RENEW_SLOTS_MS = 3000;
/** What is held idle is given back after this while most of the limit is left, so that nobody misses it. */
const REST_MS = 1000;
/** Of a limit that is wanted ahead at the first use of a window. */
const FIRST_AHEAD = 1 / 32;

export class SliceReconciler {
  readonly #options: SliceReconcilerOptions;
  readonly #mostKeys: number;
  readonly #tracked = new Map<string, TrackedKey>();
  /** To be reported: somebody waits; something changed. */
  readonly #urgent = new Set<TrackedKey>();
  readonly #due = new Set<TrackedKey>();
  readonly #holding = new Set<TrackedKey>();
  #isStopped = false;

  constructor(options: SliceReconcilerOptions) {
    this.#options = options;
    this.#mostKeys = options.mostKeys ?? 262_144;
  }

  /** Keys that are in a window, for tests and figures. */
  get keys(): number {
    return this.#tracked.size;
  }

  /** Whether somebody still waits. */
  get hasMore(): boolean {
    return this.#urgent.size > 0;
  }

  /** Everything is reported again: the store has lost what it knew. */
  reportAll(): void {
    for (const tracked of this.#tracked.values()) this.#due.add(tracked);
  }

  /** Reports nothing any more. What was taken out of the ring and not reported is told anew, to whoever reports next. */
  stop(): void {
    const { slices, now } = this.#options;
    this.#isStopped = true;
    for (const { kind, key } of [...this.#urgent, ...this.#due]) slices.slices(kind).unmark(key, now());
  }

  /**
   * One exchange. @param isUrgent only what somebody waits for
   * @throws what the store throws; the numbers are reported again next time
   */
  async exchange(process: ReportingProcess, isUrgent: boolean): Promise<void> {
    if (this.#isStopped) return;
    const { slices, store, now } = this.#options;
    this.#drain(now());
    if (!isUrgent) this.#dueByTime(now());
    const batch = this.#collect(now(), isUrgent);
    if (batch.length === 0) return;
    const askedAt = now();
    const reports = batch.map(({ tracked, use }) => reportOf(tracked, use));
    let answers: readonly SliceGrant[];
    try {
      answers = await store.exchangeSlices(process, reports);
    } catch (error) {
      for (const { tracked } of batch) this.#due.add(tracked);
      throw error;
    }
    this.#apply(batch, answers, askedAt);
    slices.signals.answered();
  }

  #drain(now: number): void {
    for (let changed = this.#drainSome(); changed.length > 0; changed = this.#drainSome()) {
      for (const one of changed) {
        const tracked = this.#track(one, now);
        (one.isUrgent ? this.#urgent : this.#due).add(tracked);
      }
      // What is left waits in the ring, which is bounded, too.
      if (this.#due.size >= this.#mostKeys) return;
    }
  }

  #drainSome(): readonly ChangedKey[] {
    return this.#options.slices.signals.drain();
  }

  #track({ kind, place, tag }: ChangedKey, now: number): TrackedKey {
    const name = nameOf(kind, place, tag);
    const known = this.#tracked.get(name);
    if (known !== undefined) return known;
    const key = new TableKey();
    key.place = place;
    key.tag = tag;
    const tracked = { kind, key, name, endsAt: now + this.#options.slices.windowMs, reportedAt: 0, restMs: Infinity };
    this.#tracked.set(name, tracked);
    if (this.#tracked.size > this.#mostKeys) this.#forgetOldest();
    return tracked;
  }

  #forgetOldest(): void {
    const oldest = this.#tracked.keys().next().value;
    if (oldest !== undefined) this.#tracked.delete(oldest);
  }

  /** Those that hold something report once an interval, slots also while nothing changes; those that are over go. */
  #dueByTime(now: number): void {
    for (const tracked of this.#holding) if (now - tracked.reportedAt >= tracked.restMs) this.#due.add(tracked);
    // The first ones were reported the longest time ago.
    for (const [name, tracked] of this.#tracked) {
      if (tracked.endsAt > now || this.#due.has(tracked) || this.#urgent.has(tracked)) return;
      this.#tracked.delete(name);
      this.#holding.delete(tracked);
    }
  }

  #collect(now: number, isUrgent: boolean): readonly Exchange[] {
    const { slices, intervalMs } = this.#options;
    const batch: Exchange[] = [];
    const take = (tracked: TrackedKey): void => {
      this.#urgent.delete(tracked);
      this.#due.delete(tracked);
      const isNewest = now - tracked.reportedAt < intervalMs / 2;
      const use = slices.slices(tracked.kind).collect(tracked.key, now, (seen, held) => keptOf(seen, held, isNewest));
      if (use === null) this.#holding.delete(tracked);
      else batch.push({ tracked, use });
    };
    for (const keys of isUrgent ? [this.#urgent] : [this.#urgent, this.#due]) {
      for (const tracked of keys) {
        if (batch.length >= MOST_IN_ONE) return batch;
        take(tracked);
      }
    }
    return batch;
  }

  #apply(batch: readonly Exchange[], answers: readonly SliceGrant[], askedAt: number): void {
    const { slices, intervalMs } = this.#options;
    const now = this.#options.now();
    for (const [index, { tracked, use }] of batch.entries()) {
      const answer = answers[index];
      if (answer === undefined) continue;
      tracked.reportedAt = now;
      const isPlenty = answer.free * 2 >= use.limit;
      if (use.kept + answer.granted > 0) tracked.restMs = isPlenty ? REST_MS : intervalMs / 2;
      else tracked.restMs = tracked.kind === 'parallel' && use.used > 0 ? RENEW_SLOTS_MS : Infinity;
      if (tracked.restMs === Infinity || answer.window === 0) this.#holding.delete(tracked);
      else this.#holding.add(tracked);
      if (answer.window === 0) continue;
      // A key that is in use goes to the end, so that the oldest is the first to be forgotten.
      this.#tracked.delete(tracked.name);
      this.#tracked.set(tracked.name, tracked);
      tracked.endsAt = askedAt + answer.leftMs;
      slices.slices(tracked.kind).apply(tracked.key, use, answer, { askedAt, retryAt: now + intervalMs, now });
    }
  }
}

/** What of the held stays here. @param isNewest reported a moment ago, so that quiet means nothing */
function keptOf(use: Omit<CollectedUse, 'kept'>, held: number, isNewest: boolean): number {
  if (isNewest || use.pending > 0) return held;
  return use.fresh === 0 ? 0 : Math.min(held, 2 * use.fresh);
}

function reportOf({ kind, name }: TrackedKey, use: CollectedUse): SliceReport {
  const { limit, window, leftMs, used, kept, pending, smallest, fresh } = use;
  // The first burst of a window says nothing about what follows; what lies idle elsewhere is missed where it is wanted.
  const wanted = window === 0 ? Math.ceil(limit * FIRST_AHEAD) : 2 * Math.max(fresh, pending);
  const ahead = fresh === 0 && pending === 0 ? 0 : Math.max(0, wanted - kept);
  return { kind, key: name.slice(1), limit, window, leftMs, used, kept, pending, smallest, ahead };
}

/** One digit for the kind, then the key's hash. */
function nameOf(kind: SliceKind, place: number, tag: number): string {
  return `${SLICE_KINDS.indexOf(kind)}${hex(place)}${hex(tag)}`;
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
