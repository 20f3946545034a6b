/**
 * A lock in shared memory for sections of well under a microsecond.
 *
 * Promises: one Atomics operation to take it and one to give it back when nobody else wants it; waiting threads spin,
 * then sleep a millisecond at a time; a thread that died with the lock (no change of hands for 250 ms) loses it, and its
 * late release does nothing. Every taking writes another number, so that a busy thread is not mistaken for a dead one.
 * Gives up: fairness, and taking it twice on one thread.
 */
export class SharedLock {
  readonly #words: Int32Array;
  readonly #owner: number;
  #sequence = 0;
  #held = 0;

  /** @param owner number of this thread, 1 to 255, no other's at the same time */
  constructor(words: Int32Array, owner: number) {
    this.#words = words;
    this.#owner = owner;
  }

  /** @returns whether it was taken from a thread that died with it */
  take(at: number): boolean {
    const sequence = (this.#sequence + 1) & 0x7f_ff_ff;
    this.#sequence = sequence;
    const ours = (sequence << 8) | this.#owner;
    this.#held = ours;
    return Atomics.compareExchange(this.#words, at, 0, ours) === 0 ? false : this.#wait(at, ours);
  }

  give(at: number): void {
    Atomics.compareExchange(this.#words, at, this.#held, 0);
  }

  #wait(at: number, ours: number): boolean {
    let theirs = 0;
    let sleeps = 0;
    for (let tries = 0; ; tries++) {
      const current = Atomics.compareExchange(this.#words, at, 0, ours);
      if (current === 0) return false;
      if (tries < SPINS) continue;
      sleeps = current === theirs ? sleeps + 1 : 0;
      theirs = current;
      if (sleeps > SLEEPS_BEFORE_DEATH && Atomics.compareExchange(this.#words, at, current, ours) === current)
        return true;
      Atomics.wait(this.#words, at, current, 1);
    }
  }
}

const SPINS = 2000;
const SLEEPS_BEFORE_DEATH = 250;
