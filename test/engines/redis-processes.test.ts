/** Three Node processes under load over one Redis; one of them is killed and another one started in its place. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PACE_MS } from '../support/cluster-order.ts';
import { ClusterProcess } from '../support/cluster-process.ts';
import { RedisServer } from '../support/redis-server.ts';

const REPORT_MS = 100;
let redis: RedisServer;
const processes: ClusterProcess[] = [];

beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(async () => {
  await redis.kill();
});
afterEach(async () => {
  await Promise.all(processes.splice(0).map((one) => one.kill()));
});

async function start(namespace: string): Promise<ClusterProcess> {
  const started = await ClusterProcess.start(redis.port, namespace);
  processes.push(started);
  return started;
}

describe('three processes', () => {
  it('admit the limit exactly under load, and no more when one is killed and started again', async () => {
    const [first, second, third] = [await start('load'), await start('load'), await start('load')];
    const limit = 2000;
    const flood = { name: 'busy', kind: 'requests', limit, patience: 60 } as const;
    const floods = [first.ask({ ...flood, at: 8 }), second.ask({ ...flood, at: 4 }), third.ask({ ...flood, at: 1 })];
    await first.admittedMoreThan(300);
    await second.kill();
    const fourth = await start('load');
    floods.push(fourth.ask({ ...flood, at: 4 }));
    await Promise.all(floods);
    const admitted = processes.map((one) => one.admitted);
    const all = admitted.reduce((sum, count) => sum + count, 0);
    expect(all).toBeLessThanOrEqual(limit);
    // What the killed one held, twice its use between two reports, and what it admitted without having told.
    const betweenReports = (4 * REPORT_MS) / PACE_MS;
    expect(all).toBeGreaterThanOrEqual(limit - 3 * betweenReports);
    expect(Math.min(...admitted)).toBeGreaterThan(0);
  });

  it('give the slots of a killed process to others within its lease', async () => {
    const [first, second] = [await start('slots'), await start('slots')];
    const ask = { name: 'slots', kind: 'parallel', limit: 3, patience: 0 } as const;
    await first.ask({ ...ask, at: 3 });
    expect(first.admitted).toBe(3);
    await second.ask({ ...ask, at: 1 });
    expect(second.admitted).toBe(0);
    await first.kill();
    const killedAt = Date.now();
    // The lease that the killed one renewed last has to expire: that takes its 12 s.
    await expect
      .poll(
        async () => {
          await second.ask({ ...ask, at: 1 });
          return second.admitted;
        },
        { interval: 100, timeout: 15_000 },
      )
      .toBe(1);
    expect(Date.now() - killedAt).toBeGreaterThan(5000);
  });
});
