/**
 * Preloaded into a gateway process: what is alive in it, written to its standard error as one line of JSON at SIGUSR2.
 * Async hooks count, for what does not hold the process (`unref`) is in no list of Node's.
 */
import { createHook } from 'node:async_hooks';
import process from 'node:process';
import { collectGarbage } from './collect-garbage.ts';

/** What a gateway holds. */
export interface HeldResources {
  readonly timers: number;
  /** Connections of clients and to providers. */
  readonly sockets: number;
  /** Of the process itself. */
  readonly listeners: number;
  /** What is reachable, on the heap and beside it. */
  readonly kilobytes: number;
}

/** What a line of the probe begins with. */
export const PROBE = 'probe ';

function reachableKilobytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return Math.round((heapUsed + external) / 1024);
}

const timers = new Set<number>();
const sockets = new Set<number>();
createHook({
  init: (id, type) => {
    if (type === 'Timeout') timers.add(id);
    else if (type === 'TCPWRAP') sockets.add(id);
  },
  destroy: (id) => {
    timers.delete(id);
    sockets.delete(id);
  },
}).enable();

process.on('SIGUSR2', () => {
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  const kilobytes = reachableKilobytes();
  const held: HeldResources = { timers: timers.size, sockets: sockets.size, listeners, kilobytes };
  process.stderr.write(`${PROBE}${JSON.stringify(held)}\n`);
});
