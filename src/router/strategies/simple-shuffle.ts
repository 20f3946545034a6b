/**
 * Weighted random choice: of `weight`, `rpm`, `tpm` the first whose sum over the candidates is positive gives the
 * weights (missing: 0), else all are equally likely. O(log n) when every member is a candidate, else O(n); one random
 * number per pick, none for a single candidate.
 */
import type { WeightColumn } from '../candidate-group.ts';
import type { Random } from '../contract.ts';
import type { Picking, Strategy, StrategyTools } from './contract.ts';
import { firstAbove } from '../first-above.ts';

export function simpleShuffle({ random }: StrategyTools): Strategy {
  return (picking) => {
    const { group, candidates, count } = picking;
    if (count === 1) return candidates[0] ?? -1;
    const whole = count === group.members.length;
    for (const column of group.weights) {
      const total = whole ? column.total : sumOf(column, picking);
      if (total <= 0) continue;
      const target = random() * total;
      return whole ? firstAbove(column.cumulative, target) : walk(column, picking, target);
    }
    return uniform(picking, random);
  };
}

/** Any candidate, all equally likely. */
function uniform({ candidates, count }: Picking, random: Random): number {
  return candidates[Math.floor(random() * count)] ?? -1;
}

function sumOf({ values }: WeightColumn, { candidates, count }: Picking): number {
  let sum = 0;
  for (let index = 0; index < count; index++) sum += values[candidates[index] ?? 0] ?? 0;
  return sum;
}

/** The last candidate with a weight takes what rounding leaves over. */
function walk({ values }: WeightColumn, { candidates, count }: Picking, target: number): number {
  let left = target;
  let last = -1;
  for (let index = 0; index < count; index++) {
    const member = candidates[index] ?? 0;
    const value = values[member] ?? 0;
    if (value <= 0) continue;
    last = member;
    left -= value;
    if (left < 0) return member;
  }
  return last;
}
