/**
 * The thread of `HealthProber`: its clock is not held up by what the test itself is doing. Of each answer's time it takes
 * off what other programs took: how long the gateway's main thread, and this one, stood ready and had no processor.
 */
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const { url, pid, everyMs } = workerData as { url: string; pid: number; everyMs: number };
const agent = new Agent({ keepAlive: true });
const latenciesMs: number[] = [];
const rawLatenciesMs: number[] = [];
let failures = 0;
let open = 0;
let stopping = false;

/** Linux counts it in nanoseconds, the second figure of the file. */
function waitedMs(task: string): number {
  return Number(readFileSync(`/proc/${task}/schedstat`, 'latin1').split(' ')[1]) / 1e6;
}

function waitedForProcessorMs(): number {
  return waitedMs(`${pid}/task/${pid}`) + waitedMs('thread-self');
}

function probe(): void {
  const startedMs = performance.now();
  const waitedBeforeMs = waitedForProcessorMs();
  open += 1;
  const ended = (isOk: boolean): void => {
    open -= 1;
    if (isOk) {
      const rawMs = performance.now() - startedMs;
      rawLatenciesMs.push(rawMs);
      latenciesMs.push(Math.max(0, rawMs - (waitedForProcessorMs() - waitedBeforeMs)));
    } else failures += 1;
    report();
  };
  const call = get(`${url}/health/liveliness`, { agent, timeout: 10_000 }, (reply) => {
    reply.resume().once('end', () => ended(reply.statusCode === 200));
  });
  call.on('timeout', () => call.destroy(new Error('no answer')));
  call.once('error', () => ended(false));
}

function report(): void {
  if (!stopping || open > 0) return;
  agent.destroy();
  parentPort?.postMessage({ latenciesMs, rawLatenciesMs, failures });
}

const timer = setInterval(probe, everyMs);
parentPort?.once('message', () => {
  clearInterval(timer);
  stopping = true;
  report();
});
