import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TableKey } from '../primitives/table-key.ts';
import { ConcurrencyLeases, NO_LEASE, reclaimLeases, type LeaseOptions } from './concurrency-leases.ts';
import { LeasePool } from './lease-pool.ts';

const START = 1_800_000_000_000;
const LEASE_MS = 10_000;

function leasesOf(options: Partial<LeaseOptions> = {}): ConcurrencyLeases {
  return new ConcurrencyLeases({ leaseMs: LEASE_MS, capacity: 100, leases: 100, ...options });
}
const keyOf = (leases: ConcurrencyLeases, text: string): TableKey => new TableKey().fill(leases.seed, 1, text);

afterEach(() => {
  vi.restoreAllMocks();
});

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

  it('gives back at once what a lane held that ended, and nothing of the others', () => {
    const first = leasesOf({ lane: 1 });
    const second = leasesOf({ lane: 2, shared: first.buffers });
    const [key, other] = [keyOf(first, 'a'), keyOf(first, 'b')];
    const late = [first.acquire(key, 4, START), first.acquire(key, 4, START), first.acquire(other, 1, START)];
    const kept = [second.acquire(key, 4, START), second.acquire(key, 4, START)];
    expect([second.acquire(key, 4, START), second.acquire(other, 1, START)]).toEqual([NO_LEASE, NO_LEASE]);
    expect(reclaimLeases({ buffers: first.buffers }, 1, START)).toBe(3);
    expect([second.inFlight(key, START), second.inFlight(other, START)]).toEqual([2, 0]);
    expect(late.map((handle) => second.release(key, handle, START))).toEqual([false, false, false]);
    expect(second.acquire(other, 1, START)).not.toBe(NO_LEASE);
    expect(kept.map((handle) => second.release(key, handle, START))).toEqual([true, true]);
    expect(reclaimLeases({ buffers: first.buffers }, 1, START)).toBe(0);
  });

  it('finds the leases of each limiter of a state, and none in a state without', () => {
    const [one, two] = [leasesOf({ lane: 3 }), leasesOf({ lane: 3 })];
    for (const leases of [one, two]) leases.acquire(keyOf(leases, 'a'), 1, START);
    const buffers = Object.fromEntries(
      [one, two].flatMap((leases, index) =>
        Object.entries(leases.buffers).map(([name, buffer]) => [`${index}.${name}`, buffer]),
      ),
    );
    expect(reclaimLeases({ buffers }, 3, START)).toBe(2);
    expect(reclaimLeases({ buffers: {} }, 3, START)).toBe(0);
  });

  it('reclaims every lease of random threads that end, whatever they did before', () => {
    const step = fc.record({
      lane: fc.nat(2),
      key: fc.constantFrom('a', 'b'),
      op: fc.constantFrom('acquire', 'acquire', 'acquire', 'release', 'end'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const lanes = [leasesOf({ lane: 0, leases: 12 })];
        for (const lane of [1, 2]) lanes.push(leasesOf({ lane, leases: 12, shared: lanes[0]?.buffers ?? {} }));
        let live: { lane: number; key: string; handle: number }[] = [];
        const answers: [unknown, unknown][] = [];
        for (const { lane, key: text, op } of steps) {
          const leases = lanes[lane] as ConcurrencyLeases;
          const key = keyOf(leases, text);
          const held = live.find((one) => one.lane === lane && one.key === text);
          if (op === 'acquire') {
            const handle = leases.acquire(key, 5, START);
            if (handle !== NO_LEASE) live.push({ lane, key: text, handle });
          } else if (op === 'release' && held !== undefined) {
            answers.push([leases.release(key, held.handle, START), true]);
            live = live.filter((one) => one !== held);
          } else if (op === 'end') {
            const owned = live.filter((one) => one.lane === lane);
            answers.push([reclaimLeases({ buffers: leases.buffers }, lane, START), owned.length]);
            live = live.filter((one) => one.lane !== lane);
          }
          for (const name of ['a', 'b']) {
            const expected = live.filter((one) => one.key === name).length;
            answers.push([leases.inFlight(keyOf(leases, name), START), expected]);
          }
        }
        expect(answers.map(([got]) => got)).toEqual(answers.map(([, want]) => want));
      }),
    );
  });

  it('heals the list of a key in which a thread ended half way', () => {
    const leases = leasesOf({ lane: 1 });
    const other = leasesOf({ lane: 2, shared: leases.buffers });
    const key = keyOf(leases, 'a');
    const kept = other.acquire(key, 5, START);
    leases.acquire(key, 5, START);
    const { words } = leases.table;
    const at = leases.table.find(key, 0);
    // As after `push` of a record, before it became the head and was counted.
    words[at] = 1;
    words[at + 1] = 1;
    leases.table.leave();
    expect(leases.reclaim(1, START)).toBe(0);
    expect(other.inFlight(key, START)).toBe(1);
    expect(other.release(key, kept, START)).toBe(true);
    expect(other.inFlight(key, START)).toBe(0);
    const handles = [1, 2, 3].map(() => other.acquire(key, 3, START));
    expect(handles).not.toContain(NO_LEASE);
    expect(other.acquire(key, 3, START)).toBe(NO_LEASE);
  });

  it('gives back a record that was taken and not yet used', () => {
    const pool = LeasePool.create(1);
    expect([pool.allocate(4), pool.allocate(5)]).toEqual([1, 0]);
    const leases = leasesOf({ shared: { leaseRecords: pool.buffer, leaseCounts: leasesOf().table.buffer } });
    expect(leases.reclaim(5, START)).toBe(0);
    expect(pool.allocate(5)).toBe(0);
    expect(leases.reclaim(4, START)).toBe(0);
    expect(pool.allocate(5)).toBe(1);
  });

  it.each(['isOfLane', 'ownerTag'] as const)('frees nothing twice that another thread frees after %s', (look) => {
    const leases = leasesOf({ lane: 1 });
    const other = leasesOf({ lane: 2, shared: leases.buffers });
    const key = keyOf(leases, 'a');
    leases.acquire(key, 1, START);
    const after = START + LEASE_MS;
    const seen = look === 'isOfLane' ? true : key.tag;
    vi.spyOn(LeasePool.prototype, look as 'ownerTag').mockImplementationOnce(() => {
      expect(other.inFlight(key, after)).toBe(0);
      return seen as number;
    });
    expect(leases.reclaim(1, after)).toBe(0);
    const records = [1, 2, 3].map(() => other.acquire(key, 3, after) % 2 ** 24);
    expect(new Set(records).size).toBe(3);
  });

  it('knows what is in flight, admits and releases without looking at each lease, also after some were renewed', () => {
    const leases = leasesOf({ leases: 3000 });
    const key = keyOf(leases, 'a');
    const handles = Array.from({ length: 1000 }, (_, index) => leases.acquire(key, 2000, START + index));
    const steps = vi.spyOn(LeasePool.prototype, 'expiry');
    expect(leases.inFlight(key, START + LEASE_MS / 2)).toBe(1000);
    for (const handle of handles.slice(0, 500)) expect(leases.renew(key, handle, START + LEASE_MS / 2)).toBe(true);
    expect(leases.release(key, handles[999] ?? 0, START + LEASE_MS / 2)).toBe(true);
    expect(leases.acquire(key, 2000, START + LEASE_MS / 2)).not.toBe(NO_LEASE);
    // Each renewal looks at its own lease.
    expect(steps).toHaveBeenCalledTimes(500);
    // One look at all when some may be over, and none until the next may be.
    expect(leases.inFlight(key, START + LEASE_MS + 1000)).toBe(501);
    expect(steps).toHaveBeenCalledTimes(1500);
    expect(leases.inFlight(key, START + 1.4 * LEASE_MS)).toBe(501);
    expect(steps).toHaveBeenCalledTimes(1500);
    expect(leases.inFlight(key, START + 1.5 * LEASE_MS + 100)).toBe(0);
  });

  it('refuses a pool that is none', () => {
    expect(() => leasesOf({ leases: 0 })).toThrow(RangeError);
    expect(() => leasesOf({ shared: { leaseRecords: new SharedArrayBuffer(64) } })).toThrow(TypeError);
  });
});
