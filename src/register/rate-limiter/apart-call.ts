/**
 * A call that is compared after its answer: both sides run it in a store of their own, which holds what the program's
 * did, with its times moved on by what has passed since.
 */
import type { MemoryStore, StoredRecord } from './memory-store.ts';

/** Points of a key and until when; infinite: for ever. */
export interface Points {
  readonly value: number;
  readonly expiresAt: number;
}

export interface ApartStores {
  /** An empty store. */
  readonly open: () => MemoryStore;
  readonly record: (value: number, expiresAt: number | null) => StoredRecord;
}

export class ApartCall {
  readonly #key: string;
  readonly #points: Points | null;
  readonly #atMs = Date.now();

  /** @param points what the key has when the call begins */
  constructor(key: string, points: Points | null) {
    this.#key = key;
    this.#points = points;
  }

  run<Result>({ open, record }: ApartStores, work: (store: MemoryStore) => Result): Result {
    const store = open();
    if (this.#points !== null) {
      const { value, expiresAt } = this.#points;
      const movedOn = expiresAt === Infinity ? null : expiresAt + Date.now() - this.#atMs;
      store._storage.set(this.#key, record(value, movedOn));
    }
    try {
      return work(store);
    } finally {
      // Its timer, too.
      store.delete(this.#key);
    }
  }
}
