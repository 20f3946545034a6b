/**
 * `npm run bench:router` (`-- --python PATH` to compare with LiteLLM): time and memory of a pick among 3, 10 and 100
 * deployments with each strategy, everything included that LiteLLM's `Router.get_available_deployment` does: the name is
 * resolved, cooldowns and limits are looked at, the strategy chooses. Half of the deployments have a history.
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
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

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const RANDOM = createPseudoRandom(7);

function build(strategy: StrategyName, size: number): RouterCore {
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

function measure(strategy: StrategyName, size: number): Row {
  const core = build(strategy, size);
  const request = routingRequest('g');
  if (pickMany(core, request, 100_000) < 0) throw new Error('nothing was picked');
  let fastest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    pickMany(core, request, PICKS);
    fastest = Math.min(fastest, Number(process.hrtime.bigint() - start) / PICKS);
  }
  return { strategy, deployments: size, ns: fastest, bytesPerPick: bytesPerPick(core, request) };
}

/** Too few picks for a collection of garbage to come between, so that every allocated byte is seen. */
function bytesPerPick(core: RouterCore, request: RoutingRequest): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    pickMany(core, request, PICKS_WITHOUT_COLLECTION);
    least = Math.min(least, (process.memoryUsage().heapUsed - before) / PICKS_WITHOUT_COLLECTION);
  }
  return least;
}

/** Microseconds of LiteLLM by `strategy deployments`. */
function measureLitellm(python: string): ReadonlyMap<string, number> {
  const script = path.join(import.meta.dirname, '../../bench/router/litellm-picks.py');
  const out = execFileSync(python, [script, ...SIZES.map(String)], {
    encoding: 'utf8',
    env: { ...process.env, LITELLM_LOCAL_MODEL_COST_MAP: 'True' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const rows = out
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  return new Map(rows.map(([strategy, size, us]) => [`${strategy} ${size}`, Number(us)]));
}

function main(): void {
  const at = process.argv.indexOf('--python');
  const python = at === -1 ? undefined : process.argv[at + 1];
  const litellm = python === undefined ? null : measureLitellm(python);
  const lines = ['strategy                 deployments   ns/pick   bytes/pick   LiteLLM µs   times'];
  for (const strategy of STRATEGIES) {
    for (const size of SIZES) {
      const { ns, bytesPerPick } = measure(strategy, size);
      const us = litellm?.get(`${strategy} ${size}`);
      const compared = us === undefined ? ['-', '-'] : [us.toFixed(1), ((us * 1000) / ns).toFixed(0)];
      lines.push(
        strategy.padEnd(25) +
          String(size).padStart(11) +
          ns.toFixed(1).padStart(10) +
          bytesPerPick.toFixed(3).padStart(13) +
          (compared[0] ?? '').padStart(13) +
          (compared[1] ?? '').padStart(8),
      );
    }
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

main();
