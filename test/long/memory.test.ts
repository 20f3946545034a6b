/** Memory that must not grow: entries M1 and M2 of the fault catalogue, and the 100,000 requests of the size budget. */
import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

beforeAll(async () => {
  gateway = await GatewayProcess.start(CONFIG);
});

afterAll(async () => {
  agent.destroy();
  await gateway.stop();
});

interface Ask {
  readonly key: string;
  readonly body: object;
}

async function ask({ key, body }: Ask): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const call = request(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, agent }, (reply) => {
      reply.resume();
      reply.on('end', () => resolve(reply.statusCode ?? 0));
    });
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}

/** Sends `count` requests, `AT_ONCE` at a time. @returns how often each status came */
async function flood(count: number, next: (index: number) => Ask): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  let index = 0;
  const worker = async (): Promise<void> => {
    while (index < count) {
      const status = await ask(next(index++));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return statuses;
}

const messages = [{ role: 'user', content: 'hello' }];

describe('memory', () => {
  test('100,000 ordinary requests add at most 30 MB', async () => {
    await flood(WARM_UP, () => ({ key: 'sk-1234', body: { model: 'fast', messages } }));
    const before = residentMegabytes(gateway.pid);
    const statuses = await flood(REQUESTS, () => ({ key: 'sk-1234', body: { model: 'fast', messages } }));
    expect([...statuses]).toEqual([[200, REQUESTS]]);
    expect(residentMegabytes(gateway.pid) - before).toBeLessThan(GROWTH_MB);
  });

  test('100,000 names, users and keys that clients make up leave nothing behind', async () => {
    const next = (index: number): Ask => {
      const odd = { model: `unknown-${index}`, messages, user: `user-${index}` };
      if (index % 3 === 0) return { key: `sk-wrong-${index}`, body: odd };
      return { key: 'sk-1234', body: index % 3 === 1 ? odd : { ...odd, model: `any/fast+${index}` } };
    };
    await flood(REQUESTS / 2, next);
    const half = residentMegabytes(gateway.pid);
    await flood(REQUESTS / 2, (index) => next(index + REQUESTS / 2));
    expect(residentMegabytes(gateway.pid) - half).toBeLessThan(25);
  });

  test('3 × 1,000 clients that leave in the middle of a stream leave nothing behind', async () => {
    const figures: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (let started = 0; started < 1000; started += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, leaveEarly));
      }
      figures.push(residentMegabytes(gateway.pid));
    }
    expect((figures[2] ?? 0) - (figures[0] ?? 0)).toBeLessThan(25);
  });
});

/** Reads the first piece of a stream and goes. */
async function leaveEarly(): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: 'Bearer sk-1234', 'content-type': 'application/json' };
    const call = request(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, agent: false }, (reply) => {
      reply.once('data', () => {
        call.destroy();
        resolve();
      });
    });
    call.on('error', reject);
    call.end(JSON.stringify({ model: 'slow', messages, stream: true }));
  });
}
