/** Asks the health route again and again, from a thread of its own, whether or not the last answer has come. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const EVERY_MS = 25;

export interface ProbeFigures {
  readonly probes: number;
  readonly failures: number;
  /** Without the time for which other programs had the processors. */
  readonly p99Ms: number;
  readonly worstMs: number;
  /** By the clock on the wall. */
  readonly rawP99Ms: number;
}

interface Measured {
  readonly latenciesMs: readonly number[];
  readonly rawLatenciesMs: readonly number[];
  readonly failures: number;
}

export class HealthProber {
  readonly #worker: Worker;

  constructor({ url, pid }: { readonly url: string; readonly pid: number }) {
    const program = new URL('health-prober-thread.ts', import.meta.url);
    this.#worker = new Worker(program, { workerData: { url, pid, everyMs: EVERY_MS } });
  }

  async stop(): Promise<ProbeFigures> {
    const answered = once(this.#worker, 'message');
    this.#worker.postMessage('stop');
    const [{ latenciesMs, rawLatenciesMs, failures }] = (await answered) as [Measured];
    await this.#worker.terminate();
    return {
      probes: latenciesMs.length + failures,
      failures,
      p99Ms: quantile(latenciesMs, 0.99),
      worstMs: quantile(latenciesMs, 1),
      rawP99Ms: quantile(rawLatenciesMs, 0.99),
    };
  }
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * part) - 1] ?? Number.POSITIVE_INFINITY;
}
