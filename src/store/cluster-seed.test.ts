import { expect, it } from 'vitest';
import { clusterSeed } from './cluster-seed.ts';

it('is the same for the same secret and namespace only, and a signed 32-bit number', () => {
  const seeds = [clusterSeed('a', ''), clusterSeed('b', ''), clusterSeed('a', 'n'), clusterSeed('', '')];
  expect(new Set(seeds).size).toBe(4);
  expect(clusterSeed('a', '')).toBe(seeds[0]);
  for (const seed of seeds) expect(seed | 0).toBe(seed);
});
