/**
 * Slots of requests in flight, as leases: each is a record with an expiry and a fence, so that a holder that dies gives
 * its slot back by time, and one that comes too late, or twice, gives back nothing. What a thread that died held is given
 * back at once by `reclaim`, which knows the leases of each lane.
 *
 * Promises: never more than `limit` unexpired leases of a key; acquiring, releasing and counting cost a fixed number of
 * steps; only when one of a key's leases may have expired are they looked at one by one. 16 bytes a key and 32 bytes a
 * lease; when no record is free, expired ones of all keys are reclaimed, and if there is none the lease is refused.
 * Gives up: order; a lease that is renewed by nobody ends within a second of its time.
 */
import type { EntryPolicy, SharedTable } from '../primitives/shared-table.ts';
import { TableKey } from '../primitives/table-key.ts';
import type { LeaseCounter, LimiterState } from './contract.ts';
import { LeasePool } from './lease-pool.ts';
import { openTable } from './open-table.ts';

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
/** Words of an entry: newest lease, leases, tick before which none of them expires. */
const HEAD = 0;
const COUNT = 1;
const EARLIEST = 2;
const WORDS = 3;

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
    this.table = openTable(policy, { capacity, seed, buffer: table });
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
      this.#link(at, record, tick);
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
      words[at + HEAD] = this.#pool.unlink(record, words[at + HEAD] ?? 0);
      this.#link(at, record, tick);
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
   * Gives back what a thread of the lane held, which must have ended. Heals what it left half done. Other threads may count
   * meanwhile: what is read without a lock only says where to look.
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
      if (this.#owner.tag === 0) pool.freeUnowned(record, lane);
      else if (this.#takeBack(record, lane, tickOf(now))) reclaimed++;
    }
    return reclaimed;
  }

  #takeBack(record: number, lane: number, tick: number): boolean {
    const { words } = this.table;
    const { place, tag } = this.#owner;
    const at = this.table.find(this.#owner, tick);
    // Who gives back a lease holds its owner's group. What was read before that may be old: another thread may have given
    // it back as expired meanwhile, and a record that is free must not become free again.
    const isHeld = this.#pool.isOfLane(record, lane) && this.#pool.isOwn(record, place, tag);
    let isListed = false;
    if (isHeld && at !== -1) {
      this.#pool.relink(words[at + HEAD] ?? 0);
      isListed = this.#pool.isListed(record, words[at + HEAD] ?? 0);
      if (isListed) words[at + HEAD] = this.#pool.unlink(record, words[at + HEAD] ?? 0);
      words[at + COUNT] = this.#pool.relink(words[at + HEAD] ?? 0);
    }
    if (isHeld) this.#pool.free(record);
    this.table.leave();
    return isListed;
  }

  #recordOf(key: TableKey, handle: number): number {
    const record = this.#pool.recordOf(handle);
    return record !== 0 && this.#pool.isOwn(record, key.place, key.tag) ? record : 0;
  }

  /** Puts a record at the head, which is the one that lives longest. */
  #link(at: number, record: number, tick: number): void {
    const { words } = this.table;
    const head = words[at + HEAD] ?? 0;
    const expiry = (tick + this.#leaseTicks) | 0;
    // A clock that stepped back makes the newest the first to end.
    if (head === 0 || ((expiry - (words[at + EARLIEST] ?? 0)) | 0) < 0) words[at + EARLIEST] = expiry;
    this.#pool.setExpiry(record, expiry);
    this.#pool.push(record, head);
    words[at + HEAD] = record;
  }

  /** Ends the leases of an entry that have expired. */
  #prune(at: number, tick: number): void {
    const { words } = this.table;
    if ((((words[at + EARLIEST] ?? 0) - tick) | 0) > 0) return;
    const pool = this.#pool;
    let soonest = this.#leaseTicks;
    let record = words[at + HEAD] ?? 0;
    // A thread that died in here may have left a list that bites its tail.
    for (let steps = 0; record !== 0 && steps < pool.records; steps++) {
      const next = pool.next(record);
      const left = (pool.expiry(record) - tick) | 0;
      if (left <= 0) this.#remove(at, record);
      else soonest = Math.min(soonest, left);
      record = next;
    }
    words[at + EARLIEST] = (tick + soonest) | 0;
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
    words: WORDS,
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
