/**
 * Byte-pair merging of a short piece, as it is defined: of all neighbours that merge, join those with the lowest rank,
 * the leftmost first, until none does. O(n²) comparisons over at most `MAX_SHORT_BYTES` bytes in two fixed arrays;
 * beyond that `long-merger.ts` is faster.
 */
import type { TokenTable } from './token-table.ts';
import type { EncodingWork } from './encoding-work.ts';

export const MAX_SHORT_BYTES = 48;
const NO_MERGE = 0x7fff_ffff;

export class ShortMerger {
  /** The tokens of the last piece. */
  readonly ids = new Int32Array(MAX_SHORT_BYTES);
  readonly #ranks = new Int32Array(MAX_SHORT_BYTES);
  readonly #table: TokenTable;
  readonly #work: EncodingWork;

  constructor(table: TokenTable, work: EncodingWork) {
    this.#table = table;
    this.#work = work;
  }

  /** Merges the bytes from `start` to `end`; returns the number of tokens, which are in `ids`. */
  merge(bytes: Uint8Array, start: number, end: number): number {
    const { ids } = this;
    const ranks = this.#ranks;
    let count = end - start;
    this.#begin(bytes, start, count);
    let merges = 0;
    for (;;) {
      let best = NO_MERGE;
      let at = 0;
      for (let i = 0; i < count - 1; i += 1) {
        const rank = ranks[i] as number;
        if (rank < best) {
          best = rank;
          at = i;
        }
      }
      if (best === NO_MERGE) break;
      merges += 1;
      count -= 1;
      ids[at] = best;
      for (let i = at + 1; i < count; i += 1) {
        ids[i] = ids[i + 1] as number;
        ranks[i] = ranks[i + 1] as number;
      }
      if (at < count - 1) ranks[at] = this.#rank(best, ids[at + 1] as number);
      if (at > 0) ranks[at - 1] = this.#rank(ids[at - 1] as number, best);
    }
    this.#work.merges += merges;
    return count;
  }

  #begin(bytes: Uint8Array, start: number, count: number): void {
    const { byteIds, bytePairs } = this.#table;
    const { ids } = this;
    const ranks = this.#ranks;
    for (let i = 0; i < count; i += 1) {
      const byte = bytes[start + i] as number;
      ids[i] = byteIds[byte] as number;
      if (i + 1 < count) {
        const rank = bytePairs[(byte << 8) | (bytes[start + i + 1] as number)] as number;
        ranks[i] = rank < 0 ? NO_MERGE : rank;
      }
    }
  }

  #rank(left: number, right: number): number {
    const rank = this.#table.merged(left, right);
    return rank < 0 ? NO_MERGE : rank;
  }
}
