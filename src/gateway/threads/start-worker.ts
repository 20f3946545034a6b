/**
 * Starts a worker thread. It inherits the process's options, so that what is preloaded (`--import`, NODE_OPTIONS) is so
 * in each worker. What code in it writes to standard output or error comes here in whole lines instead.
 */
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { FromWorker, StartWorker } from './contract.ts';
import { failureOf, type ThreadFailure } from './thread-failure.ts';

/** The file has the ending of this one: `.ts` in the sources, `.js` when built. */
const ENTRY = new URL(`worker${path.extname(import.meta.url)}`, import.meta.url);

export const startWorkerThread: StartWorker = (start, events) => {
  const worker = new Worker(ENTRY, {
    workerData: start,
    stdout: true,
    stderr: true,
    name: `gateway worker ${start.lane + 1}`,
  });
  let error: ThreadFailure | null = null;
  worker.on('message', (message: FromWorker) => events.onMessage(message));
  worker.on('error', (cause: unknown) => (error = failureOf(cause)));
  worker.on('messageerror', (cause) => {
    error = failureOf(cause);
    void worker.terminate();
  });
  worker.once('exit', (exitCode) => events.onExit({ exitCode, error }));
  for (const output of [worker.stdout, worker.stderr]) eachLine(output, (line) => events.onOutput(line));
  return {
    post: (message) => worker.postMessage(message),
    end: () => void worker.terminate(),
  };
};

function eachLine(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
    if (line !== '') onLine(line);
  });
}
