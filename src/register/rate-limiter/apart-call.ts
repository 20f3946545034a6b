/**
 * A call that is compared after its answer: both sides run it in a store of their own, which holds what the program's
 * did, with its times moved on by what has passed since.
 */
import type { MemoryStore, StoreClasses } from './memory-store.ts';
import { type Points, StoredPoints } from './stored-points.ts';

export class ApartCall {
  readonly #key: string;
  readonly #points: Points | null;
  readonly #atMs = Date.now();

  /** @param points what the key has when the call begins */
  constructor(key: string, points: Points | null) {
    this.#key = key;
    this.#points = points;
  }

  run<Result>(classes: StoreClasses, work: (store: MemoryStore) => Result): Result {
    const store = new classes.store();
    if (this.#points !== null) {
      const { value, expiresAt } = this.#points;
      const passedMs = Date.now() - this.#atMs;
      const movedOn = { value, expiresAt: expiresAt + passedMs };
      new StoredPoints(store._storage, classes).put(this.#key, movedOn, expiresAt - this.#atMs);
    }
    try {
      return work(store);
    } finally {
      // Its timer, too.
      store.delete(this.#key);
    }
  }
}
