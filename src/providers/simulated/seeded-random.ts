/**
 * A small repeatable source of numbers (mulberry32 over an FNV-1a hash), so that the same request always gets the same
 * answer at the same pace. Not for secrets. Cost: one multiply per byte hashed, three per number drawn.
 */
export interface SeededRandom {
  /** At least 0, below 1. */
  next(): number;
  /** Whole, from `low` to `high`, both included. */
  between(low: number, high: number): number;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

export function hashBytes(bytes: Uint8Array, start = FNV_OFFSET): number {
  let hash = start;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
}

export function hashText(text: string): number {
  return hashBytes(Buffer.from(text, 'utf8'));
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  return { next, between: (low, high) => low + Math.floor(next() * (high - low + 1)) };
}

/** Hexadecimal digits that look like a provider's id, the same for the same seed. */
export function seededId(seed: number, length = 24): string {
  const random = seededRandom(seed ^ 0x5bd1e995);
  let id = '';
  while (id.length < length) id += random.between(0, 15).toString(16);
  return id;
}
