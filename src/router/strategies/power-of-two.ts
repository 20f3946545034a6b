/**
 * Power of two choices: of two different random candidates the one with the lower expected wait, which is its weighted
 * mean latency times the calls it would have, divided by its `weight`. O(1), two random numbers; no herd to a single
 * fastest deployment, no scan. A deployment of weight 0 is taken only when the other has weight 0 too.
 */
import type { DeploymentFacts } from '../contract.ts';
import type { Strategy, StrategyTools } from './contract.ts';

/** Latency of a deployment that was never called: fast, so that it is tried soon, but its calls in flight count. */
const UNSEEN_SECONDS = 0.001;

export function powerOfTwo({ state, latencies, random }: StrategyTools): Strategy {
  const cost = (facts: DeploymentFacts | undefined): number => {
    if (facts === undefined || facts.weight === 0) return Number.POSITIVE_INFINITY;
    const seconds = latencies.ewma(facts.slot) || UNSEEN_SECONDS;
    return (seconds * (state.inFlight(facts.slot) + 1)) / (facts.weight ?? 1);
  };
  return ({ group, candidates, count }) => {
    if (count === 1) return candidates[0] ?? -1;
    const left = Math.floor(random() * count);
    const drawn = Math.floor(random() * (count - 1));
    const right = drawn < left ? drawn : drawn + 1;
    const first = candidates[left] ?? 0;
    const second = candidates[right] ?? 0;
    return cost(group.members[second]) < cost(group.members[first]) ? second : first;
  };
}
