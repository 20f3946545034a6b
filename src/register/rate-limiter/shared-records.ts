/**
 * The compact stores behind the program's stores. A key is in one of the two at any time: the fast side takes it over
 * when it first meets it, and whoever looks at the original's records (its own methods, `dump`, the program) finds all
 * of them there, because reading `_storage` brings everything back.
 */
import { CompactStore } from './compact-store.ts';
import type { MemoryStore, StoreClasses, StoredRecord } from './memory-store.ts';

interface Behind {
  readonly compact: CompactStore;
  /** The original's own map. */
  readonly records: Map<string, StoredRecord>;
}

export class SharedRecords {
  readonly #classes: StoreClasses;
  readonly #behind = new WeakMap<MemoryStore, Behind>();
  /** Most programs have one limiter or two: the last one is found without a look-up. */
  #lastStore: MemoryStore | null = null;
  #last: Behind = { compact: new CompactStore(), records: new Map() };

  constructor(classes: StoreClasses) {
    this.#classes = classes;
  }

  /** The compact store, which holds the key if the program's store did. */
  take(store: MemoryStore, key: string): CompactStore {
    if (store !== this.#lastStore) {
      this.#last = this.#behind.get(store) ?? this.#put(store);
      this.#lastStore = store;
    }
    const { compact, records } = this.#last;
    if (records.size > 0) this.#move(records, compact, key);
    return compact;
  }

  /** The compact store, if there is one. */
  peek(store: MemoryStore): CompactStore | null {
    return this.#behind.get(store)?.compact ?? null;
  }

  /** Points of a key and until when, without moving it; null when it has none. */
  look(store: MemoryStore, key: string): { readonly value: number; readonly expiresAt: number } | null {
    const behind = this.#behind.get(store);
    const expiresAt = behind?.compact.expiryOf(key) ?? 0;
    if (behind !== undefined && expiresAt > 0) return { value: behind.compact.valueOf(key), expiresAt };
    const record = (behind?.records ?? store._storage).get(key);
    return record === undefined ? null : { value: record._value, expiresAt: record._expiresAt ?? Infinity };
  }

  #put(store: MemoryStore): Behind {
    const behind: Behind = { compact: new CompactStore(), records: store._storage };
    this.#behind.set(store, behind);
    Object.defineProperty(store, '_storage', {
      get: () => {
        if (behind.compact.size > 0) this.#bringBack(behind);
        return behind.records;
      },
      enumerable: true,
      configurable: true,
    });
    return behind;
  }

  #move(records: Map<string, StoredRecord>, compact: CompactStore, key: string): void {
    const record = records.get(key);
    if (record === undefined) return;
    if (record._timeoutId) clearTimeout(record._timeoutId);
    records.delete(key);
    compact.put(key, record._value, record._expiresAt ?? Infinity);
  }

  /** As the original keeps them, each with its timer. */
  #bringBack({ compact, records }: Behind): void {
    const now = Date.now();
    compact.drain(now, (key, value, expiresAt) => {
      const isLasting = expiresAt === Infinity;
      const record = new this.#classes.record(value, isLasting ? null : expiresAt);
      records.set(key, record);
      if (!isLasting) record._timeoutId = setTimeout(() => records.delete(key), expiresAt - now).unref();
    });
  }
}
