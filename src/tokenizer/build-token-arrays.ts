/** Builds the token tables of an encoding from its rank file; `scripts/generate-ranks.ts` tells the file's shape. */
import {
  allocateTokenArrays,
  EMPTY_PAIR,
  FILTER_SHIFT,
  ID_BITS,
  LOW_ID_BITS,
  MAX_RAGGED_ROWS,
  type TokenArrays,
} from './token-arrays.ts';
import { firstKey, hashPair, hashPiece, secondKey } from './token-hash.ts';
import { characterLength, codePointAt, isContinuation } from './utf8-characters.ts';

/** The tables of the encoding whose rank file this is. */
export function buildTokenArrays(file: Uint8Array): TokenArrays {
  const size = new DataView(file.buffer, file.byteOffset).getUint32(0, true);
  const lengthsAt = file.byteOffset + 4;
  const lengths = new Uint16Array(file.buffer.slice(lengthsAt, lengthsAt + size * 2));
  const bytes = file.subarray(4 + size * 8);
  const arrays = allocateTokenArrays({
    size,
    bytesLength: bytes.length,
    pieceSlots: powerOfTwo(size * 1.3),
    pairSlots: powerOfTwo(size * 2),
  });
  arrays.bytes.set(bytes);
  fillPieces(arrays, lengths);
  fillPairs(arrays, file.subarray(4 + size * 2, 4 + size * 5), file.subarray(4 + size * 5, 4 + size * 8));
  fillBytePairs(arrays);
  fillCharacters(arrays);
  return arrays;
}

/** The power of two above `count`. */
function powerOfTwo(count: number): number {
  return 1 << (32 - Math.clz32(count));
}

function fillPieces(
  { size, pieces, pieceSlots, view, bytes, byteIds, offsets }: TokenArrays,
  lengths: Uint16Array,
): void {
  let start = 0;
  for (let id = 0; id < size; id += 1) {
    offsets[id] = start;
    const length = lengths[id] as number;
    if (length === 0) continue;
    if (length === 1) byteIds[bytes[start] as number] = id;
    const key0 = firstKey(view, start, length);
    const key1 = secondKey(view, start, length);
    let slot = hashPiece(key0, key1, length) & (pieceSlots - 1);
    while (pieces[(slot << 2) + 3] !== 0) slot = (slot + 1) & (pieceSlots - 1);
    pieces[slot << 2] = key0;
    pieces[(slot << 2) + 1] = key1;
    pieces[(slot << 2) + 2] = length;
    pieces[(slot << 2) + 3] = id + 1;
    start += length;
  }
  offsets[size] = start;
}

function fillPairs(arrays: TokenArrays, lefts: Uint8Array, rights: Uint8Array): void {
  const { size, left, right, pairs, pairFilter } = arrays;
  const mask = arrays.pairSlots - 1;
  pairs.fill(EMPTY_PAIR);
  for (let id = 0, at = 0; id < size; id += 1, at += 3) {
    const first = (lefts[at] as number) | ((lefts[at + 1] as number) << 8) | ((lefts[at + 2] as number) << 16);
    const second = (rights[at] as number) | ((rights[at + 1] as number) << 8) | ((rights[at + 2] as number) << 16);
    left[id] = first;
    right[id] = second;
    if (first === id) continue;
    const hash = hashPair(first, second);
    pairFilter[hash >>> FILTER_SHIFT] = (pairFilter[hash >>> FILTER_SHIFT] as number) | (1 << hash);
    let slot = hash & mask;
    while (pairs[slot << 1] !== EMPTY_PAIR) slot = (slot + 1) & mask;
    pairs[slot << 1] = first | (id << ID_BITS);
    pairs[(slot << 1) + 1] = second | ((id >>> LOW_ID_BITS) << ID_BITS);
  }
}

function fillBytePairs({ size, bytes, offsets, bytePairs }: TokenArrays): void {
  bytePairs.fill(-1);
  for (let id = 0; id < size; id += 1) {
    const start = offsets[id] as number;
    if ((offsets[id + 1] as number) - start !== 2) continue;
    bytePairs[((bytes[start] as number) << 8) | (bytes[start + 1] as number)] = id;
  }
}

/** Notes the tokens that are one character, and those that take only a part of a character. */
function fillCharacters(arrays: TokenArrays): void {
  const { size, bytes, offsets, characterIds } = arrays;
  characterIds.fill(-1);
  let rows = 1;
  for (let id = 0; id < size; id += 1) {
    const start = offsets[id] as number;
    const end = offsets[id + 1] as number;
    // Most tokens are ASCII throughout, and done with here.
    let at = start;
    while (at < end && (bytes[at] as number) < 0x80) at += 1;
    if (at === end) continue;
    if (!takesWholeCharacters(bytes, start, end)) rows = insertRagged(arrays, id, rows);
    else if (end - start <= 3 && characterLength(bytes[start] as number) === end - start) {
      characterIds[codePointAt(bytes, start)] = id;
    }
  }
}

function takesWholeCharacters(bytes: Uint8Array, start: number, end: number): boolean {
  let last = end - 1;
  while (last > start && isContinuation(bytes[last] as number)) last -= 1;
  return !isContinuation(bytes[start] as number) && last + characterLength(bytes[last] as number) === end;
}

function insertRagged({ bytes, offsets, raggedHeads, raggedRows }: TokenArrays, id: number, firstRow: number): number {
  const start = offsets[id] as number;
  const end = offsets[id + 1] as number;
  let row = firstRow;
  for (let at = start + 1; at < end; at += 1) {
    if (isContinuation(bytes[at] as number)) continue;
    if (row === MAX_RAGGED_ROWS) throw new RangeError('more tokens with parts of characters than MAX_RAGGED_ROWS');
    const seam = ((bytes[at - 1] as number) << 8) | (bytes[at] as number);
    raggedRows[row * 3] = id;
    raggedRows[row * 3 + 1] = at - start;
    raggedRows[row * 3 + 2] = raggedHeads[seam] as number;
    raggedHeads[seam] = row;
    row += 1;
  }
  return row;
}
