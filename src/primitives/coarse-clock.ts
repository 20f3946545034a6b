import { type StartInterval, startUnreferencedInterval } from './interval.ts';

/**
 * Monotonic milliseconds that cost a property read: the source is asked once per `resolutionMs` at most.
 *
 * Promises: never goes back; while the thread is not blocked it lags behind its source by at most two intervals. The
 * interval runs only while somebody reads, and does not hold the process open.
 * Gives up: precision. Measure durations that are reported to somebody with the source itself.
 */
export class CoarseClock {
  readonly #source: () => number;
  readonly #resolutionMs: number;
  readonly #startInterval: StartInterval;
  readonly #onInterval = (): void => this.#refresh();
  #stopInterval: (() => void) | null = null;
  #value = 0;
  #readSinceRefresh = false;

  constructor(source: () => number, options: CoarseClockOptions = {}) {
    this.#source = source;
    this.#resolutionMs = options.resolutionMs ?? 10;
    this.#startInterval = options.startInterval ?? startUnreferencedInterval;
  }

  now(): number {
    this.#readSinceRefresh = true;
    if (this.#stopInterval === null) {
      this.#value = Math.max(this.#value, this.#source());
      this.#stopInterval = this.#startInterval(this.#onInterval, this.#resolutionMs);
    }
    return this.#value;
  }

  /** Stops the interval; the next read starts it again. */
  close(): void {
    this.#stopInterval?.();
    this.#stopInterval = null;
  }

  #refresh(): void {
    if (!this.#readSinceRefresh) return this.close();
    this.#readSinceRefresh = false;
    this.#value = Math.max(this.#value, this.#source());
  }
}

export interface CoarseClockOptions {
  /** Default 10. */
  readonly resolutionMs?: number;
  readonly startInterval?: StartInterval;
}
