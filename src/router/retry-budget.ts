/**
 * How much of the traffic may be retries, so that a provider that is down is not asked three times as often as one that
 * is up. Over the last ten seconds retries are at most `ratio` of the requests; a few per second are always allowed, so
 * that little traffic is retried as before. One per thread.
 *
 * Promises: O(1), 30 numbers of memory, nothing allocated.
 */
import type { NowMs } from './contract.ts';

const SECONDS = 10;

export interface RetryBudgetOptions {
  /** 0.1: one retry for ten requests. */
  readonly ratio: number;
  /** Always allowed per second. */
  readonly minPerSecond: number;
  readonly now: NowMs;
}

export class RetryBudget {
  readonly #options: RetryBudgetOptions;
  readonly #requests = new Int32Array(SECONDS);
  readonly #retries = new Int32Array(SECONDS);
  #second = Number.NEGATIVE_INFINITY;
  #allRequests = 0;
  #allRetries = 0;

  constructor(options: RetryBudgetOptions) {
    this.#options = options;
  }

  countRequest(): void {
    const cell = this.#turn();
    this.#requests[cell] = (this.#requests[cell] ?? 0) + 1;
    this.#allRequests++;
  }

  /** Takes one retry. @returns false when there is none left */
  take(): boolean {
    const cell = this.#turn();
    const now = this.#retries[cell] ?? 0;
    const { ratio, minPerSecond } = this.#options;
    if (now >= minPerSecond && this.#allRetries + 1 > ratio * this.#allRequests) return false;
    this.#retries[cell] = now + 1;
    this.#allRetries++;
    return true;
  }

  /** Drops the seconds that are over. @returns cell of this second */
  #turn(): number {
    const second = Math.floor(this.#options.now() / 1000);
    if (second > this.#second) {
      const first = Math.max(this.#second + 1, second - SECONDS + 1);
      for (let each = first; each <= second; each++) this.#drop(each % SECONDS);
      this.#second = second;
    }
    // A clock that was set back counts in the newest second.
    return this.#second % SECONDS;
  }

  #drop(cell: number): void {
    this.#allRequests -= this.#requests[cell] ?? 0;
    this.#allRetries -= this.#retries[cell] ?? 0;
    this.#requests[cell] = 0;
    this.#retries[cell] = 0;
  }
}
