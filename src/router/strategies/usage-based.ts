/**
 * The candidate with the fewest tokens in this minute that is below its limits. Version 1 takes the first of the
 * configuration among equals, version 2 a random one. O(n), nothing allocated.
 */
import type { Strategy, StrategyTools } from './contract.ts';
import { isUsedUp } from './limits.ts';
import { chooseWithin } from './lowest-score.ts';

export function usageBased({ state }: StrategyTools): Strategy {
  return (picking) => {
    const { group, candidates, count, minute } = picking;
    let best = -1;
    let fewest = Number.POSITIVE_INFINITY;
    for (let index = 0; index < count; index++) {
      const member = candidates[index] ?? 0;
      const tokens = state.minutes.tokensIn(group.slots[member] ?? 0, minute);
      if (tokens >= fewest || isUsedUp(picking, member, state)) continue;
      fewest = tokens;
      best = member;
    }
    return best;
  };
}

export function usageBasedV2({ state, random }: StrategyTools): Strategy {
  const scores = new Float64Array(state.deployments);
  return (picking) => {
    const { group, candidates, count, minute } = picking;
    let fewest = Number.POSITIVE_INFINITY;
    for (let index = 0; index < count; index++) {
      const member = candidates[index] ?? 0;
      const tokens = state.minutes.tokensIn(group.slots[member] ?? 0, minute);
      const score = tokens > fewest || isUsedUp(picking, member, state) ? Number.POSITIVE_INFINITY : tokens;
      scores[index] = score;
      if (score < fewest) fewest = score;
    }
    return fewest === Number.POSITIVE_INFINITY ? -1 : chooseWithin(picking, scores, fewest, random);
  };
}
