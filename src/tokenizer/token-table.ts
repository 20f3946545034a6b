/**
 * Everything an encoding knows about its tokens, as typed arrays over one shared buffer: built once per process, seen by
 * every thread without a copy. Promises: a look-up touches one cache line for tokens of up to 8 bytes; nothing is
 * allocated by a look-up; the tables are never written after they were built. Costs 13 MB for the 200,000 tokens of
 * o200k and 25 ms to build.
 *
 * Two hash tables with open addressing. Pieces: slots of four int32 `[key0, key1, length, id + 1]`, where the key is the
 * token itself up to 8 bytes and two hashes of it beyond (then the bytes are compared). Pairs: slots of two int32 that
 * pack left, right and merged id, 18 + 18 + 28 bits.
 */

/** Ids of an encoding stay below 2^18: a pair slot packs three of them into 64 bits. */
const ID_BITS = 18;
const ID_MASK = (1 << ID_BITS) - 1;
const LOW_BITS = 32 - ID_BITS;
const LOW_MASK = (1 << LOW_BITS) - 1;
/** Word loads may read this far beyond the last byte of a piece. */
export const READ_AHEAD_BYTES = 16;

/** Where each array lies in the shared buffer, derived from the counts alone. */
interface Layout {
  readonly size: number;
  readonly bytesLength: number;
  readonly pieceSlots: number;
  readonly pairSlots: number;
}

export class TokenTable {
  /** Highest id + 1. */
  readonly size: number;
  /** All of it; hand it to another thread and to `fromShared` there. */
  readonly shared: SharedArrayBuffer;
  /** Token bytes by id: `bytes[offsets[id]]` up to `offsets[id + 1]`. */
  readonly bytes: Uint8Array;
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
  /** By `last byte << 8 | first byte` of two neighbouring characters: first row of `#raggedRows`; 0: none. */
  readonly #raggedHeads: Int32Array;
  /** Rows `[token, bytes of it before the seam, next row]` of tokens that take only a part of a character at a seam. */
  readonly #raggedRows: Int32Array;
  #raggedCount = 1;
  readonly #view: DataView;
  readonly #pieces: Int32Array;
  readonly #pieceMask: number;
  /** One bit per hash of a pair: most neighbours do not merge, and this says so from a processor cache. */
  readonly #pairFilter: Int32Array;
  readonly #pairs: Int32Array;
  readonly #pairMask: number;

  private constructor(shared: SharedArrayBuffer) {
    const layout = readLayout(shared);
    const at = arrayOffsets(layout);
    this.size = layout.size;
    this.shared = shared;
    this.offsets = new Int32Array(shared, at.offsets, layout.size + 1);
    this.left = new Int32Array(shared, at.left, layout.size);
    this.right = new Int32Array(shared, at.right, layout.size);
    this.byteIds = new Int32Array(shared, at.byteIds, 256);
    this.bytePairs = new Int32Array(shared, at.bytePairs, 65_536);
    this.characterIds = new Int32Array(shared, at.characterIds, 65_536);
    this.#raggedHeads = new Int32Array(shared, at.raggedHeads, 65_536);
    this.#raggedRows = new Int32Array(shared, at.raggedRows, MAX_RAGGED_ROWS * 3);
    this.#pieces = new Int32Array(shared, at.pieces, layout.pieceSlots * 4);
    this.#pieceMask = layout.pieceSlots - 1;
    this.#pairFilter = new Int32Array(shared, at.pairFilter, FILTER_WORDS);
    this.#pairs = new Int32Array(shared, at.pairs, layout.pairSlots * 2);
    this.#pairMask = layout.pairSlots - 1;
    this.bytes = new Uint8Array(shared, at.bytes, layout.bytesLength + READ_AHEAD_BYTES);
    this.#view = new DataView(shared, at.bytes, layout.bytesLength + READ_AHEAD_BYTES);
  }

