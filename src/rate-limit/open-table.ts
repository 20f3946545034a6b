import { SharedTable, type EntryPolicy } from '../primitives/shared-table.ts';

export interface OpenTableOptions {
  /** Keys at the same time. */
  readonly capacity: number;
  /** Secret of the hash; default random. */
  readonly seed?: number | undefined;
  /** Another thread's table, instead of a new one; its capacity and seed count then. */
  readonly buffer?: SharedArrayBuffer | undefined;
}

export function openTable(policy: EntryPolicy, { capacity, seed, buffer }: OpenTableOptions): SharedTable {
  if (buffer !== undefined) return new SharedTable(buffer, policy);
  return SharedTable.create({ capacity, policy, ...(seed === undefined ? {} : { seed }) });
}
