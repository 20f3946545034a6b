/** The tokens of one piece: from the cache of pieces, from the table of all tokens, or by merging. */
import type { EncodingWork } from './encoding-work.ts';
import { LongMerger } from './long-merger.ts';
import { MAX_CACHED_BYTES, MAX_CACHED_IDS, NOT_CACHED, PieceCache } from './piece-cache.ts';
import { PrefixTree } from './prefix-tree.ts';
import { ShortMerger } from './short-merger.ts';
import type { TokenTable } from './token-table.ts';

export class PieceEncoder {
  readonly #table: TokenTable;
  readonly #work: EncodingWork;
  readonly #cache = new PieceCache();
  readonly #short: ShortMerger;
  #long: LongMerger | null = null;
  /** The tokens of the piece that was encoded last and did not come from the cache. */
  #ids: Int32Array;

  constructor(table: TokenTable, work: EncodingWork) {
    this.#table = table;
    this.#work = work;
    this.#short = new ShortMerger(table, work);
    this.#ids = this.#short.ids;
  }

  /** Number of tokens of the bytes from `start` to `end`, at least one byte. */
  count(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    if (end - start > MAX_CACHED_BYTES) return this.#encode(bytes, view, start, end);
    const known = this.#cache.find(view, start, end - start);
    return known === NOT_CACHED ? this.#encodeAndKeep(bytes, view, start, end) : known;
  }

  /** Appends the tokens of the bytes from `start` to `end`. */
  append(bytes: Uint8Array, view: DataView, start: number, end: number, ids: number[]): void {
    let count = NOT_CACHED;
    if (end - start <= MAX_CACHED_BYTES) {
      count = this.count(bytes, view, start, end);
      if (count <= MAX_CACHED_IDS) {
        ids.push(this.#cache.firstId);
        if (count === 2) ids.push(this.#cache.secondId);
        return;
      }
    }
    count = this.#encode(bytes, view, start, end);
    for (let i = 0; i < count; i += 1) ids.push(this.#ids[i] as number);
  }

  /** A merger that can be interrupted, for a piece that is too long for one go; null: it is not. */
  longMergerFor(bytes: Uint8Array, view: DataView, start: number, end: number): LongMerger | null {
    if (end - start < LONG_PIECE_BYTES || this.#table.find(view, start, end) >= 0) return null;
    const merger = new LongMerger(this.#table, this.#longMerger().tree, this.#work);
    merger.begin(bytes, start, end);
    return merger;
  }

  /** Gives back what a long piece has left behind. */
  release(): void {
    if (this.#long === null) return;
    this.#long.release();
    this.#ids = this.#short.ids;
  }

  #encodeAndKeep(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const count = this.#encode(bytes, view, start, end);
    this.#cache.keep(count, this.#ids[0] as number, count > 1 ? (this.#ids[1] as number) : 0);
    return count;
  }

  #encode(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const token = this.#table.find(view, start, end);
    if (token >= 0) {
      this.#ids = this.#short.ids;
      this.#ids[0] = token;
      return 1;
    }
    this.#work.mergedPieces += 1;
    const count = this.#short.merge(bytes, start, end);
    if (count >= 0) {
      this.#ids = this.#short.ids;
      return count;
    }
    const long = this.#longMerger();
    const longCount = long.merge(bytes, start, end);
    this.#ids = long.ids;
    return longCount;
  }

  #longMerger(): LongMerger {
    this.#long ??= new LongMerger(this.#table, new PrefixTree(this.#table), this.#work);
    return this.#long;
  }
}

/** Well below what takes a millisecond. */
const LONG_PIECE_BYTES = 4096;