  /** Builds the tables from a rank file (`scripts/generate-ranks.ts` tells its shape). */
  static fromRankFile(file: Uint8Array): TokenTable {
    const size = new DataView(file.buffer, file.byteOffset).getUint32(0, true);
    const lengthsAt = file.byteOffset + 4;
    const lengths = new Uint16Array(file.buffer.slice(lengthsAt, lengthsAt + size * 2));
    const bytes = file.subarray(4 + size * 8);
    const slots = 1 << (32 - Math.clz32(size * 2));
    const table = new TokenTable(allocate({ size, bytesLength: bytes.length, pieceSlots: 1 << (32 - Math.clz32(size * 1.3)), pairSlots: slots }));
    table.bytes.set(bytes);
    table.#fillPieces(lengths);
    table.#fillPairs(file.subarray(4 + size * 2, 4 + size * 5), file.subarray(4 + size * 5, 4 + size * 8));
    table.#fillCharacters();
    return table;
  }

  /** The same tables in another thread. */
  static fromShared(shared: SharedArrayBuffer): TokenTable {
    return new TokenTable(shared);
  }

  /** The id of the token that is exactly the bytes from `start` to `end`, or -1. `view` must be readable 16 bytes on. */
  find(view: DataView, start: number, end: number): number {
    const length = end - start;
    if (length > 8) return this.#findLong(view, start, length);
    const key0 = view.getInt32(start, true) & lowBytes(length);
    const key1 = length > 4 ? view.getInt32(start + 4, true) & lowBytes(length - 4) : 0;
    const pieces = this.#pieces;
    const mask = this.#pieceMask;
    let slot = hashKey(key0, key1, length) & mask;
    for (;;) {
      const at = slot << 2;
      const id = pieces[at + 3] as number;
      if (id === 0) return -1;
      if (pieces[at] === key0 && pieces[at + 1] === key1 && pieces[at + 2] === length) return id - 1;
      slot = (slot + 1) & mask;
    }
  }

