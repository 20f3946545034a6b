/**
 * Answers that follow from the price map, kept by up to three names until the map changes.
 * Bounded: names come from clients and providers, so the memo is emptied when it is full rather than growing.
 * Cost of a hit: one map read per name, nothing put together.
 */
import type { PriceLookup } from './price-table.ts';

export type MemoName = string | null;

const CAPACITY = 4096;

export class PriceMemo<T> {
  readonly #prices: PriceLookup;
  readonly #kept = new Map<MemoName, Map<MemoName, Map<MemoName, T>>>();
  #size = 0;
  #version = 0;

  constructor(prices: PriceLookup) {
    this.#prices = prices;
  }

  get(first: MemoName, second: MemoName, third: MemoName = null): T | undefined {
    if (this.#version !== this.#prices.version) {
      this.#clear();
      return undefined;
    }
    return this.#kept.get(first)?.get(second)?.get(third);
  }

  /** For names without an answer yet; call directly after `get` said so. */
  set(answer: T, first: MemoName, second: MemoName, third: MemoName = null): T {
    if (this.#size >= CAPACITY) this.#clear();
    let seconds = this.#kept.get(first);
    if (seconds === undefined) this.#kept.set(first, (seconds = new Map()));
    let thirds = seconds.get(second);
    if (thirds === undefined) seconds.set(second, (thirds = new Map()));
    thirds.set(third, answer);
    this.#size++;
    return answer;
  }

  #clear(): void {
    this.#kept.clear();
    this.#size = 0;
    this.#version = this.#prices.version;
  }
}
