/**
 * Byte-pair merging of a short piece, as it is defined: of all neighbours that merge, join those with the lowest rank,
 * the leftmost first, until none does. O(n²) comparisons over at most `MAX_PARTS` parts in two fixed arrays; beyond that
 * `long-merger.ts` is faster.
 *
 * A piece beyond ASCII starts from its characters instead of its bytes, which gives the same: where each character is a
 * token, and no token of the encoding takes only a part of a character at any of the seams, the merges inside a
 * character cannot be disturbed, and those between characters come in the same order, since a token always ranks behind
 * its parts.
 */
import type { EncodingWork } from './encoding-work.ts';
import type { TokenTable } from './token-table.ts';
import { characterLength, codePointAt } from './utf8-characters.ts';

const MAX_PARTS = 32;
/** Beyond this a piece has more than `MAX_PARTS` characters, whatever they are. */
const MAX_BYTES = MAX_PARTS * 4;
const NO_MERGE = 0x7fff_ffff;

export class ShortMerger {
  /** The tokens of the last piece. */
  readonly ids = new Int32Array(MAX_PARTS);
  readonly #ranks = new Int32Array(MAX_PARTS);
  readonly #table: TokenTable;
  readonly #work: EncodingWork;

  constructor(table: TokenTable, work: EncodingWork) {
    this.#table = table;
    this.#work = work;
  }

  /** Merges the bytes from `start` to `end`; returns the number of tokens, which are in `ids`; -1: it is no short piece. */
  merge(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > MAX_BYTES) return -1;
    let parts = this.#beginWithCharacters(bytes, start, end);
    if (parts < 0 && end - start <= MAX_PARTS) parts = this.#beginWithBytes(bytes, start, end);
    return parts < 0 ? -1 : this.#mergeParts(parts);
  }

  #mergeParts(parts: number): number {
    const { ids } = this;
    const ranks = this.#ranks;
    let count = parts;
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
      count -= 1;
      ids[at] = best;
      for (let i = at + 1; i < count; i += 1) {
        ids[i] = ids[i + 1] as number;
        ranks[i] = ranks[i + 1] as number;
      }
      if (at < count - 1) ranks[at] = this.#rank(best, ids[at + 1] as number);
      if (at > 0) ranks[at - 1] = this.#rank(ids[at - 1] as number, best);
    }
    this.#work.merges += parts - count;
    return count;
  }

  /** The parts are bytes. */
  #beginWithBytes(bytes: Uint8Array, start: number, end: number): number {
    const { byteIds, bytePairs } = this.#table;
    const { ids } = this;
    const ranks = this.#ranks;
    const count = end - start;
    for (let i = 0; i < count; i += 1) {
      const byte = bytes[start + i] as number;
      ids[i] = byteIds[byte] as number;
      if (i + 1 < count) {
        const rank = bytePairs[(byte << 8) | (bytes[start + i + 1] as number)] as number;
        ranks[i] = rank < 0 ? NO_MERGE : rank;
      }
    }
    return count;
  }

  /** The parts are characters; -1: that is not certain to give the same, or nothing is gained by it. */
  #beginWithCharacters(bytes: Uint8Array, start: number, end: number): number {
    const table = this.#table;
    const { byteIds, characterIds } = table;
    const { ids } = this;
    let count = 0;
    let wide = false;
    for (let at = start; at < end;) {
      const lead = bytes[at] as number;
      const length = characterLength(lead);
      if (count === MAX_PARTS) return -1;
      if (at > start && table.isRagged(bytes, at, start, end)) return -1;
      let id = -1;
      if (length === 1) id = byteIds[lead] as number;
      else if (length < 4) {
        id = characterIds[codePointAt(bytes, at)] as number;
        wide = true;
      }
      if (id < 0) return -1;
      ids[count] = id;
      count += 1;
      at += length;
    }
    if (!wide) return -1;
    const ranks = this.#ranks;
    for (let i = 0; i + 1 < count; i += 1) ranks[i] = this.#rank(ids[i] as number, ids[i + 1] as number);
    return count;
  }

  #rank(left: number, right: number): number {
    const rank = this.#table.merged(left, right);
    return rank < 0 ? NO_MERGE : rank;
  }
}
