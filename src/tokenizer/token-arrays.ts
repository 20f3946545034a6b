/**
 * The typed arrays of an encoding's token tables, over one shared buffer that every thread of the process can see. Where
 * each array lies follows from four counts at the buffer's beginning.
 */

/** Pieces may be read this far beyond their last byte. */
export const READ_AHEAD_BYTES = 16;
/** Ids stay below 2^18: a pair slot packs three of them into 64 bits. */
export const ID_BITS = 18;
export const ID_MASK = (1 << ID_BITS) - 1;
/** How many bits of the merged id the first word of a pair slot has room for. */
export const LOW_ID_BITS = 32 - ID_BITS;
/** No pair packs to this: its ids would be 2^18 - 1, above every id there is. */
export const EMPTY_PAIR = -1;
/** 2^15 words, 128 KB: 17 % of its bits are set by o200k. The word comes from the upper bits of the hash. */
export const FILTER_SHIFT = 32 - 15;
const FILTER_WORDS = 1 << 15;
/** o200k has 1,189. */
export const MAX_RAGGED_ROWS = 4096;
const HEADER_BYTES = 16;

export interface TokenCounts {
  /** Highest id + 1. */
  readonly size: number;
  /** Bytes of all tokens together. */
  readonly bytesLength: number;
  /** Powers of two. */
  readonly pieceSlots: number;
  readonly pairSlots: number;
}

export interface TokenArrays extends TokenCounts {
  readonly shared: SharedArrayBuffer;
  /** Token bytes by id: `bytes[offsets[id]]` up to `offsets[id + 1]`. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly offsets: Int32Array;
  /** The two tokens that merging joins into this one; both are the token itself for single bytes. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Ids of the 256 single bytes. */
  readonly byteIds: Int32Array;
  /** Merged id of two bytes, `first << 8 | second`; -1: they do not merge. */
  readonly bytePairs: Int32Array;
  /** Ids of the characters of two and three bytes by code point; -1: not one token. */
  readonly characterIds: Int32Array;
  /** By `last byte << 8 | first byte` of two neighbouring characters: first row of `raggedRows`; 0: none. */
  readonly raggedHeads: Int32Array;
  /** Rows `[token, bytes of it before the seam, next row]` of tokens that take only a part of a character at a seam. */
  readonly raggedRows: Int32Array;
  /** Slots `[key, key, length, id + 1]` of the tokens by their bytes; see `firstKey`. */
  readonly pieces: Int32Array;
  /** Slots of two words that pack left, right and merged id. */
  readonly pairs: Int32Array;
  /** One bit per hash of a pair: most neighbours do not merge, and this says so from a processor cache. */
  readonly pairFilter: Int32Array;
}

/** Empty arrays in a new shared buffer. */
export function allocateTokenArrays(counts: TokenCounts): TokenArrays {
  const { end } = new ArrayPlanner(null, counts);
  const shared = new SharedArrayBuffer(end + counts.bytesLength + READ_AHEAD_BYTES);
  new Int32Array(shared, 0, 4).set([counts.size, counts.bytesLength, counts.pieceSlots, counts.pairSlots]);
  return tokenArraysOf(shared);
}

/** The arrays in a buffer that `allocateTokenArrays` made, in this thread or another. */
export function tokenArraysOf(shared: SharedArrayBuffer): TokenArrays {
  const [size = 0, bytesLength = 0, pieceSlots = 0, pairSlots = 0] = new Int32Array(shared, 0, 4);
  const counts = { size, bytesLength, pieceSlots, pairSlots };
  const { arrays, end } = new ArrayPlanner(shared, counts);
  const length = bytesLength + READ_AHEAD_BYTES;
  return {
    ...counts,
    ...arrays,
    shared,
    bytes: new Uint8Array(shared, end, length),
    view: new DataView(shared, end, length),
  };
}

/** Lays the arrays out one behind the other; without a buffer it only finds out where they end. */
class ArrayPlanner {
  end = HEADER_BYTES;
  readonly arrays;
  readonly #shared: SharedArrayBuffer | null;

  constructor(shared: SharedArrayBuffer | null, { size, pieceSlots, pairSlots }: TokenCounts) {
    this.#shared = shared;
    this.arrays = {
      // Slots first: those of 16 bytes then never straddle a cache line.
      pieces: this.#take(pieceSlots * 4),
      pairs: this.#take(pairSlots * 2),
      pairFilter: this.#take(FILTER_WORDS),
      offsets: this.#take(size + 1),
      left: this.#take(size),
      right: this.#take(size),
      byteIds: this.#take(256),
      bytePairs: this.#take(65_536),
      characterIds: this.#take(65_536),
      raggedHeads: this.#take(65_536),
      raggedRows: this.#take(MAX_RAGGED_ROWS * 3),
    };
  }

  #take(length: number): Int32Array {
    const start = this.end;
    this.end += length * 4;
    return this.#shared === null ? NOTHING : new Int32Array(this.#shared, start, length);
  }
}

const NOTHING = new Int32Array(0);
