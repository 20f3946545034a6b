/** Threads that count in shared memory while the control thread of their process speaks to Redis. */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ClusterMember } from '../support/cluster-member.ts';
import { RedisServer } from '../support/redis-server.ts';
import type { SliceWorkerData } from '../support/slice-worker.ts';

interface Outcome {
  readonly admitted: number;
  readonly waited: number;
  readonly longestMs: number;
}

const LIMIT = 1500;
let redis: RedisServer;
const members: ClusterMember[] = [];

beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(async () => {
  await Promise.all(members.map((member) => member.sync.stop()));
  await redis.kill();
});

it('admits the limit exactly over two processes with two threads each', async () => {
  for (let count = 0; count < 2; count++) members.push(await ClusterMember.start({ settings: redis.settings }));
  const outcomes = await Promise.all(
    members.flatMap(({ slices }) => [startWorker(slices.state, 6), startWorker(slices.state, 2)]),
  );
  expect(outcomes.reduce((sum, { admitted }) => sum + admitted, 0)).toBe(LIMIT);
  // Each had its part, and most decisions were made in memory.
  for (const { admitted, waited, longestMs } of outcomes) {
    expect(admitted).toBeGreaterThan(0);
    expect(waited).toBeLessThan(admitted / 2);
    // The answer wakes the thread; it does not find out at its time-out of 2 s.
    expect(longestMs).toBeLessThan(500);
  }
});

function startWorker(state: SliceWorkerData['state'], at: number): Promise<Outcome> {
  const workerData: SliceWorkerData = { state, seed: 7, limit: LIMIT, at };
  const worker = new Worker(path.join(import.meta.dirname, '../support/slice-worker.ts'), { workerData });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
