/**
 * A map that holds at most `capacity` entries and drops the least recently used one beyond that. For every cache whose
 * keys a client chooses.
 *
 * Promises: all operations O(1); never more than `capacity` entries. Order of use is the insertion order of one Map.
 * Gives up: no expiry (keep a time in the value where it matters).
 */
export class LruMap<Key, Value> {
  readonly capacity: number;
  readonly #entries = new Map<Key, Value>();

  /** @throws RangeError when the capacity is not a positive integer. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError(`capacity must be a positive integer, got ${capacity}`);
    this.capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value, which becomes the most recently used one. */
  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined && !this.#entries.has(key)) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value as Value);
    return value;
  }

  /** Whether the key is there; does not count as a use. */
  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  set(key: Key, value: Value): this {
    if (!this.#entries.delete(key) && this.#entries.size >= this.capacity) {
      const oldest = this.#entries.keys().next();
      if (oldest.done !== true) this.#entries.delete(oldest.value);
    }
    this.#entries.set(key, value);
    return this;
  }

  delete(key: Key): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** From the least to the most recently used. */
  entries(): IterableIterator<[Key, Value]> {
    return this.#entries.entries();
  }
}
