/**
 * What is spent of one budget in its period, in memory that all threads share: when the period began, and billionths of a
 * US dollar since then. A period begins with the first charge after the one before is over, as LiteLLM's do.
 *
 * Promises: no charge is lost and none counts twice, whatever threads charge at the same time, also where a period
 * ends: whoever begins the next one takes off exactly what was there before. No locks, two or three atomic operations a charge.
 * Gives up: for an instant the new period may still show the spend of the old one, which can only refuse too much.
 */
import type { BudgetPeriod } from '../../config/budget-settings.ts';

const START = 0;
const SPENT = 1;
const NANOS_PER_USD = 1e9;

export class BudgetLedger {
  readonly #cells: BigInt64Array;
  readonly #period: BudgetPeriod | null;

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT);
  }

  constructor(buffer: SharedArrayBuffer, period: BudgetPeriod | null) {
    this.#cells = new BigInt64Array(buffer);
    this.#period = period;
  }

  /** Begins the first period, if none has begun. */
  open(nowMs: number): void {
    Atomics.compareExchange(this.#cells, START, 0n, BigInt(nowMs));
  }

  /** Adds to the spend; anything above nothing is at least a billionth of a dollar. */
  charge(costUsd: number, nowMs: number): void {
    const nanos = Math.round(costUsd * NANOS_PER_USD);
    if (!(costUsd > 0) || !Number.isSafeInteger(nanos)) return;
    this.#beginWhereOver(nowMs);
    Atomics.add(this.#cells, SPENT, BigInt(Math.max(1, nanos)));
  }

  spentUsd(nowMs: number): number {
    const start = Atomics.load(this.#cells, START);
    if (start === 0n || this.#isOver(start, nowMs)) return 0;
    return Math.max(0, Number(Atomics.load(this.#cells, SPENT)) / NANOS_PER_USD);
  }

  /** Unix milliseconds; null: never, or no period runs. */
  endsAt(nowMs: number): number | null {
    const start = Atomics.load(this.#cells, START);
    if (start === 0n || this.#period === null || this.#isOver(start, nowMs)) return null;
    return endOf(Number(start), this.#period);
  }

  #beginWhereOver(nowMs: number): void {
    const start = Atomics.load(this.#cells, START);
    if (start !== 0n && !this.#isOver(start, nowMs)) return;
    const before = Atomics.load(this.#cells, SPENT);
    const isOurs = Atomics.compareExchange(this.#cells, START, start, BigInt(nowMs)) === start;
    if (isOurs) Atomics.sub(this.#cells, SPENT, before);
  }

  #isOver(start: bigint, nowMs: number): boolean {
    return this.#period !== null && nowMs > endOf(Number(start), this.#period);
  }
}

/** The same day some months later, or the last one of a shorter month; UTC. */
function endOf(startMs: number, period: BudgetPeriod): number {
  if ('ms' in period) return startMs + period.ms;
  const end = new Date(startMs);
  const day = end.getUTCDate();
  end.setUTCMonth(end.getUTCMonth() + period.months);
  if (end.getUTCDate() !== day) end.setUTCDate(0);
  return end.getTime();
}