  /** The token that `left` and `right` merge into, or -1. */
  merged(left: number, right: number): number {
    const pairs = this.#pairs;
    const mask = this.#pairMask;
    const hash = hashPair(left, right);
    if (((this.#pairFilter[hash >>> FILTER_SHIFT] as number) & (1 << hash)) === 0) return -1;
    let slot = hash & mask;
    for (;;) {
      const at = slot << 1;
      const low = pairs[at] as number;
      const high = pairs[at + 1] as number;
      if ((low & ID_MASK) === left && (high & ID_MASK) === right) {
        return (low >>> ID_BITS) | ((high >>> ID_BITS) << LOW_BITS);
      }
      if (low === EMPTY_PAIR && high === EMPTY_PAIR) return -1;
      slot = (slot + 1) & mask;
    }
  }

  /** Whether a token that lies over the seam of two characters at `at` fits the bytes and takes a part of a character. */
  isRagged(bytes: Uint8Array, at: number, start: number, end: number): boolean {
    let row = this.#raggedHeads[((bytes[at - 1] as number) << 8) | (bytes[at] as number)] as number;
    for (; row !== 0; row = this.#raggedRows[row * 3 + 2] as number) {
      const id = this.#raggedRows[row * 3] as number;
      const from = at - (this.#raggedRows[row * 3 + 1] as number);
      if (from >= start && from + this.lengthOf(id) <= end && this.#matches(id, bytes, from)) return true;
    }
    return false;
  }

  #matches(id: number, bytes: Uint8Array, from: number): boolean {
    const start = this.offsets[id] as number;
    const length = this.lengthOf(id);
    for (let i = 0; i < length; i += 1) if (this.bytes[start + i] !== bytes[from + i]) return false;
    return true;
  }

  /** Length of a token in bytes. */
  lengthOf(id: number): number {
    return (this.offsets[id + 1] as number) - (this.offsets[id] as number);
  }

  #findLong(view: DataView, start: number, length: number): number {
    const key0 = hashBytes(view, start, length, LONG_SEED_0);
    const key1 = hashBytes(view, start, length, LONG_SEED_1);
    const pieces = this.#pieces;
    const mask = this.#pieceMask;
    let slot = hashKey(key0, key1, length) & mask;
    for (;;) {
      const at = slot << 2;
      const id = pieces[at + 3] as number;
      if (id === 0) return -1;
      if (pieces[at] === key0 && pieces[at + 1] === key1 && pieces[at + 2] === length) {
        if (this.#equals(id - 1, view, start, length)) return id - 1;
      }
      slot = (slot + 1) & mask;
    }
  }

  #equals(id: number, view: DataView, start: number, length: number): boolean {
    const from = this.offsets[id] as number;
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      if (this.#view.getInt32(from + i, true) !== view.getInt32(start + i, true)) return false;
    }
    for (; i < length; i += 1) if (this.#view.getUint8(from + i) !== view.getUint8(start + i)) return false;
    return true;
  }

  #fillPieces(lengths: Uint16Array): void {
    let offset = 0;
    for (let id = 0; id < this.size; id += 1) {
      this.offsets[id] = offset;
      const length = lengths[id] as number;
      if (length > 0) this.#insertPiece(id, offset, length);
      if (length === 1) this.byteIds[this.bytes[offset] as number] = id;
      offset += length;
    }
    this.offsets[this.size] = offset;
  }

  #fillPairs(left: Uint8Array, right: Uint8Array): void {
    this.bytePairs.fill(-1);
    this.#pairs.fill(EMPTY_PAIR);
    for (let id = 0; id < this.size; id += 1) {
      this.left[id] = uint24At(left, id * 3);
      this.right[id] = uint24At(right, id * 3);
      if (this.left[id] !== id) this.#insertPair(id, this.left[id] as number, this.right[id] as number);
    }
  }

  #fillCharacters(): void {
    this.characterIds.fill(-1);
    for (let id = 0; id < this.size; id += 1) this.#insertCharacters(id);
  }

  #insertPiece(id: number, start: number, length: number): void {
    const view = this.#view;
    const short = length <= 8;
    const key0 = short ? view.getInt32(start, true) & lowBytes(length) : hashBytes(view, start, length, LONG_SEED_0);
    let key1 = 0;
    if (!short) key1 = hashBytes(view, start, length, LONG_SEED_1);
    else if (length > 4) key1 = view.getInt32(start + 4, true) & lowBytes(length - 4);
    let slot = hashKey(key0, key1, length) & this.#pieceMask;
    while (this.#pieces[slot * 4 + 3] !== 0) slot = (slot + 1) & this.#pieceMask;
    this.#pieces[slot * 4] = key0;
    this.#pieces[slot * 4 + 1] = key1;
    this.#pieces[slot * 4 + 2] = length;
    this.#pieces[slot * 4 + 3] = id + 1;
  }

  #insertPair(id: number, left: number, right: number): void {
    const hash = hashPair(left, right);
    this.#pairFilter[hash >>> FILTER_SHIFT] = (this.#pairFilter[hash >>> FILTER_SHIFT] as number) | (1 << hash);
    let slot = hash & this.#pairMask;
    while (this.#pairs[slot * 2] !== EMPTY_PAIR) slot = (slot + 1) & this.#pairMask;
    this.#pairs[slot * 2] = left | ((id & LOW_MASK) << ID_BITS);
    this.#pairs[slot * 2 + 1] = right | ((id >>> LOW_BITS) << ID_BITS);
    const start = this.offsets[id] as number;
    if ((this.offsets[id + 1] as number) - start === 2) {
      this.bytePairs[((this.bytes[start] as number) << 8) | (this.bytes[start + 1] as number)] = id;
    }
  }

  #insertRagged(id: number, before: number, seam: number): void {
    if (this.#raggedCount === MAX_RAGGED_ROWS) throw new Error('raise MAX_RAGGED_ROWS');
    this.#raggedRows.set([id, before, this.#raggedHeads[seam] as number], this.#raggedCount * 3);
    this.#raggedHeads[seam] = this.#raggedCount;
    this.#raggedCount += 1;
  }

  /** Notes a token that is one character, or one that takes only a part of a character. */
  #insertCharacters(id: number): void {
    const { bytes, offsets } = this;
    const start = offsets[id] as number;
    const end = offsets[id + 1] as number;
    // Texts of one script beyond ASCII: most tokens have none of it, and end here.
    let at = start;
    while (at < end && (bytes[at] as number) < 0x80) at += 1;
    if (at === end) return;
    const tail = lastLead(bytes, start, end);
    const whole = !isContinuation(bytes[start] as number) && tail + characterLength(bytes[tail] as number) === end;
    if (whole) {
      if (tail === start && end - start <= 3) this.characterIds[codePointAt(bytes, start)] = id;
      return;
    }
    for (at = start + 1; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (!isContinuation(byte)) this.#insertRagged(id, at - start, ((bytes[at - 1] as number) << 8) | byte);
    }
  }
}

