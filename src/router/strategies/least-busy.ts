/** The candidate with the fewest calls under way; among equals the first of the configuration. O(n). */
import type { Strategy, StrategyTools } from './contract.ts';

export function leastBusy({ state }: StrategyTools): Strategy {
  return ({ group, candidates, count }) => {
    let best = -1;
    let fewest = Number.POSITIVE_INFINITY;
    for (let index = 0; index < count; index++) {
      const member = candidates[index] ?? 0;
      const calls = state.inFlight(group.slots[member] ?? 0);
      if (calls >= fewest) continue;
      fewest = calls;
      best = member;
    }
    return best;
  };
}
