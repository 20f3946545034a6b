/**
 * A limit of requests or tokens that several processes share, as a counter: admits from this process's slice. Its window
 * is the cluster's, LiteLLM's 60 s from the first request anywhere.
 *
 * A refusal may be only for the moment: `isAsking` says so, and `SlicedLimiter` waits for the answer and tries again.
 * LiteLLM-compat: a correction counts only while the window of the taking lasts, as with its Redis.
 * Differs: a request that another scope refuses is given back here.
 */
import type { TableKey } from '../../primitives/table-key.ts';
import type { Charge, Counter } from '../contract.ts';
import type { SliceTable } from './slice-table.ts';

export class SliceCounter implements Counter {
  readonly keepsRefused = false;
  readonly buffers: Readonly<Record<string, SharedArrayBuffer>>;
  readonly slices: SliceTable;

  constructor(slices: SliceTable) {
    this.slices = slices;
    this.buffers = { slices: slices.table.buffer };
  }

  get seed(): number {
    return this.slices.table.seed;
  }

  take(key: TableKey, limit: number, amount: number, now: number): number {
    return this.slices.take(key, limit, { amount }, now);
  }

  isOver(key: TableKey, limit: number, now: number): boolean {
    return this.left(key, limit, now) < 1;
  }

  /** As far as known; what the process holds is found out by `take`. */
  left(key: TableKey, limit: number, now: number): number {
    return this.slices.left(key, limit, now);
  }

  adjust(key: TableKey, delta: number, { takenAt, limit }: Charge, now: number): void {
    if (delta === 0) return;
    const start = this.slices.windowStart(key, now);
    // Without a window only what is charged for now begins one.
    if (start === 0 ? delta < 0 || takenAt < now : takenAt < start) return;
    this.slices.adjust(key, delta, limit, now);
  }

  waitMs(key: TableKey, limit: number, amount: number, now: number): number {
    return this.left(key, limit, now) >= amount ? 0 : Math.max(1, this.slices.windowLeftMs(key, now));
  }
}
