/** The tokens of one piece: from the cache of pieces, from the table of all tokens, or by merging. */
import type { EncodingWork } from './encoding-work.ts';
import { LongMerger } from './long-merger.ts';
import { MAX_CACHED_BYTES, MAX_CACHED_IDS, NOT_CACHED, PieceCache } from './piece-cache.ts';
import { PrefixTree } from './prefix-tree.ts';
import { ShortMerger } from './short-merger.ts';
import type { TextBuffer } from './text-buffer.ts';
import type { TokenTable } from './token-table.ts';

export class PieceEncoder {
  readonly #table: TokenTable;
  readonly #work: EncodingWork;
  readonly #cache = new PieceCache();
  readonly #short: ShortMerger;
  #long: LongMerger | null = null;
  #tree: PrefixTree | null = null;
  /** The tokens of the piece that was encoded last and did not come from the cache. */
  #ids: Int32Array;

  constructor(table: TokenTable, work: EncodingWork) {
    this.#table = table;
    this.#work = work;
    this.#short = new ShortMerger(table, work);
    this.#ids = this.#short.ids;
  }

  /** Number of tokens of the bytes from `start` to `end`, at least one byte. */
  count(text: TextBuffer, start: number, end: number): number {
    if (end - start > MAX_CACHED_BYTES) return this.#encode(text, start, end);
    const known = this.#cache.find(text.view, start, end - start);
    return known === NOT_CACHED ? this.#encodeAndKeep(text, start, end) : known;
  }

  /** Appends the tokens of the bytes from `start` to `end`. */
  append(text: TextBuffer, start: number, end: number, ids: number[]): void {
    let count = NOT_CACHED;
    if (end - start <= MAX_CACHED_BYTES) {
      count = this.count(text, start, end);
      if (count <= MAX_CACHED_IDS) {
        ids.push(this.#cache.firstId);
        if (count === 2) ids.push(this.#cache.secondId);
        return;
      }
    }
    count = this.#encode(text, start, end);
    for (let i = 0; i < count; i += 1) ids.push(this.#ids[i] as number);
  }

  /** Whether a piece takes too long for one go, so that a `longMerger` is the way. */
  isLong(start: number, end: number): boolean {
    return end - start >= LONG_PIECE_BYTES;
  }

  /** Prepares a merger of long pieces that can be interrupted; gives way while it does. */
  *longMerger(): Generator<undefined, LongMerger, undefined> {
    this.#tree ??= new PrefixTree(this.#table);
    while (!this.#tree.build(TREE_STEP_TOKENS)) yield;
    return new LongMerger(this.#table, this.#tree, this.#work);
  }

  /** Gives back what a long piece has left behind. */
  release(): void {
    if (this.#long === null) return;
    this.#long.release();
    this.#ids = this.#short.ids;
  }

  #encodeAndKeep(text: TextBuffer, start: number, end: number): number {
    const count = this.#encode(text, start, end);
    this.#cache.keep(count, this.#ids[0] as number, count > 1 ? (this.#ids[1] as number) : 0);
    return count;
  }

  #encode(text: TextBuffer, start: number, end: number): number {
    const token = this.#table.find(text.view, start, end);
    if (token >= 0) {
      this.#ids = this.#short.ids;
      this.#ids[0] = token;
      return 1;
    }
    this.#work.mergedPieces += 1;
    const count = this.#short.merge(text.bytes, start, end);
    if (count >= 0) {
      this.#ids = this.#short.ids;
      return count;
    }
    const long = this.#longMerger();
    const longCount = long.merge(text.bytes, start, end);
    this.#ids = long.ids;
    return longCount;
  }

  #longMerger(): LongMerger {
    this.#tree ??= new PrefixTree(this.#table);
    this.#tree.build();
    this.#long ??= new LongMerger(this.#table, this.#tree, this.#work);
    return this.#long;
  }
}

/** Longer than any token, and well below what takes a millisecond. */
const LONG_PIECE_BYTES = 4096;
/** About two milliseconds of building. */
const TREE_STEP_TOKENS = 8192;
