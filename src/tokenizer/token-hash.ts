/** The hashes of the token tables. Pieces lie in bytes that can be read 16 bytes beyond their end. */

const LONG_SEED_0 = 0x2c1b3c6d;
const LONG_SEED_1 = 0x297a2d39;

/** Mask of the lowest `count` bytes of a word; all of it from 4 on. */
function lowBytes(count: number): number {
  return count >= 4 ? -1 : (1 << (count << 3)) - 1;
}

/** Spreads the key of a piece over its table. */
export function hashPiece(key0: number, key1: number, length: number): number {
  let hash = Math.imul(key0, 0x9e3779b1) ^ Math.imul(key1 ^ length, 0x85ebca77);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/** Spreads two neighbouring tokens over their table. */
export function hashPair(left: number, right: number): number {
  let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca77);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/** First half of the key of a piece: its bytes up to 8, beyond that a hash of all. */
export function firstKey(view: DataView, start: number, length: number): number {
  return length > 8 ? hashBytes(view, start, length, LONG_SEED_0) : view.getInt32(start, true) & lowBytes(length);
}

/** Second half of the key of a piece. */
export function secondKey(view: DataView, start: number, length: number): number {
  if (length > 8) return hashBytes(view, start, length, LONG_SEED_1);
  return length > 4 ? view.getInt32(start + 4, true) & lowBytes(length - 4) : 0;
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
