/** Cost: a pick that succeeds allocates nothing. Every allocated object would be at least 12 bytes a pick. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { testRouter } from '../../test/support/router.ts';
import { createPseudoRandom } from './pseudo-random.ts';
import { routingRequest } from './routing-request.ts';
import { STRATEGIES } from './routing-policy.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const PICKS = 50_000;

describe('heap growth', () => {
  const random = createPseudoRandom(3);
  const request = routingRequest('g');

  it.each(STRATEGIES)('%s', (routing_strategy) => {
    const deployments = Array.from({ length: 10 }, (_, index) => ({ id: `d${index}`, params: { rpm: 1_000_000 } }));
    const { core } = testRouter(deployments, { router: { routing_strategy }, random });
    const picks = (): number => {
      let sum = 0;
      for (let pick = 0; pick < PICKS; pick++) sum += core.peek(request)?.slot ?? Number.NaN;
      return sum;
    };
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 12 && least >= 1; round++) {
      expect(picks()).not.toBeNaN();
      collectGarbage();
      const before = process.memoryUsage().heapUsed;
      picks();
      least = Math.min(least, (process.memoryUsage().heapUsed - before) / PICKS);
    }
    expect(least).toBeLessThan(1);
  });
});

describe('createPseudoRandom', () => {
  it('is uniform, and different for each seed', () => {
    const next = createPseudoRandom(1);
    const cells = new Array<number>(16).fill(0);
    for (let draw = 0; draw < 160_000; draw++) {
      const value = next();
      const cell = Math.floor(value * 16);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    expect(cells.length).toBe(16);
    const chiSquared = cells.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquared).toBeLessThan(40);
    expect(createPseudoRandom(1)()).toBe(createPseudoRandom(1)());
    expect(new Set(Array.from({ length: 50 }, (_, seed) => createPseudoRandom(seed)())).size).toBe(50);
  });
});
