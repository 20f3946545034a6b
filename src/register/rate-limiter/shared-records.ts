/**
 * The compact stores behind the program's stores. A key is in one of the two at any time: the fast side takes it over
 * when it first meets it, and whoever looks at the original's records (its own methods, `dump`, the program) finds all
 * of them there, because reading `_storage` brings everything back.
 */
import { CompactStore } from './compact-store.ts';
import type { MemoryStore, StoreClasses } from './memory-store.ts';
import { type Points, StoredPoints } from './stored-points.ts';

interface Behind {
  readonly compact: CompactStore;
  readonly original: StoredPoints;
}

export class SharedRecords {
  readonly #classes: StoreClasses;
  readonly #behind = new WeakMap<MemoryStore, Behind>();
  /** Most programs have one limiter or two: the last one is found without a look-up. */
  #lastStore: MemoryStore | null = null;
  #last: Behind;

  constructor(classes: StoreClasses) {
    this.#classes = classes;
    this.#last = { compact: new CompactStore(), original: new StoredPoints(new Map(), classes) };
  }

  /** The compact store, which holds the key if the program's store did. */
  take(store: MemoryStore, key: string): CompactStore {
    if (store !== this.#lastStore) {
      this.#last = this.#behind.get(store) ?? this.#put(store);
      this.#lastStore = store;
    }
    const { compact, original } = this.#last;
    const points = original.take(key);
    if (points !== null) compact.put(key, points.value, points.expiresAt);
    return compact;
  }

  /** The compact store, if there is one. */
  peek(store: MemoryStore): CompactStore | null {
    return this.#behind.get(store)?.compact ?? null;
  }

  /** What a key has, without moving it; null when it has nothing. */
  look(store: MemoryStore, key: string): Points | null {
    const behind = this.#behind.get(store);
    if (behind === undefined) return new StoredPoints(store._storage, this.#classes).read(key);
    const { compact, original } = behind;
    const expiresAt = compact.expiryOf(key);
    return expiresAt > 0 ? { value: compact.valueOf(key), expiresAt } : original.read(key);
  }

  #put(store: MemoryStore): Behind {
    const behind: Behind = {
      compact: new CompactStore(),
      original: new StoredPoints(store._storage, this.#classes),
    };
    this.#behind.set(store, behind);
    Object.defineProperty(store, '_storage', {
      get: () => {
        if (behind.compact.size > 0) bringBack(behind);
        return behind.original.raw;
      },
      enumerable: true,
      configurable: true,
    });
    return behind;
  }
}

/** As the original keeps them, each with its timer. */
function bringBack({ compact, original }: Behind): void {
  const now = Date.now();
  compact.drain(now, (key, value, expiresAt) => original.put(key, { value, expiresAt }, expiresAt - now));
}
