/** The process of a JavaScript contestant: `node --expose-gc child.ts JOB`. Says what a job's rows take, then ends. */
import { readFileSync, writeSync } from 'node:fs';
import process from 'node:process';
import { cpuNanoseconds, measure, type Call } from './cpu-timer.ts';
import type { Job, Message } from './protocol.ts';

/** A contestant that is imported. */
export interface Subject {
  /** What the first use takes beside the import. */
  firstCall(): unknown;
  /** What a row calls; made when its turn comes. */
  callOf(row: string): Call | Promise<Call>;
}

/** @param load imports the contestant and nothing else */
export async function serveJob<Input>(load: (job: Job<Input>) => Promise<Subject>): Promise<never> {
  const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Job<Input>;
  const subject = await firstUse(() => load(job));
  for (const row of job.rows) {
    globalThis.gc?.();
    say({ event: 'begin', row });
    try {
      const call = await subject.callOf(row);
      say({ event: 'measured', row, ...(await measure(call, job.limitMs, job.timing)) });
    } catch (error) {
      say({ event: 'failed', row, why: error instanceof Error ? error.message : String(error) });
      break;
    }
  }
  // Connections and timers that a contestant keeps must not keep the process.
  process.exit(0);
}

async function firstUse(load: () => Promise<Subject>): Promise<Subject> {
  const before = process.memoryUsage.rss();
  const [wall, cpu] = [performance.now(), cpuNanoseconds()];
  const subject = await load();
  const imported = cpuNanoseconds();
  await subject.firstCall();
  say({
    event: 'first',
    importCpuMs: (imported - cpu) / 1e6,
    callCpuMs: (cpuNanoseconds() - imported) / 1e6,
    wallMs: performance.now() - wall,
    rssGrowthMb: (process.memoryUsage.rss() - before) / 1e6,
  });
  return subject;
}

/** Written at once, so that it is heard even when the next row ends the process. */
function say(message: Message): void {
  writeSync(1, `${JSON.stringify(message)}\n`);
}
