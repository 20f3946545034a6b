/** Calls and faults of the recent past: what is one half-life old counts half. O(1), nothing allocated. */
import type { ErrorBudget } from './contract.ts';

export class BudgetWindow {
  #fastCalls = 0;
  #originalCalls = 0;
  #faults = 0;
  #mismatches = 0;
  #decayedAtMs: number;

  /** @param nowMs of the monotonic clock */
  constructor(nowMs: number) {
    this.#decayedAtMs = nowMs;
  }

  get fastCalls(): number {
    return this.#fastCalls;
  }

  /** Of both sides. */
  get calls(): number {
    return this.#fastCalls + this.#originalCalls;
  }

  get faults(): number {
    return this.#faults;
  }

  get mismatches(): number {
    return this.#mismatches;
  }

  addCalls(fast: number, original: number): void {
    this.#fastCalls += fast;
    this.#originalCalls += original;
  }

  addFault(): void {
    this.#faults++;
  }

  addMismatch(): void {
    this.#mismatches++;
  }

  /** @param nowMs of the monotonic clock */
  decay(nowMs: number, halfLifeMs: number): void {
    const factor = 2 ** ((this.#decayedAtMs - nowMs) / halfLifeMs);
    this.#decayedAtMs = nowMs;
    this.#fastCalls *= factor;
    this.#originalCalls *= factor;
    this.#faults *= factor;
    this.#mismatches *= factor;
  }

  /** Faults are rounded: five within a second are five, not 4.99. */
  isOverErrors({ minFaults, percent }: ErrorBudget): boolean {
    return Math.round(this.#faults) >= minFaults && this.#faults * 100 > percent * this.#fastCalls;
  }

  isOverMismatches({ mismatches }: ErrorBudget): boolean {
    return Math.round(this.#mismatches) > mismatches;
  }

  /** The fast path begins anew; what it did before counts no more. */
  clear(): void {
    this.#fastCalls = this.#faults = this.#mismatches = 0;
  }
}
