/**
 * Buckets of a latency histogram: eight to each doubling from 8 ns, so that a bucket is at most 12.5 % wide; exact
 * below. The last one takes everything from 36 minutes on.
 */
const SUB_BITS = 3;
const SUB_BUCKETS = 1 << SUB_BITS;
const LARGEST_EXPONENT = 40;
const NANOSECONDS = 1e6;

export const LATENCY_BUCKETS = (LARGEST_EXPONENT - SUB_BITS + 2) * SUB_BUCKETS;

/** The bucket of a latency; negative ones (a clock that went back) are in the first. */
export function latencyBucket(ms: number): number {
  const nanoseconds = Math.max(0, Math.floor(ms * NANOSECONDS));
  if (nanoseconds < SUB_BUCKETS) return nanoseconds;
  // Bit operations hold 32 bits: 2.1 s.
  return nanoseconds < 2 ** 31 ? bucketOf(nanoseconds, 0) : bucketOf(Math.floor(nanoseconds / 2 ** 24), 24);
}

/** Where a bucket ends, milliseconds; values are below it. */
export function bucketUpperMs(bucket: number): number {
  return lowerNanoseconds(bucket + 1) / NANOSECONDS;
}

/** What a bucket's values are taken for: its middle. */
export function bucketMiddleMs(bucket: number): number {
  return (lowerNanoseconds(bucket) + lowerNanoseconds(bucket + 1)) / 2 / NANOSECONDS;
}

function bucketOf(value: number, shifted: number): number {
  const exponent = 31 - Math.clz32(value);
  const total = exponent + shifted;
  if (total > LARGEST_EXPONENT) return LATENCY_BUCKETS - 1;
  const sub = (value >>> (exponent - SUB_BITS)) & (SUB_BUCKETS - 1);
  return (total - SUB_BITS + 1) * SUB_BUCKETS + sub;
}

function lowerNanoseconds(bucket: number): number {
  if (bucket < SUB_BUCKETS) return bucket;
  const exponent = Math.floor(bucket / SUB_BUCKETS) + SUB_BITS - 1;
  return (SUB_BUCKETS + (bucket % SUB_BUCKETS)) * 2 ** (exponent - SUB_BITS);
}
