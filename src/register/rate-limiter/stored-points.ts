/** The original's own records, in whatever way a version keeps them. */
import type { RawRecords, StoreClasses, StoredRecord } from './memory-store.ts';

/** Points of a key and until when in Unix milliseconds; infinite: for ever. */
export interface Points {
  readonly value: number;
  readonly expiresAt: number;
}

export class StoredPoints {
  readonly raw: RawRecords;
  readonly #classes: StoreClasses;

  constructor(raw: RawRecords, classes: StoreClasses) {
    this.raw = raw;
    this.#classes = classes;
  }

  /** Null: the key has none. */
  read(key: string): Points | null {
    const record = this.#recordOf(key);
    if (record === undefined) return null;
    const { _value: value, _expiresAt: expiresAt } = record;
    return { value, expiresAt: expiresAt === null ? Infinity : Number(expiresAt) };
  }

  /** Takes a key out, with its timer. */
  take(key: string): Points | null {
    const points = this.read(key);
    if (points === null) return null;
    const timer = this.#recordOf(key)?._timeoutId;
    if (timer) clearTimeout(timer);
    this.#delete(key);
    return points;
  }

  /** As the original would have put it there. @param leftMs until it expires */
  put(key: string, { value, expiresAt }: Points, leftMs: number): void {
    const { record: recordClass, hasDates } = this.#classes;
    if (expiresAt === Infinity) {
      this.#set(key, new recordClass(value, null));
      return;
    }
    const record = new recordClass(value, hasDates ? new Date(expiresAt) : expiresAt);
    record._timeoutId = setTimeout(() => this.#delete(key), leftMs).unref();
    this.#set(key, record);
  }

  #recordOf(key: string): StoredRecord | undefined {
    const { raw } = this;
    if (raw instanceof Map) return raw.size === 0 ? undefined : raw.get(key);
    return Object.hasOwn(raw, key) ? raw[key] : undefined;
  }

  #set(key: string, record: StoredRecord): void {
    const { raw } = this;
    if (raw instanceof Map) raw.set(key, record);
    else raw[key] = record;
  }

  #delete(key: string): void {
    const { raw } = this;
    if (raw instanceof Map) raw.delete(key);
    else Reflect.deleteProperty(raw, key);
  }
}
