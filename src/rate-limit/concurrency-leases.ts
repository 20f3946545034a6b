/**
 * Slots of requests in flight, as leases: each is a record with an expiry and a fence, so that a holder that dies gives
 * its slot back by time, and one that comes too late, or twice, gives back nothing. What a thread that died held is given
 * back at once by `reclaim`, which knows the leases of each lane.
 *
 * Promises: never more than `limit` unexpired leases of a key; acquiring and releasing cost a fixed number of steps as
 * long as the key is below its limit; at the limit the expired ones among its leases are looked for (at most `limit`
 * steps). 12 bytes a key and 32 bytes a lease; when no record is free, expired ones of all keys are reclaimed, and if
 * there is none the lease is refused.
 * Gives up: order; a lease that is renewed by nobody ends within a second of its time.
 */
import { SharedTable, type EntryPolicy } from '../primitives/shared-table.ts';
import { TableKey } from '../primitives/table-key.ts';
import type { LeaseCounter, LimiterState } from './contract.ts';
import { LeasePool } from './lease-pool.ts';

export interface LeaseOptions {
  readonly leaseMs: number;
  /** Keys with leases at the same time. */
  readonly capacity: number;
  /** Leases at the same time, all keys together. */
  readonly leases: number;
  readonly shared?: Readonly<Record<string, SharedArrayBuffer>>;
  readonly seed?: number;
  /** Of this thread, for `reclaim`; default 0. */
  readonly lane?: number;
}

/** In place of a handle. */
export const NO_LEASE = 0;

const TICK_MS = 100;
/** Words of an entry: newest lease, leases. */
const HEAD = 0;
const COUNT = 1;

export class ConcurrencyLeases implements LeaseCounter {
  readonly buffers: Readonly<Record<string, SharedArrayBuffer>>;
  readonly table: SharedTable;
  readonly #pool: LeasePool;
  readonly #leaseTicks: number;
  readonly #lane: number;
  readonly #owner = new TableKey();

  constructor(options: LeaseOptions) {
    const { shared, capacity, leases, seed, leaseMs, lane = 0 } = options;
    const [table, records] = [shared?.['leaseCounts'], shared?.['leaseRecords']];
    const pool = records === undefined ? LeasePool.create(leases) : new LeasePool(records);
    const policy = leasePolicy(pool);
    this.#pool = pool;
    this.#lane = lane;
    this.#leaseTicks = Math.max(1, Math.ceil(leaseMs / TICK_MS));
    this.table =
      table === undefined
        ? SharedTable.create({ capacity, policy, ...(seed === undefined ? {} : { seed }) })
        : new SharedTable(table, policy);
    this.buffers = { leaseCounts: this.table.buffer, leaseRecords: pool.buffer };
  }

  get seed(): number {
    return this.table.seed;
  }

  /** @returns a handle for `release` and `renew`, or `NO_LEASE` */
  acquire(key: TableKey, limit: number, now: number): number {
    let record = this.#pool.allocate(this.#lane);
    if (record === 0) {
      this.#reclaimExpired(now);
      record = this.#pool.allocate(this.#lane);
      if (record === 0) return NO_LEASE;
    }
    const { words } = this.table;
    const tick = tickOf(now);
    const at = this.table.enter(key, tick);
    if ((words[at + COUNT] ?? 0) >= limit) this.#prune(at, tick);
    const isFree = (words[at + COUNT] ?? 0) < limit;
    let handle = NO_LEASE;
    if (isFree) {
      this.#pool.own(record, key.place, key.tag);
      this.#pool.setExpiry(record, (tick + this.#leaseTicks) | 0);
      this.#pool.push(record, words[at + HEAD] ?? 0);
      words[at + HEAD] = record;
      words[at + COUNT] = (words[at + COUNT] ?? 0) + 1;
      handle = this.#pool.handle(record);
    }
    this.table.leave();
    if (!isFree) this.#pool.free(record);
    return handle;
  }

  /** @returns whether the lease was still there; a second release, or a late one, changes nothing */
  release(key: TableKey, handle: number, now: number): boolean {
    const at = this.table.find(key, tickOf(now));
    const record = at === -1 ? 0 : this.#recordOf(key, handle);
    if (record !== 0) this.#remove(at, record);
    this.table.leave();
    return record !== 0;
  }

