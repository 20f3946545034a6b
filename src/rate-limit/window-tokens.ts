/**
 * LiteLLM's window of tokens: an amount is taken only if all of it is left. What calls used in truth is corrected
 * afterwards, in whatever window is then.
 *
 * An entry is 12 bytes: the tag, the tick of the first taking, and the count with one bit that says whether a window
 * began with it. Counts reach ±1,073,741,823 and stay there.
 * LiteLLM-compat, as recorded (golden limiter.jsonl): with a limit of requests under the same key the requests' window
 * rules, and the tokens stay for `windowMs` from their first taking (`withRequests`). A correction that finds no count
 * begins one; it stays ten minutes with a limit of requests, and without one until the next window begins.
 */
import type { EntryPolicy, SharedTable } from '../primitives/shared-table.ts';
import type { TableKey } from '../primitives/table-key.ts';
import { REFUSED, type Charge, type Counter } from './contract.ts';
import { openTable } from './open-table.ts';
import { Ticks } from './ticks.ts';
import { remainingTicks, type CounterOptions } from './window-requests.ts';

const LARGEST_COUNT = 2 ** 30 - 1;
/** LiteLLM-compat: what its cache gives an entry whose life nobody names. */
const CORRECTION_MS = 600_000;

export class WindowTokens implements Counter {
  readonly keepsRefused = false;
  readonly buffers: Readonly<Record<string, SharedArrayBuffer>>;
  readonly table: SharedTable;
  readonly #ticks: Ticks;
  #withRequests = false;

  constructor(options: CounterOptions) {
    const { shared, capacity, seed, windowMs } = options;
    const ticks = new Ticks(windowMs);
    const policy: EntryPolicy = {
      words: 2,
      sweepTicks: 2 ** 30,
      remainingTicks: (words, at, tick) => remainingTicks(words[at] ?? 0, tick, this.#life(at, words)),
    };
    const buffer = shared?.['tokens'];
    this.#ticks = ticks;
    this.table = openTable(policy, { capacity, seed, buffer });
    this.buffers = { tokens: this.table.buffer };
  }

  get seed(): number {
    return this.table.seed;
  }

  /** For the next calls: whether the same scope has a limit of requests, which was looked at before. */
  withRequests(has: boolean): this {
    this.#withRequests = has;
    return this;
  }

  take(key: TableKey, limit: number, amount: number, now: number): number {
    const { words } = this.table;
    const tick = this.#ticks.at(now);
    const at = this.table.enter(key, tick | 0);
    const isOver = this.#isOver(at, tick, this.#withRequests);
    const used = isOver ? 0 : (words[at + 1] ?? 0) >> 1;
    const left = limit - used - amount;
    if (left >= 0) {
      const window = isOver ? 1 : (words[at + 1] ?? 0) & 1;
      if (isOver) words[at] = tick | 0;
      words[at + 1] = (bounded(used + amount) << 1) | window;
    }
    this.table.leave();
    return left >= 0 ? left : REFUSED;
  }

  isOver(key: TableKey, limit: number, now: number): boolean {
    return this.left(key, limit, now) < 1;
  }

  left(key: TableKey, limit: number, now: number): number {
    const tick = this.#ticks.at(now);
    const at = this.table.find(key, tick | 0);
    const used = at === -1 || this.#isOver(at, tick, this.#withRequests) ? 0 : (this.table.words[at + 1] ?? 0) >> 1;
    this.table.leave();
    return Math.max(0, limit - used);
  }

  adjust(key: TableKey, delta: number, charge: Charge, now: number): void {
    if (delta === 0) return;
    const { words } = this.table;
    const tick = this.#ticks.at(now);
    const at = this.table.enter(key, tick | 0);
    const isGone = this.#isExpired(at, tick);
    const isSame = !isGone && this.#startSecond(at, tick) <= Math.floor(charge.takenAt / 1000);
    if (!charge.sameWindowOnly || (isSame && ((words[at + 1] ?? 0) & 1) === 1)) {
      const count = isGone ? 0 : (words[at + 1] ?? 0) >> 1;
      const window = isGone ? 0 : (words[at + 1] ?? 0) & 1;
      if (isGone) words[at] = tick | 0;
      words[at + 1] = (bounded(count + delta) << 1) | window;
    }
    this.table.leave();
  }

  waitMs(key: TableKey, limit: number, amount: number, now: number): number {
    const { windowMs, tickMs } = this.#ticks;
    const tick = this.#ticks.at(now);
    const at = this.table.find(key, tick | 0);
    let wait = 0;
    if (at !== -1 && !this.#isOver(at, tick, this.#withRequests)) {
      const used = (this.table.words[at + 1] ?? 0) >> 1;
      const start = this.#start(at, tick);
      const life = this.#life(at, this.table.words);
      const end = this.#withRequests ? (start + life) * tickMs : this.#ticks.second(start) * 1000 + windowMs;
      if (used + amount > limit) wait = Math.max(1, end - now);
    }
    this.table.leave();
    return wait;
  }

  #isOver(at: number, tick: number, withRequests: boolean): boolean {
    if (this.#isExpired(at, tick)) return true;
    if (withRequests) return false;
    if (((this.table.words[at + 1] ?? 0) & 1) === 0) return true;
    return (this.#ticks.second(tick) - this.#startSecond(at, tick)) * 1000 >= this.#ticks.windowMs;
  }

  /** Nothing is known of it any more: older than a window, or never written. */
  #isExpired(at: number, tick: number): boolean {
    if (this.table.words[at + 1] === 0 && this.table.words[at] === 0) return true;
    const age = tick - this.#start(at, tick);
    return age >= this.#life(at, this.table.words) || age < -this.#ticks.perWindow;
  }

  #life(at: number, words: Int32Array): number {
    const isWindow = ((words[at + 1] ?? 0) & 1) === 1;
    return isWindow ? this.#ticks.perWindow : Math.max(this.#ticks.perWindow, CORRECTION_MS / this.#ticks.tickMs);
  }

  #start(at: number, tick: number): number {
    return tick - (((tick | 0) - (this.table.words[at] ?? 0)) | 0);
  }

  #startSecond(at: number, tick: number): number {
    return this.#ticks.second(this.#start(at, tick));
  }
}

function bounded(count: number): number {
  return Math.max(-LARGEST_COUNT, Math.min(LARGEST_COUNT, count));
}
