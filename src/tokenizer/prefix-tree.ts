/**
 * The tokens of an encoding as a tree of bytes, for the longest token at a place in a text. Built when the first long
 * piece is met, never for usual texts: 12 MB and 64 ms for o200k, in steps where the caller wants to give way. One hash
 * table of `[node << 8 | byte, child]`; the first two bytes are looked up directly.
 */
import type { TokenTable } from './token-table.ts';

const NO_NODE = 0;
const NOT_KNOWN = -2;

export class PrefixTree {
  readonly #table: TokenTable;
  readonly #slots: Int32Array;
  readonly #mask: number;
  /** Token that ends at a node, or -1. */
  readonly #tokenAt: Int32Array;
  readonly #byFirstTwo = new Int32Array(65_536);
  /** Node of a single byte: byte + 1. */
  #nodes = 257;
  #inserted = 0;
  readonly #shorter: Int32Array;

  constructor(table: TokenTable) {
    this.#table = table;
    // Half of all bytes share their path with another token; a third of the slots stays empty.
    const capacity = 1 << (32 - Math.clz32(table.bytes.length));
    this.#mask = (capacity >> 1) - 1;
    this.#slots = new Int32Array(capacity);
    this.#tokenAt = new Int32Array(Math.ceil(table.bytes.length / 2) + 257).fill(-1);
    this.#shorter = new Int32Array(table.size).fill(NOT_KNOWN);
  }

  /** Inserts the next `tokens` tokens; true when all are in. Nothing may be looked up before. */
  build(tokens = Infinity): boolean {
    const until = Math.min(this.#inserted + tokens, this.#table.size);
    for (; this.#inserted < until; this.#inserted += 1) this.#insert(this.#inserted);
    return this.#inserted === this.#table.size;
  }

  /** The longest token that `bytes` continues with at `start`. There always is one: the byte itself. */
  longest(bytes: Uint8Array, start: number, end: number): number {
    const first = bytes[start] as number;
    let best = this.#table.byteIds[first] as number;
    if (start + 1 >= end) return best;
    let node = this.#byFirstTwo[(first << 8) | (bytes[start + 1] as number)] as number;
    let at = start + 2;
    while (node !== NO_NODE) {
      const token = this.#tokenAt[node] as number;
      if (token >= 0) best = token;
      if (at >= end) break;
      node = this.#child(node, bytes[at] as number);
      at += 1;
    }
    return best;
  }

  /** The longest token that is a proper beginning of token `id`, or -1. */
  shorter(id: number): number {
    const known = this.#shorter[id] as number;
    if (known !== NOT_KNOWN) return known;
    const { offsets, bytes } = this.#table;
    const start = offsets[id] as number;
    const end = (offsets[id + 1] as number) - 1;
    const found = end > start ? this.longest(bytes, start, end) : -1;
    this.#shorter[id] = found;
    return found;
  }

  #insert(id: number): void {
    const { offsets, bytes } = this.#table;
    const start = offsets[id] as number;
    const end = offsets[id + 1] as number;
    if (end - start < 2) return;
    const firstTwo = ((bytes[start] as number) << 8) | (bytes[start + 1] as number);
    if (this.#byFirstTwo[firstTwo] === NO_NODE) this.#byFirstTwo[firstTwo] = this.#nodes++;
    let node = this.#byFirstTwo[firstTwo] as number;
    for (let at = start + 2; at < end; at += 1) node = this.#childOrNew(node, bytes[at] as number);
    this.#tokenAt[node] = id;
  }

  #child(node: number, byte: number): number {
    const key = (node << 8) | byte;
    let slot = hashKey(key) & this.#mask;
    for (;;) {
      const found = this.#slots[slot << 1] as number;
      if (found === key) return this.#slots[(slot << 1) + 1] as number;
      if (found === 0) return NO_NODE;
      slot = (slot + 1) & this.#mask;
    }
  }

  #childOrNew(node: number, byte: number): number {
    const key = (node << 8) | byte;
    let slot = hashKey(key) & this.#mask;
    for (;;) {
      const found = this.#slots[slot << 1] as number;
      if (found === key) return this.#slots[(slot << 1) + 1] as number;
      if (found === 0) break;
      slot = (slot + 1) & this.#mask;
    }
    this.#slots[slot << 1] = key;
    this.#slots[(slot << 1) + 1] = this.#nodes;
    this.#nodes += 1;
    return this.#nodes - 1;
  }
}

function hashKey(key: number): number {
  const hash = Math.imul(key, 0x9e3779b1);
  return hash ^ (hash >>> 15);
}
