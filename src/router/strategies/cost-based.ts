/**
 * The cheapest candidate below its limits, by the price of one input and one output token; among equals the first of
 * the configuration. O(n), nothing allocated.
 */
import type { Strategy, StrategyTools } from './contract.ts';
import { isOverLimit } from './limits.ts';

export function costBased({ state }: StrategyTools): Strategy {
  return (picking) => {
    const { group, candidates, count } = picking;
    let best = -1;
    let lowest = Number.POSITIVE_INFINITY;
    for (let index = 0; index < count; index++) {
      const member = candidates[index] ?? 0;
      const cost = group.costs[member] ?? Number.POSITIVE_INFINITY;
      if (cost >= lowest || isOverLimit(picking, member, state)) continue;
      lowest = cost;
      best = member;
    }
    return best;
  };
}
