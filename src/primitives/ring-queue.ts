/**
 * First-in first-out queue in one array whose size is a power of two.
 *
 * Promises: push and shift O(1) (amortised where it grows); no allocation per item; a slot is cleared when its item leaves,
 * so that the queue keeps nothing alive.
 * Gives up: the array does not shrink, except on `clear`.
 */
export class RingQueue<Item> {
  #items: (Item | undefined)[];
  #head = 0;
  #length = 0;

  /** @throws RangeError when the capacity is not a positive integer. */
  constructor(initialCapacity = 16) {
    if (!Number.isInteger(initialCapacity) || initialCapacity < 1)
      throw new RangeError(`initialCapacity must be a positive integer, got ${initialCapacity}`);
    this.#items = emptySlots(2 ** Math.ceil(Math.log2(initialCapacity)));
  }

  get length(): number {
    return this.#length;
  }

  /** Items that fit without growing. */
  get capacity(): number {
    return this.#items.length;
  }

  push(item: Item): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#length) & (this.#items.length - 1)] = item;
    this.#length++;
  }

  /** Removes and returns the oldest item; undefined when the queue is empty. */
  shift(): Item | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#length--;
    return item;
  }

  /** The oldest item, left where it is. */
  peek(): Item | undefined {
    return this.#length === 0 ? undefined : this.#items[this.#head];
  }

  clear(): void {
    this.#items = emptySlots(16);
    this.#head = this.#length = 0;
  }

  #grow(): void {
    const old = this.#items;
    const items = emptySlots<Item>(old.length * 2);
    for (let i = 0; i < this.#length; i++) items[i] = old[(this.#head + i) & (old.length - 1)];
    this.#items = items;
    this.#head = 0;
  }
}

function emptySlots<Item>(capacity: number): (Item | undefined)[] {
  return new Array<Item | undefined>(capacity).fill(undefined);
}
