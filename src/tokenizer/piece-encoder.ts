/**
 * The tokens of one piece. In this order: a small cache of pieces that fits the processor's second-level cache, the
 * table of all tokens, byte-pair merging. The cache is direct-mapped, compares whole pieces, and forgets by overwriting:
 * no text can fill it for good or make it answer for another piece.
 *
 * A cache entry is eight int32: the piece (up to 16 bytes, zero-padded), `length | count << 8`, and its first three
 * tokens. Pieces of more tokens than that are counted from the cache but merged again when their ids are wanted.
 */
import type { EncodingWork } from './encoding-work.ts';
import { LongMerger } from './long-merger.ts';
import { PrefixTree } from './prefix-tree.ts';
import { MAX_SHORT_BYTES, ShortMerger } from './short-merger.ts';
import type { TokenTable } from './token-table.ts';

/** 4096 entries of 32 bytes: larger ones were slower on every text of the benchmark (encode.bench.ts). */
const CACHE_ENTRIES = 4096;
const ENTRY_INTS = 8;
const MAX_CACHED_BYTES = 16;
const MAX_CACHED_IDS = 3;

/** Masks of the four words of a piece by its length. */
const WORD_MASKS = wordMasks();

export class PieceEncoder {
  readonly #table: TokenTable;
  readonly #work: EncodingWork;
  readonly #cache = new Int32Array(CACHE_ENTRIES * ENTRY_INTS);
  readonly #short: ShortMerger;
  #long: LongMerger | null = null;

  constructor(table: TokenTable, work: EncodingWork) {
    this.#table = table;
    this.#work = work;
    this.#short = new ShortMerger(table, work);
  }

  /** Number of tokens of the bytes from `start` to `end`, at least one byte. */
  count(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const length = end - start;
    if (length > MAX_CACHED_BYTES) return this.#countLarge(bytes, view, start, end);
    const masks = length << 2;
    const word0 = view.getInt32(start, true) & (WORD_MASKS[masks] as number);
    const word1 = view.getInt32(start + 4, true) & (WORD_MASKS[masks + 1] as number);
    let word2 = 0;
    let word3 = 0;
    if (length > 8) {
      word2 = view.getInt32(start + 8, true) & (WORD_MASKS[masks + 2] as number);
      word3 = view.getInt32(start + 12, true) & (WORD_MASKS[masks + 3] as number);
    }
    const cache = this.#cache;
    const at = entryOf(word0, word1, word2, word3);
    const head = cache[at + 4] as number;
    if (
      cache[at] === word0 &&
      cache[at + 1] === word1 &&
      (head & 0xff) === length &&
      cache[at + 2] === word2 &&
      cache[at + 3] === word3
    ) {
      return head >>> 8;
    }
    cache[at] = word0;
    cache[at + 1] = word1;
    cache[at + 2] = word2;
    cache[at + 3] = word3;
    return this.#fillEntry(at, bytes, view, start, end);
  }

  /** Appends the tokens of the bytes from `start` to `end`. */
  append(bytes: Uint8Array, view: DataView, start: number, end: number, ids: number[]): void {
    const length = end - start;
    const count = this.count(bytes, view, start, end);
    if (length <= MAX_CACHED_BYTES && count <= MAX_CACHED_IDS) {
      // `count` has just put the piece into its entry, or found it there.
      const at = this.#entryAt(view, start, length);
      for (let i = 0; i < count; i += 1) ids.push(this.#cache[at + 5 + i] as number);
      return;
    }
    if (count === 1) {
      ids.push(this.#table.find(view, start, end));
      return;
    }
    const merger = length <= MAX_SHORT_BYTES ? this.#short : this.#longMerger();
    if (merger === this.#short) merger.merge(bytes, start, end);
    for (let i = 0; i < count; i += 1) ids.push(merger.ids[i] as number);
  }

  /** The merger of long pieces, for those who want to interrupt it. */
  longMergerFor(bytes: Uint8Array, view: DataView, start: number, end: number): LongMerger | null {
    if (end - start <= MAX_SHORT_BYTES || this.#table.find(view, start, end) >= 0) return null;
    const merger = new LongMerger(this.#table, this.#longMerger().tree, this.#work);
    merger.begin(bytes, start, end);
    return merger;
  }

  /** Forgets what a long piece has left behind. */
  release(): void {
    this.#long?.release();
  }

  #fillEntry(at: number, bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const cache = this.#cache;
    const token = this.#table.find(view, start, end);
    let count = 1;
    if (token >= 0) cache[at + 5] = token;
    else {
      count = this.#short.merge(bytes, start, end);
      this.#work.mergedPieces += 1;
      const { ids } = this.#short;
      cache[at + 5] = ids[0] as number;
      cache[at + 6] = ids[1] as number;
      cache[at + 7] = ids[2] as number;
    }
    cache[at + 4] = (end - start) | (count << 8);
    return count;
  }

  #countLarge(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    if (this.#table.find(view, start, end) >= 0) return 1;
    this.#work.mergedPieces += 1;
    if (end - start <= MAX_SHORT_BYTES) return this.#short.merge(bytes, start, end);
    return this.#longMerger().merge(bytes, start, end);
  }

  #longMerger(): LongMerger {
    this.#long ??= new LongMerger(this.#table, new PrefixTree(this.#table), this.#work);
    return this.#long;
  }

  #entryAt(view: DataView, start: number, length: number): number {
    const masks = length << 2;
    const word0 = view.getInt32(start, true) & (WORD_MASKS[masks] as number);
    const word1 = view.getInt32(start + 4, true) & (WORD_MASKS[masks + 1] as number);
    if (length <= 8) return entryOf(word0, word1, 0, 0);
    const word2 = view.getInt32(start + 8, true) & (WORD_MASKS[masks + 2] as number);
    const word3 = view.getInt32(start + 12, true) & (WORD_MASKS[masks + 3] as number);
    return entryOf(word0, word1, word2, word3);
  }
}

/** Where in the cache a piece belongs. */
function entryOf(word0: number, word1: number, word2: number, word3: number): number {
  let hash = Math.imul(word0, 0x9e3779b1) ^ Math.imul(word1, 0x85ebca77) ^ Math.imul(word2 + word3, 0xc2b2ae3d);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return ((hash >>> 12) & (CACHE_ENTRIES - 1)) * ENTRY_INTS;
}

function wordMasks(): Int32Array {
  const masks = new Int32Array((MAX_CACHED_BYTES + 1) * 4);
  for (let length = 0; length <= MAX_CACHED_BYTES; length += 1) {
    for (let word = 0; word < 4; word += 1) {
      const bytes = Math.min(Math.max(length - word * 4, 0), 4);
      masks[length * 4 + word] = bytes === 4 ? -1 : (1 << (bytes * 8)) - 1;
    }
  }
  return masks;
}
