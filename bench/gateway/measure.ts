/** One measured window: load from autocannon, CPU and memory of the contestant from the operating system. */
import type { Options, Result } from 'autocannon';
import { load as loadPackage } from '../child/door.ts';
import { cpuMicroseconds, residentMegabytes } from './process-figures.ts';
import type { Workload } from './workloads.ts';

export interface Figures {
  readonly requestsPerSecond: number;
  readonly cpuMicrosecondsPerRequest: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly residentMb: number;
  readonly errors: number;
  /** What is wrong with its answers, or null. */
  readonly wrong: string | null;
}

export interface Target {
  readonly pid: number;
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
}

export async function measure(target: Target, workload: Workload, seconds: number): Promise<Omit<Figures, 'wrong'>> {
  await load(target, workload, 1);
  const before = cpuMicroseconds(target.pid);
  const result = await load(target, workload, seconds);
  const cpu = cpuMicroseconds(target.pid) - before;
  const answered = Math.max(1, result['2xx']);
  return {
    requestsPerSecond: answered / result.duration,
    cpuMicrosecondsPerRequest: cpu / answered,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    residentMb: residentMegabytes(target.pid),
    errors: result.errors + result.non2xx + result.timeouts,
  };
}

async function load(target: Target, workload: Workload, seconds: number): Promise<Result> {
  const { default: autocannon } = await loadPackage<{ default: (options: Options) => Promise<Result> }>('autocannon');
  return autocannon({
    url: `http://127.0.0.1:${target.port}/v1/chat/completions`,
    method: 'POST',
    headers: { ...target.headers },
    body: workload.body,
    connections: workload.connections,
    duration: seconds,
  });
}
