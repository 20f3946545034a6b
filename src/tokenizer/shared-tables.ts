/**
 * The token tables of the rank files that are open in this process. A table is built once: threads that start later find
 * it in the environment data of `node:worker_threads` and share the memory.
 */
import { readFileSync } from 'node:fs';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { buildTokenArrays } from './build-token-arrays.ts';
import { tokenArraysOf, type TokenArrays } from './token-arrays.ts';

const keyOf = (ranks: string): string => `fast-litellm/tokens/${ranks}`;

/** The table of a rank file, if this thread or one that started it has it already. */
export function sharedTable(ranks: string): SharedArrayBuffer | null {
  const shared: unknown = getEnvironmentData(keyOf(ranks));
  return shared instanceof SharedArrayBuffer ? shared : null;
}

/** Keeps a table for this thread and those that it starts from now on. */
export function shareTable(ranks: string, table: SharedArrayBuffer): void {
  setEnvironmentData(keyOf(ranks), table);
}

/** Reads a file of `ranks/` and builds its table; holds the thread meanwhile. */
export function buildTable(ranks: string): TokenArrays {
  return buildTokenArrays(readFileSync(new URL(`ranks/${ranks}.bin`, import.meta.url)));
}

/** The table of a rank file, built here if need be. */
export function tableOf(ranks: string): TokenArrays {
  const shared = sharedTable(ranks);
  if (shared !== null) return tokenArraysOf(shared);
  const arrays = buildTable(ranks);
  shareTable(ranks, arrays.shared);
  return arrays;
}
