/**
 * A random one of the fastest candidates below their limits: those whose mean latency is within the buffer of the
 * lowest, its edge included. Unseen deployments count 0 and so go first; streams are compared by their first tokens
 * where there are any. O(n), nothing allocated.
 */
import type { LatencySettings } from '../routing-policy.ts';
import type { Strategy, StrategyTools } from './contract.ts';
import { isOverLimit } from './limits.ts';
import { chooseWithin } from './lowest-score.ts';

export function latencyBased({ state, latencies, random }: StrategyTools, { buffer }: LatencySettings): Strategy {
  const scores = new Float64Array(state.deployments);
  return (picking) => {
    const { group, candidates, count, nowMs, stream } = picking;
    let lowest = Number.POSITIVE_INFINITY;
    for (let index = 0; index < count; index++) {
      const member = candidates[index] ?? 0;
      const score = isOverLimit(picking, member, state)
        ? Number.POSITIVE_INFINITY
        : latencies.score(group.slots[member] ?? 0, stream, nowMs);
      scores[index] = score;
      if (score < lowest) lowest = score;
    }
    if (lowest === Number.POSITIVE_INFINITY) return -1;
    return chooseWithin(picking, scores, lowest + buffer * lowest, random);
  };
}
