/**
 * Random numbers for picks. `Math.random` allocates 16 bytes per call when it is handed around as a function
 * (`pick.bench.ts`); this one is small enough to be compiled into its callers, and allocates nothing there.
 *
 * sfc32: 128 bits of state, passes PractRand; not for secrets. Seed each thread differently, or all threads pick alike.
 */
import type { Random } from './contract.ts';

/** @param seed any integer, e.g. from `crypto.getRandomValues` */
export function createPseudoRandom(seed: number): Random {
  let a = seed | 0;
  let b = (seed ^ 0x9e3779b9) | 0;
  let c = (seed ^ 0x243f6a88) | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  // The first numbers still resemble the seed.
  for (let warm = 0; warm < 12; warm++) next();
  return next;
}
