/** One JavaScript contestant in a process of its own: `node --expose-gc javascript-child.ts JOB`. */
import { readFileSync, writeSync } from 'node:fs';
import process from 'node:process';
import { cpuNanoseconds, measure } from './cpu-timer.ts';
import { IMPORTS, openCalls, type Count } from './javascript-contestants.ts';
import { CALL_ROWS, type Job, type Message } from './protocol.ts';

const job = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Job;
const count = await firstUse();
const texts = JSON.parse(readFileSync(job.textsFile, 'utf8')) as Record<string, string[]>;
const calls = CALL_ROWS.some((row) => job.rows.includes(row)) ? await openCalls(job.call) : null;

for (const row of job.rows) {
  globalThis.gc?.();
  say({ event: 'begin', row });
  try {
    say({ event: 'measured', row, ...measure(functionOf(row), job.limitMs) });
  } catch (error) {
    say({ event: 'failed', row, why: error instanceof Error ? error.message : String(error) });
    process.exit(0);
  }
}

function functionOf(row: string): () => number {
  const call = CALL_ROWS.find((name) => name === row);
  if (call !== undefined && calls !== null) return calls[call];
  const [only = '', ...more] = texts[row] ?? [];
  if (more.length === 0) return () => count(only);
  return () => {
    let total = count(only);
    for (const text of more) total += count(text);
    return total;
  };
}

async function firstUse(): Promise<Count> {
  const importing = IMPORTS[job.contestant];
  if (importing === undefined) throw new Error(`no contestant ${job.contestant}`);
  const before = process.memoryUsage.rss();
  const [wall, cpu] = [performance.now(), cpuNanoseconds()];
  const opened = await importing(job.encoding);
  const imported = cpuNanoseconds();
  const counting = opened.open();
  counting(job.firstText);
  say({
    event: 'first',
    importCpuMs: (imported - cpu) / 1e6,
    countCpuMs: (cpuNanoseconds() - imported) / 1e6,
    wallMs: performance.now() - wall,
    rssGrowthMb: (process.memoryUsage.rss() - before) / 1e6,
  });
  return counting;
}

/** Written at once, so that it is heard even when the next row ends the process. */
function say(message: Message): void {
  writeSync(1, `${JSON.stringify(message)}\n`);
}
