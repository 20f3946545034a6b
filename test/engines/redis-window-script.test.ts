/** The window script on a real Redis against the same rules in plain words, which simulations use, for any reports. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectRedis, type RedisConnection } from '../../src/store/redis/connect-redis.ts';
import { RedisStore } from '../../src/store/redis/redis-store.ts';
import type { SliceReport } from '../../src/store/contract.ts';
import { SimulatedClusterStore } from '../support/simulated-cluster-store.ts';
import { RedisServer } from '../support/redis-server.ts';

let redis: RedisServer;
let connection: RedisConnection;
let store: RedisStore;
let names = 0;

beforeAll(async () => {
  redis = await RedisServer.start();
  connection = await connectRedis({ settings: redis.settings, onError: () => {}, random: Math.random });
  store = new RedisStore({ connection, namespace: 'script', windowMs: 60_000 });
});
afterAll(async () => {
  await store.close();
  await redis.kill();
});

interface Process {
  window: number;
  used: number;
  held: number;
}

const step = fc.record({
  process: fc.nat(2),
  use: fc.nat(6),
  keep: fc.nat(6),
  pending: fc.nat(12),
  ahead: fc.nat(20),
  smallest: fc.nat(3),
  forgets: fc.constantFrom(false, false, false, false, true),
});

describe('window script', () => {
  it('gives out what the oracle gives out, and never more than the limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 60 }), fc.array(step, { maxLength: 25 }), async (limit, steps) => {
        const key = String(++names).padStart(16, '0');
        const clock = 1_800_000_000_000;
        let simulatedWindow = 0;
        const processes = Array.from({ length: 3 }, (): Process => ({ window: 0, used: 0, held: 0 }));
        const oracle = new SimulatedClusterStore({ now: () => clock, windowMs: 60_000 });
        for (const { process: index, use, keep, pending, ahead, smallest, forgets } of steps) {
          const process = processes[index];
          if (process === undefined) continue;
          if (forgets) Object.assign(process, { window: 0, used: 0, held: 0 });
          const used = Math.min(use, process.held);
          process.used += used;
          const kept = Math.min(keep, process.held - used);
          const report: SliceReport = {
            kind: 'requests',
            key,
            limit,
            window: process.window,
            leftMs: 60_000,
            used: process.used,
            kept,
            pending,
            smallest: Math.min(smallest, pending),
            ahead,
          };
          const [answer] = await store.exchangeSlices({ id: `p${index}`, processes: 3 }, [report]);
          const [expected] = await oracle.exchangeSlices({ id: `p${index}`, processes: 3 }, [
            { ...report, window: report.window === 0 ? 0 : simulatedWindow },
          ]);
          simulatedWindow = expected?.window ?? 0;
          expect({ ...answer, window: 0, leftMs: 0 }).toEqual({ ...expected, window: 0, leftMs: 0 });
          expect(oracle.held(key)).toBeLessThanOrEqual(limit);
          const { window = 0, used: counted = 0, granted = 0 } = answer ?? {};
          Object.assign(process, { window, used: counted, held: kept + granted });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('answers a repeated report the same and counts it once', async () => {
    const report: SliceReport = {
      kind: 'tokens',
      key: 'f'.repeat(16),
      limit: 100,
      window: 0,
      leftMs: 0,
      used: 0,
      kept: 0,
      pending: 10,
      smallest: 10,
      ahead: 0,
    };
    const process = { id: 'p', processes: 2 };
    const [first] = await store.exchangeSlices(process, [report]);
    const again = { ...report, window: first?.window ?? 0, used: 10, pending: 0, smallest: 0 };
    for (let times = 0; times < 3; times++) {
      const [answer] = await store.exchangeSlices(process, [again]);
      expect(answer).toMatchObject({ used: 10, granted: 0, free: 90, possible: 90 });
    }
  });

  it('brings back a window that Redis has lost, and forgets one that is over', async () => {
    const key = 'e'.repeat(16);
    const second = Number((await redis.command('time')).split('\n')[0]);
    const lost = {
      kind: 'requests',
      key,
      limit: 10,
      window: second - 20,
      leftMs: 40_000,
      used: 7,
      kept: 1,
      pending: 0,
      smallest: 0,
      ahead: 0,
    } as const;
    const [back] = await store.exchangeSlices({ id: 'a', processes: 1 }, [lost]);
    expect(back).toMatchObject({ window: second - 20, used: 7, free: 2, possible: 3 });
    const over = { ...lost, window: second - 60, used: 9, pending: 1, smallest: 1 };
    const [next] = await store.exchangeSlices({ id: 'b', processes: 1 }, [over]);
    expect(next).toMatchObject({ window: second - 20, used: 0, granted: 1, free: 1 });
  });

  it('lays what was counted while Redis was away on top of the window that is there', async () => {
    const key = 'd'.repeat(16);
    const alone = {
      kind: 'requests',
      key,
      limit: 10,
      window: 0,
      leftMs: 30_000,
      used: 4,
      kept: 0,
      pending: 0,
      smallest: 0,
      ahead: 0,
    } as const;
    const [first] = await store.exchangeSlices({ id: 'a', processes: 2 }, [alone]);
    const [second] = await store.exchangeSlices({ id: 'b', processes: 2 }, [{ ...alone, used: 5, leftMs: 50_000 }]);
    expect(first?.leftMs).toBeLessThanOrEqual(31_000);
    expect(second).toMatchObject({ window: first?.window, used: 5, free: 1 });
  });
});
