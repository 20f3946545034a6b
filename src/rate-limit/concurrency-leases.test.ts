import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TableKey } from '../primitives/table-key.ts';
import { ConcurrencyLeases, NO_LEASE, type LeaseOptions } from './concurrency-leases.ts';

const START = 1_800_000_000_000;
const LEASE_MS = 10_000;

function leasesOf(options: Partial<LeaseOptions> = {}): ConcurrencyLeases {
  return new ConcurrencyLeases({ leaseMs: LEASE_MS, capacity: 100, leases: 100, ...options });
}
const keyOf = (leases: ConcurrencyLeases, text: string): TableKey => new TableKey().fill(leases.seed, 1, text);

describe('ConcurrencyLeases', () => {
  it('gives out as many slots as the limit, and again those that come back', () => {
    const leases = leasesOf();
    const key = keyOf(leases, 'a');
    const [first, second] = [leases.acquire(key, 2, START), leases.acquire(key, 2, START)];
    expect(leases.acquire(key, 2, START)).toBe(NO_LEASE);
    expect(leases.inFlight(key, START)).toBe(2);
    expect(leases.release(key, first, START)).toBe(true);
    expect(leases.acquire(key, 2, START)).not.toBe(NO_LEASE);
    expect(leases.release(key, second, START)).toBe(true);
  });

  it('gives nothing back for a handle that came back, is late, or belongs to another key', () => {
    const leases = leasesOf();
    const [key, other] = [keyOf(leases, 'a'), keyOf(leases, 'b')];
    const handle = leases.acquire(key, 1, START);
    const kept = leases.acquire(other, 1, START);
    expect(leases.release(other, handle, START)).toBe(false);
    expect(leases.release(key, handle, START)).toBe(true);
    const next = leases.acquire(key, 1, START);
    expect(leases.release(key, handle, START)).toBe(false);
    expect([leases.inFlight(key, START), leases.inFlight(other, START)]).toEqual([1, 1]);
    const after = START + LEASE_MS;
    expect(leases.acquire(key, 1, after)).not.toBe(NO_LEASE);
    expect(leases.release(key, next, after)).toBe(false);
    expect(leases.renew(other, kept, after)).toBe(false);
    for (const odd of [0, -1, 1.5, Number.NaN, 2 ** 52]) expect(leases.release(key, odd, after)).toBe(false);
  });

  it('lets a lease live on that is renewed', () => {
    const leases = leasesOf();
    const key = keyOf(leases, 'a');
    const handle = leases.acquire(key, 2, START);
    leases.acquire(key, 2, START + 5000);
    expect(leases.renew(key, handle, START + 9000)).toBe(true);
    expect(leases.inFlight(key, START + 15_000)).toBe(1);
    expect(leases.release(key, handle, START + 15_000)).toBe(true);
  });

  it('reclaims what dead holders of other keys left when no record is free', () => {
    const leases = leasesOf({ leases: 3 });
    for (const name of ['a', 'b', 'c']) leases.acquire(keyOf(leases, name), 5, START);
    expect(leases.acquire(keyOf(leases, 'd'), 5, START)).toBe(NO_LEASE);
    expect(leases.acquire(keyOf(leases, 'd'), 5, START + LEASE_MS)).not.toBe(NO_LEASE);
    expect(leases.inFlight(keyOf(leases, 'a'), START + LEASE_MS)).toBe(0);
  });

  it('agrees with a list of leases, whoever crashes and comes back late', () => {
    const step = fc.record({
      wait: fc.integer({ min: -20, max: 60 }).map((tenths) => tenths * 100),
      key: fc.constantFrom('a', 'b', 'c'),
      op: fc.constantFrom('acquire', 'acquire', 'release', 'crash', 'renew', 'count'),
      pick: fc.nat(100),
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), fc.array(step, { maxLength: 100 }), (limit, steps) => {
        const leases = leasesOf({ capacity: 4 });
        // A list that is looked at only when its key is: what expired then is gone for good.
        let live: { key: string; handle: number; end: number }[] = [];
        const handles: { key: string; handle: number }[] = [];
        const answers: [unknown, unknown][] = [];
        let now = START;
        for (const { wait, key: text, op, pick } of steps) {
          now = Math.max(now + wait, now);
          const key = keyOf(leases, text);
          live = live.filter(({ end }) => end > now);
          const held = handles[pick % Math.max(1, handles.length)];
          if (op === 'acquire') {
            const handle = leases.acquire(key, limit, now);
            answers.push([handle !== NO_LEASE, live.filter((lease) => lease.key === text).length < limit]);
            if (handle !== NO_LEASE) {
              live.push({ key: text, handle, end: now + LEASE_MS });
              handles.push({ key: text, handle });
            }
          } else if (op === 'count') {
            answers.push([leases.inFlight(key, now), live.filter((lease) => lease.key === text).length]);
          } else if (held !== undefined && op !== 'crash') {
            const lease = live.find(({ handle }) => handle === held.handle);
            const owner = keyOf(leases, held.key);
            if (op === 'renew') {
              answers.push([leases.renew(owner, held.handle, now), lease !== undefined]);
              if (lease !== undefined) lease.end = now + LEASE_MS;
            } else {
              const isGone = leases.release(owner, held.handle, now);
              if (lease !== undefined) answers.push([isGone, true]);
              live = live.filter((each) => each !== lease);
            }
          }
        }
        expect(answers.map(([got]) => got)).toEqual(answers.map(([, want]) => want));
      }),
    );
  });

  it('frees the slots of a thread that was killed while it held them', async () => {
    const leases = leasesOf();
    const key = keyOf(leases, 'a');
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       (async () => {
         const { ConcurrencyLeases } = await import(workerData.module);
         const { TableKey } = await import(workerData.tableKey);
         const leases = new ConcurrencyLeases({ leaseMs: ${LEASE_MS}, capacity: 100, leases: 100, shared: workerData.shared });
         const key = new TableKey().fill(leases.seed, 1, 'a');
         const handles = [1, 2, 3].map(() => leases.acquire(key, 3, ${START}));
         parentPort.postMessage(handles);
         setInterval(() => {}, 1000);
       })();`,
      {
        eval: true,
        workerData: {
          module: new URL('./concurrency-leases.ts', import.meta.url).href,
          tableKey: new URL('../primitives/table-key.ts', import.meta.url).href,
          shared: leases.buffers,
        },
      },
    );
    const handles = await new Promise<number[]>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    expect(leases.acquire(key, 3, START + LEASE_MS - 100)).toBe(NO_LEASE);
    expect(leases.acquire(key, 3, START + LEASE_MS)).not.toBe(NO_LEASE);
    expect(handles.map((handle) => leases.release(key, handle, START + LEASE_MS))).toEqual([false, false, false]);
  });

  it('refuses a pool that is none', () => {
    expect(() => leasesOf({ leases: 0 })).toThrow(RangeError);
    expect(() => leasesOf({ shared: { leaseRecords: new SharedArrayBuffer(64) } })).toThrow(TypeError);
  });
});
