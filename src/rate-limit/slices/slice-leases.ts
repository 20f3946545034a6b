/**
 * Slots of requests in flight that several processes share: each process may hold so many as it was given, and renews
 * that it does; the slots of a process that dies are free again when its time is over. Inside the process the leases are
 * those of `ConcurrencyLeases`.
 */
import type { TableKey } from '../../primitives/table-key.ts';
import { NO_LEASE, type ConcurrencyLeases } from '../concurrency-leases.ts';
import type { LeaseCounter } from '../contract.ts';
import type { SliceTable } from './slice-table.ts';

export class SliceLeases implements LeaseCounter {
  readonly slices: SliceTable;
  readonly #leases: ConcurrencyLeases;

  /** @param slices with the leases in flight as its use */
  constructor(slices: SliceTable, leases: ConcurrencyLeases) {
    this.slices = slices;
    this.#leases = leases;
  }

  get buffers(): Readonly<Record<string, SharedArrayBuffer>> {
    return this.#leases.buffers;
  }

  acquire(key: TableKey, limit: number, now: number): number {
    let handle = NO_LEASE;
    const taken = (): boolean => (handle = this.#leases.acquire(key, limit, now)) !== NO_LEASE;
    this.slices.take(key, limit, { amount: 1, taken }, now);
    return handle;
  }

  release(key: TableKey, handle: number, now: number): boolean {
    const isReleased = this.#leases.release(key, handle, now);
    if (isReleased) this.slices.touch(key, now);
    return isReleased;
  }

  renew(key: TableKey, handle: number, now: number): boolean {
    return this.#leases.renew(key, handle, now);
  }

  /** Of this process. */
  inFlight(key: TableKey, now: number): number {
    return this.#leases.inFlight(key, now);
  }
}
