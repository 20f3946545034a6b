/** The thread of `HealthProber`: its clock is not held up by what the test itself is doing. */
import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const { url, everyMs } = workerData as { url: string; everyMs: number };
const agent = new Agent({ keepAlive: true });
const latenciesMs: number[] = [];
let failures = 0;
let open = 0;
let stopping = false;

function probe(): void {
  const startedMs = performance.now();
  open += 1;
  const ended = (isOk: boolean): void => {
    open -= 1;
    if (isOk) latenciesMs.push(performance.now() - startedMs);
    else failures += 1;
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
  parentPort?.postMessage({ latenciesMs, failures });
}

const timer = setInterval(probe, everyMs);
parentPort?.once('message', () => {
  clearInterval(timer);
  stopping = true;
  report();
});