/** o200k has 1,035. */
const MAX_RAGGED_ROWS = 4096;

function uint24At(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte < 0xc0;
}

/** Bytes of the character that starts with `lead`; 0 for a byte that starts none. */
export function characterLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc0) return 0;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/** The code point of a character of two or three bytes. */
export function codePointAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  const second = (bytes[at + 1] as number) & 0x3f;
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | second;
  return ((lead & 0x0f) << 12) | (second << 6) | ((bytes[at + 2] as number) & 0x3f);
}

/** The last byte that is no continuation, or `start`. */
function lastLead(bytes: Uint8Array, start: number, end: number): number {
  let at = end - 1;
  while (at > start && isContinuation(bytes[at] as number)) at -= 1;
  return at;
}

/** No pair packs to this: its three ids would all be 2^18 - 1, above every id there is. */
const EMPTY_PAIR = -1;
/** 2^15 words, 128 KB: a fifth of its bits is set by o200k. The word comes from the upper bits of the hash. */
const FILTER_WORDS = 1 << 15;
const FILTER_SHIFT = 32 - 15;
const LONG_SEED_0 = 0x2c1b3c6d;
const LONG_SEED_1 = 0x297a2d39;

/** Mask of the lowest `count` bytes of a word; all of it from 4 on. */
function lowBytes(count: number): number {
  return count >= 4 ? -1 : (1 << (count << 3)) - 1;
}

/** Spreads a piece key over the table; also the hash of the piece cache. */
export function hashKey(key0: number, key1: number, length: number): number {
  let hash = Math.imul(key0, 0x9e3779b1) ^ Math.imul(key1 ^ length, 0x85ebca77);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

function hashPair(left: number, right: number): number {
  let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca77);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

function hashBytes(view: DataView, start: number, length: number, seed: number): number {
  let hash = seed ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    hash = Math.imul(hash ^ view.getInt32(start + i, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  if (i < length) {
    hash = Math.imul(hash ^ (view.getInt32(start + i, true) & lowBytes(length - i)), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return Math.imul(hash, seed);
}

const HEADER_BYTES = 16;

function arrayOffsets({
  size,
  pieceSlots,
  pairSlots,
}: Layout): Record<
  | 'pieces'
  | 'pairs'
  | 'pairFilter'
  | 'offsets'
  | 'left'
  | 'right'
  | 'byteIds'
  | 'bytePairs'
  | 'characterIds'
  | 'raggedHeads'
  | 'raggedRows'
  | 'bytes'
  | 'end',
  number
> {
  // Slots first: 16-byte slots on 16-byte offsets never straddle a cache line.
  const pieces = HEADER_BYTES;
  const pairs = pieces + pieceSlots * 16;
  const pairFilter = pairs + pairSlots * 8;
  const offsets = pairFilter + FILTER_WORDS * 4;
  const left = offsets + (size + 1) * 4;
  const right = left + size * 4;
  const byteIds = right + size * 4;
  const bytePairs = byteIds + 256 * 4;
  const characterIds = bytePairs + 65_536 * 4;
  const raggedHeads = characterIds + 65_536 * 4;
  const raggedRows = raggedHeads + 65_536 * 4;
  const bytes = raggedRows + MAX_RAGGED_ROWS * 12;
  return {
    pieces,
    pairs,
    pairFilter,
    offsets,
    left,
    right,
    byteIds,
    bytePairs,
    characterIds,
    raggedHeads,
    raggedRows,
    bytes,
    end: bytes,
  };
}

function allocate(layout: Layout): SharedArrayBuffer {
  const length = arrayOffsets(layout).end + layout.bytesLength + READ_AHEAD_BYTES;
  const shared = new SharedArrayBuffer(length);
  new Int32Array(shared, 0, 4).set([layout.size, layout.bytesLength, layout.pieceSlots, layout.pairSlots]);
  return shared;
}

function readLayout(shared: SharedArrayBuffer): Layout {
  const [size = 0, bytesLength = 0, pieceSlots = 0, pairSlots = 0] = new Int32Array(shared, 0, 4);
  return { size, bytesLength, pieceSlots, pairSlots };
}