  /** Lets the lease live for another `leaseMs` from now. @returns whether it was still there */
  renew(key: TableKey, handle: number, now: number): boolean {
    const { words } = this.table;
    const tick = tickOf(now);
    const at = this.table.find(key, tick);
    const record = at === -1 ? 0 : this.#recordOf(key, handle);
    const isAlive = record !== 0 && ((this.#pool.expiry(record) - tick) | 0) > 0;
    if (isAlive) {
      // The head is the one that lives longest.
      words[at + HEAD] = this.#pool.unlink(record, words[at + HEAD] ?? 0);
      this.#pool.setExpiry(record, (tick + this.#leaseTicks) | 0);
      this.#pool.push(record, words[at + HEAD] ?? 0);
      words[at + HEAD] = record;
    }
    this.table.leave();
    return isAlive;
  }

  /** Unexpired leases. */
  inFlight(key: TableKey, now: number): number {
    const tick = tickOf(now);
    const at = this.table.find(key, tick);
    if (at !== -1) this.#prune(at, tick);
    const count = at === -1 ? 0 : (this.table.words[at + COUNT] ?? 0);
    this.table.leave();
    return count;
  }

  /**
   * Gives back what a thread of the lane held, which must have ended. Heals what it left half done.
   * @returns number of leases
   */
  reclaim(lane: number, now: number): number {
    const pool = this.#pool;
    let reclaimed = 0;
    for (let record = 1; record <= pool.highest; record++) {
      if (!pool.isOfLane(record, lane)) continue;
      this.#owner.place = pool.ownerPlace(record);
      this.#owner.tag = pool.ownerTag(record);
      // Taken for a key that it had not been given to yet.
      if (this.#owner.tag === 0) pool.free(record);
      else if (this.#takeBack(record, tickOf(now))) reclaimed++;
    }
    return reclaimed;
  }

  #takeBack(record: number, tick: number): boolean {
    const { words } = this.table;
    const at = this.table.find(this.#owner, tick);
    let isListed = false;
    if (at !== -1) {
      this.#pool.relink(words[at + HEAD] ?? 0);
      isListed = this.#pool.isListed(record, words[at + HEAD] ?? 0);
      if (isListed) words[at + HEAD] = this.#pool.unlink(record, words[at + HEAD] ?? 0);
      words[at + COUNT] = this.#pool.relink(words[at + HEAD] ?? 0);
    }
    this.#pool.free(record);
    this.table.leave();
    return isListed;
  }

  #recordOf(key: TableKey, handle: number): number {
    const record = this.#pool.recordOf(handle);
    return record !== 0 && this.#pool.isOwn(record, key.place, key.tag) ? record : 0;
  }

  #prune(at: number, tick: number): void {
    const pool = this.#pool;
    let record = this.table.words[at + HEAD] ?? 0;
    // A thread that died in here may have left a list that bites its tail.
    for (let steps = 0; record !== 0 && steps < pool.records; steps++) {
      const next = pool.next(record);
      if (((pool.expiry(record) - tick) | 0) <= 0) this.#remove(at, record);
      record = next;
    }
  }

  #remove(at: number, record: number): void {
    const { words } = this.table;
    words[at + HEAD] = this.#pool.unlink(record, words[at + HEAD] ?? 0);
    words[at + COUNT] = Math.max(0, (words[at + COUNT] ?? 0) - 1);
    this.#pool.free(record);
  }

  /** Gives back the expired leases of all keys. */
  #reclaimExpired(now: number): void {
    const pool = this.#pool;
    const tick = tickOf(now);
    for (let record = 1; record <= pool.highest; record++) {
      if (pool.ownerTag(record) === 0 || ((pool.expiry(record) - tick) | 0) > 0) continue;
      this.#owner.place = pool.ownerPlace(record);
      this.#owner.tag = pool.ownerTag(record);
      if (this.#owner.tag === 0) continue;
      const at = this.table.find(this.#owner, tick);
      if (at !== -1) this.#prune(at, tick);
      this.table.leave();
    }
  }
}

/**
 * Gives back what a thread that has ended held of a limiter's slots.
 * @returns number of leases
 */
export function reclaimLeases({ buffers }: LimiterState, lane: number, now: number): number {
  let reclaimed = 0;
  for (const name of Object.keys(buffers)) {
    if (!name.endsWith('leaseRecords')) continue;
    const prefix = name.slice(0, -'leaseRecords'.length);
    const [leaseRecords, leaseCounts] = [buffers[name], buffers[`${prefix}leaseCounts`]];
    if (leaseRecords === undefined || leaseCounts === undefined) continue;
    // The sizes are those of the buffers.
    const leases = new ConcurrencyLeases({ leaseMs: 1, capacity: 1, leases: 1, shared: { leaseRecords, leaseCounts } });
    reclaimed += leases.reclaim(lane, now);
  }
  return reclaimed;
}

function tickOf(now: number): number {
  return Math.floor(now / TICK_MS) | 0;
}

function leasePolicy(pool: LeasePool): EntryPolicy {
  return {
    words: 2,
    sweepTicks: 2 ** 30,
    remainingTicks: (words, at, tick) => {
      const head = words[at + HEAD] ?? 0;
      return head === 0 ? 0 : Math.max(0, (pool.expiry(head) - tick) | 0);
    },
    dropped: (words, at) => {
      let record = words[at + HEAD] ?? 0;
      for (let steps = 0; record !== 0 && steps < pool.records; steps++) {
        const next = pool.next(record);
        pool.free(record);
        record = next;
      }
    },
  };
}
