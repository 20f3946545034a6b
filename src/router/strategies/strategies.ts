import type { LatencySettings, StrategyName } from '../routing-policy.ts';
import type { Strategy, StrategyTools } from './contract.ts';
import { costBased } from './cost-based.ts';
import { latencyBased } from './latency-based.ts';
import { leastBusy } from './least-busy.ts';
import { powerOfTwo } from './power-of-two.ts';
import { simpleShuffle } from './simple-shuffle.ts';
import { usageBased, usageBasedV2 } from './usage-based.ts';

export function createStrategy(name: StrategyName, tools: StrategyTools, latency: LatencySettings): Strategy {
  switch (name) {
    case 'simple-shuffle':
      return simpleShuffle(tools);
    case 'least-busy':
      return leastBusy(tools);
    case 'usage-based-routing':
      return usageBased(tools);
    case 'usage-based-routing-v2':
      return usageBasedV2(tools);
    case 'latency-based-routing':
      return latencyBased(tools, latency);
    case 'cost-based-routing':
      return costBased(tools);
    case 'p2c':
      return powerOfTwo(tools);
  }
}
