/** Asks the health route again and again, from a thread of its own, whether or not the last answer has come. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const EVERY_MS = 25;

export interface ProbeFigures {
  readonly probes: number;
  readonly failures: number;
  readonly p99Ms: number;
  readonly worstMs: number;
}

export class HealthProber {
  readonly #worker: Worker;

  constructor(url: string) {
    const program = new URL('health-prober-thread.ts', import.meta.url);
    this.#worker = new Worker(program, { workerData: { url, everyMs: EVERY_MS } });
  }

  async stop(): Promise<ProbeFigures> {
    const answered = once(this.#worker, 'message');
    this.#worker.postMessage('stop');
    const [{ latenciesMs, failures }] = (await answered) as [{ latenciesMs: number[]; failures: number }];
    await this.#worker.terminate();
    const sorted = latenciesMs.toSorted((a, b) => a - b);
    return {
      probes: sorted.length + failures,
      failures,
      p99Ms: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY,
      worstMs: sorted.at(-1) ?? Number.POSITIVE_INFINITY,
    };
  }
}
