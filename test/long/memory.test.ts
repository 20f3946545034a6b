/** Memory that must not grow: entries M1 and M2 of the fault catalogue, and the 100,000 requests of the size budget. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Flood, type FloodRequest } from '../support/flood.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { residentMegabytes } from '../support/resident-memory.ts';

const REQUESTS = 100_000;
/** Until the engine's heap has its working size: between 20,000 and 40,000 requests it still takes a step of 27 MB. */
const WARM_UP = 40_000;
const AT_ONCE = 50;
const GROWTH_MB = 30;

const CONFIG = `
model_list:
  - { model_name: fast, litellm_params: { model: simulated/fast } }
  - { model_name: slow, litellm_params: { model: simulated/gpt } }
  - { model_name: "any/*", litellm_params: { model: simulated/* } }
general_settings: { master_key: sk-1234 }
`;

let gateway: GatewayProcess;
let flood: Flood;

beforeAll(async () => {
  gateway = await GatewayProcess.start(CONFIG);
  flood = new Flood(gateway.url, AT_ONCE);
});

afterAll(async () => {
  flood.close();
  await gateway.stop();
});

const messages = [{ role: 'user', content: 'hello' }];

describe('memory', () => {
  test('100,000 ordinary requests add at most 30 MB', async () => {
    await flood.run(WARM_UP, () => ({ key: 'sk-1234', body: { model: 'fast', messages } }));
    const before = residentMegabytes(gateway.pid);
    const statuses = await flood.run(REQUESTS, () => ({ key: 'sk-1234', body: { model: 'fast', messages } }));
    expect([...statuses]).toEqual([[200, REQUESTS]]);
    expect(residentMegabytes(gateway.pid) - before).toBeLessThan(GROWTH_MB);
  });

  test('100,000 names, users and keys that clients make up leave nothing behind', async () => {
    const next = (index: number): FloodRequest => {
      const odd = { model: `unknown-${index}`, messages, user: `user-${index}` };
      if (index % 3 === 0) return { key: `sk-wrong-${index}`, body: odd };
      return { key: 'sk-1234', body: index % 3 === 1 ? odd : { ...odd, model: `any/fast+${index}` } };
    };
    await flood.run(REQUESTS / 2, next);
    const half = residentMegabytes(gateway.pid);
    await flood.run(REQUESTS / 2, (index) => next(index + REQUESTS / 2));
    expect(residentMegabytes(gateway.pid) - half).toBeLessThan(25);
  });

  test('3 × 1,000 clients that leave in the middle of a stream leave nothing behind', async () => {
    const figures: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (let started = 0; started < 1000; started += AT_ONCE) {
        await flood.leaveEarly({ key: 'sk-1234', body: { model: 'slow', messages, stream: true } });
      }
      figures.push(residentMegabytes(gateway.pid));
    }
    expect((figures[2] ?? 0) - (figures[0] ?? 0)).toBeLessThan(25);
  });
});
