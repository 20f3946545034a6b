/** Body of the thread that `load-in-background.ts` starts: builds one table, hands its memory over, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { buildTable } from './shared-tables.ts';

parentPort?.postMessage(buildTable(workerData as string).shared);
