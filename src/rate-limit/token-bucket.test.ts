import { REFUSED } from './contract.ts';
import { runCounterContract, type CounterOracle } from './counter.contract.ts';
import { TokenBucket } from './token-bucket.ts';

/** Levels as exact fractions: tokens times the window's milliseconds. */
function oracle(windowMs: number): CounterOracle {
  const window = BigInt(windowMs);
  const buckets = new Map<string, { level: bigint; at: number }>();
  const fill = (key: string, limit: number, now: number) => {
    const full = BigInt(limit) * window;
    const bucket = buckets.get(key) ?? { level: full, at: now };
    const since = now - bucket.at;
    if (since <= -windowMs) bucket.level = full;
    else if (since > 0) bucket.level += BigInt(since) * BigInt(limit);
    if (bucket.level > full) bucket.level = full;
    if (since > 0 || since <= -windowMs) bucket.at = now;
    return bucket;
  };
  const whole = (level: bigint) => (level < 0n ? 0 : Number(level / window));
  return {
    take(key, limit, amount, now) {
      const bucket = fill(key, limit, now);
      buckets.set(key, bucket);
      if (bucket.level < BigInt(amount) * window) return REFUSED;
      bucket.level -= BigInt(amount) * window;
      return whole(bucket.level);
    },
    left: (key, limit, now) => (buckets.has(key) ? whole(fill(key, limit, now).level) : limit),
    adjust(key, delta, { limit }, now) {
      if (delta === 0) return;
      const bucket = fill(key, limit, now);
      buckets.set(key, bucket);
      bucket.level -= BigInt(delta) * window;
      const full = BigInt(limit) * window;
      if (bucket.level > full) bucket.level = full;
    },
  };
}

runCounterContract({
  name: 'TokenBucket',
  module: './token-bucket.ts',
  className: 'TokenBucket',
  make: (options) => new TokenBucket(options),
  oracle,
  adjusts: true,
});
