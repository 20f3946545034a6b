/**
 * `node src/router/pick.bench.ts`: time and memory of a pick among 3, 10 and 100 deployments with each strategy, everything
 * included that LiteLLM's `Router.get_available_deployment` does: the name is resolved, cooldowns and limits are looked at,
 * the strategy chooses. Half of the deployments have a history. Beside LiteLLM's picks: `npm run bench:router`.
 */
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { LruMap } from '../primitives/lru-map.ts';
import type { RoutingRequest } from './contract.ts';
import { ModelIndex, type Resolution, type Unresolved } from './model-index.ts';
import { createPseudoRandom } from './pseudo-random.ts';
import { RouterCore } from './router-core.ts';
import { routingRequest } from './routing-request.ts';
import { readRoutingPolicy, SAFE_RESILIENCE, STRATEGIES, type StrategyName } from './routing-policy.ts';

const SIZES = [3, 10, 100] as const;
const PICKS = 200_000;
const ROUNDS = 5;
const PICKS_WITHOUT_COLLECTION = 100_000;

interface Row {
  readonly strategy: string;
  readonly deployments: number;
  readonly ns: number;
  readonly bytesPerPick: number;
}

const RANDOM = createPseudoRandom(7);

/** A router of one group `g` whose deployments with an even number have answered, each slower than the one before. */
export function routerForPicks(strategy: StrategyName, size: number): RouterCore {
  const deployments = Array.from({ length: size }, (_, index) => ({
    id: `d${index}`,
    modelName: 'g',
    model: `openai/m${index}`,
    params: { model: `openai/m${index}`, rpm: 1_000_000 },
    modelInfo: { id: `d${index}` },
  }));
  const now = (): number => 1_790_000_000_000;
  const core = new RouterCore({
    deployments,
    index: new ModelIndex({
      deployments,
      aliases: new Map(),
      providerOf: () => null,
      defaultFallback: null,
      cache: new LruMap<string, Resolution | Unresolved>(100),
    }),
    policy: readRoutingPolicy({ router: { routing_strategy: strategy }, resilience: SAFE_RESILIENCE }),
    knowledge: { costPerTokenPairOf: ({ id }) => id.length },
    isProvider: () => true,
    now,
    random: RANDOM,
  });
  for (let index = 0; index < size; index += 2) {
    const call = core.route(routingRequest(`d${index}`));
    call.next();
    call.succeeded({ seconds: 1 + index, firstTokenSeconds: null, totalTokens: 30 + index, completionTokens: 10 });
  }
  return core;
}

function pickMany(core: RouterCore, request: RoutingRequest, picks: number): number {
  let sum = 0;
  for (let pick = 0; pick < picks; pick++) sum += core.peek(request)?.slot ?? -1;
  return sum;
}

function measure(strategy: StrategyName, size: number, collectGarbage: () => void): Row {
  const core = routerForPicks(strategy, size);
  const request = routingRequest('g');
  if (pickMany(core, request, 100_000) < 0) throw new Error('nothing was picked');
  let fastest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    pickMany(core, request, PICKS);
    fastest = Math.min(fastest, Number(process.hrtime.bigint() - start) / PICKS);
  }
  return { strategy, deployments: size, ns: fastest, bytesPerPick: bytesPerPick(core, request, collectGarbage) };
}

/** Too few picks for a collection of garbage to come between, so that every allocated byte is seen. */
function bytesPerPick(core: RouterCore, request: RoutingRequest, collectGarbage: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    pickMany(core, request, PICKS_WITHOUT_COLLECTION);
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / PICKS_WITHOUT_COLLECTION);
  }
  return least;
}

function main(): void {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const lines = ['strategy                 deployments   ns/pick   bytes/pick'];
  for (const strategy of STRATEGIES) {
    for (const size of SIZES) {
      const { ns, bytesPerPick: bytes } = measure(strategy, size, collectGarbage);
      lines.push(
        strategy.padEnd(25) + String(size).padStart(11) + ns.toFixed(1).padStart(10) + bytes.toFixed(3).padStart(13),
      );
    }
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

if (import.meta.main) main();
