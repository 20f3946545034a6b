/**
 * The monotonic clock that calls are timed with. It stands still while something is built for good that a call needs and
 * later ones find ready: tables, an object of the original. That time is no latency of a call.
 */
export class CallClock {
  readonly #monotonicMs: () => number;
  #builtMs = 0;
  #isBuilding = false;

  /** @param monotonicMs milliseconds with fractions */
  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** For spans of synchronous work only: what is built meanwhile for another call would be taken off, too. */
  now(): number {
    return this.#monotonicMs() - this.#builtMs;
  }

  /** Runs what builds something; one inside another counts once. */
  build<Built>(run: () => Built): Built {
    if (this.#isBuilding) return run();
    this.#isBuilding = true;
    const started = this.#monotonicMs();
    try {
      return run();
    } finally {
      this.#isBuilding = false;
      this.#builtMs += this.#monotonicMs() - started;
    }
  }
}
