/**
 * A random one of the candidates whose score is at most `limitOf(lowest)`: two passes over scores that were written
 * once, one random number. Infinite scores are never chosen. Nothing allocated.
 */
import type { Random } from '../contract.ts';
import type { Picking } from './contract.ts';

/** @param scores by position in `candidates`. @returns index into `group.members`, or -1 */
export function chooseWithin(
  { candidates, count }: Picking,
  scores: Float64Array,
  limit: number,
  random: Random,
): number {
  let equals = 0;
  for (let index = 0; index < count; index++) if ((scores[index] ?? 0) <= limit) equals++;
  let wanted = equals > 1 ? Math.floor(random() * equals) : 0;
  for (let index = 0; index < count; index++) {
    if ((scores[index] ?? 0) > limit) continue;
    if (wanted-- === 0) return candidates[index] ?? -1;
  }
  return -1;
}
