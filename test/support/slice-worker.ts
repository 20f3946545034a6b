/** A thread that counts in the slices of its process: asks until it was refused often enough, and tells what it got. */
import { setTimeout } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { LimiterState } from '../../src/rate-limit/contract.ts';
import { SliceSet } from '../../src/rate-limit/slices/slice-set.ts';
import { SlicedLimiter } from '../../src/rate-limit/slices/sliced-limiter.ts';

export interface SliceWorkerData {
  readonly state: LimiterState;
  readonly seed: number;
  readonly limit: number;
  readonly at: number;
}

const { state, seed, limit, at } = workerData as SliceWorkerData;
const slices = new SliceSet({ seed, capacity: 1000, leases: 1000, shared: state });
const limiter = new SlicedLimiter({ slices, waitMs: 2000, now: Date.now });
const scopes = limiter.prepare([{ key: 'api_key', value: 'threads', requests: limit, tokens: null, parallel: null }]);
const size = { kind: 'chat', characters: 0, outputCap: 0, candidates: 1 } as const;
let [admitted, waited, longestMs] = [0, 0, 0];

async function ask(): Promise<void> {
  for (let refusals = 0; refusals < 50;) {
    const asked = performance.now();
    const decision = limiter.admit(scopes, { size: () => size });
    if (decision instanceof Promise) waited++;
    const { admitted: isAdmitted } = await decision;
    const settledAt = performance.now();
    if (isAdmitted) {
      admitted++;
      refusals = 0;
    } else refusals++;
    longestMs = Math.max(longestMs, settledAt - asked);
    // The pace of a caller: without it one thread would take everything before the others have begun.
    await setTimeout(2);
  }
}

// As a server's sockets do: a thread that only waits for another one has nothing to live for.
const alive = setInterval(() => {}, 60_000);
await Promise.all(Array.from({ length: at }, ask));
clearInterval(alive);
parentPort?.postMessage({ admitted, waited, longestMs });
