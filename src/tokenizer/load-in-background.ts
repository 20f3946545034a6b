/**
 * Opens an encoding without holding the event loop: a thread that lives as long as it takes builds the table in shared
 * memory and hands it over, so that nothing is copied and nothing is built here.
 *
 * Promises: the object that `getEncoding` gives; loads that overlap share one thread; when no thread can be had the table
 * is built here. What is open already costs a look-up.
 */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BytePairEncoding } from './byte-pair-encoding.ts';
import type { EncodingName } from './contract.ts';
import { getEncoding, ranksOf } from './get-encoding.ts';
import { sharedTable, shareTable } from './shared-tables.ts';

/** Builds the table of a rank file somewhere else. */
export type BuildElsewhere = (ranks: string) => Promise<SharedArrayBuffer>;

const loads = new Map<string, Promise<void>>();

/**
 * @param buildElsewhere default: in a thread of its own
 * @throws GatewayError `bad_request` for a name that is not one of `ENCODING_NAMES`
 */
export async function loadEncoding(
  name: EncodingName,
  buildElsewhere: BuildElsewhere = buildInThread,
): Promise<BytePairEncoding> {
  const ranks = ranksOf(name);
  if (sharedTable(ranks) === null) await loadTable(ranks, buildElsewhere);
  return getEncoding(name);
}

function loadTable(ranks: string, buildElsewhere: BuildElsewhere): Promise<void> {
  let load = loads.get(ranks);
  if (load === undefined) {
    load = buildElsewhere(ranks)
      .then((table) => {
        // A synchronous call may have been faster; then two tables would only cost memory.
        if (sharedTable(ranks) === null) shareTable(ranks, table);
      })
      // Without a thread `getEncoding` builds it, and tells what is wrong with the file if that is the reason.
      .catch(() => undefined)
      .finally(() => loads.delete(ranks));
    loads.set(ranks, load);
  }
  return load;
}

/** The file has the ending of this one: `.ts` in the sources, `.js` when built. */
const THREAD = new URL(`table-thread${path.extname(import.meta.url)}`, import.meta.url);

const buildInThread: BuildElsewhere = (ranks) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(THREAD, { workerData: ranks, execArgv: [] });
    worker.once('message', (table: SharedArrayBuffer) => resolve(table));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread ended with code ${code}`)));
  });
