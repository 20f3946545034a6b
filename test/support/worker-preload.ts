/**
 * Preloaded into a gateway process by a test (`NODE_OPTIONS=--import`): on SIGUSR2 the worker that the file
 * `WORKER_COMMAND_FILE` names does what it says, and each answer names its worker. Nothing of this is in the gateway.
 */
import { subscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import process from 'node:process';
import { BroadcastChannel, isMainThread, workerData } from 'node:worker_threads';

export interface WorkerCommand {
  readonly lane: number;
  readonly does: 'throw' | 'reject' | 'exit' | 'fill its memory' | 'print';
  readonly message?: string;
}

const channel = new BroadcastChannel('worker commands');

function obey({ does: how, message = 'crashed by the test' }: WorkerCommand): void {
  if (how === 'throw') {
    setImmediate(() => {
      throw new Error(message);
    });
  } else if (how === 'reject') void Promise.reject(new Error(message));
  else if (how === 'exit') process.exit(7);
  else if (how === 'print') for (const word of ['half a line, ', `${message}\n`]) process.stdout.write(word);
  else fillMemory();
}

function fillMemory(): never {
  const kept: number[][] = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, index) => index + 0.5));
}

if (isMainThread) {
  channel.unref();
  process.on('SIGUSR2', () => {
    channel.postMessage(JSON.parse(readFileSync(process.env['WORKER_COMMAND_FILE'] ?? '', 'utf8')));
  });
} else if (typeof workerData === 'object' && workerData !== null && 'lane' in workerData) {
  const lane = (workerData as { readonly lane: number }).lane;
  channel.onmessage = (event): void => {
    const command = (event as { readonly data: WorkerCommand }).data;
    if (command.lane === lane) obey(command);
  };
  channel.unref();
  subscribe('http.server.request.start', (event) => {
    (event as { readonly response: ServerResponse }).response.setHeader('x-worker', String(lane + 1));
  });
} else channel.close();
