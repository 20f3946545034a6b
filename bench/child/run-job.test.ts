import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from './protocol.ts';
import { runJob } from './run-job.ts';

/** A contestant that does to each row what the row's name says. */
const CHILD = `
  const say = (message) => require('node:fs').writeSync(1, JSON.stringify(message) + '\\n');
  const { rows } = JSON.parse(require('node:fs').readFileSync(process.argv[1], 'utf8'));
  say({ event: 'first', importCpuMs: 1, callCpuMs: 2, wallMs: 3, rssGrowthMb: 4 });
  for (const row of rows) {
    say({ event: 'begin', row });
    if (row === 'hangs') for (;;);
    if (row === 'dies') { console.error('thread panicked | badly'); process.exit(3); }
    if (row === 'throws') { say({ event: 'failed', row, why: 'no such text' }); process.exit(0); }
    say({ event: 'measured', row, nanoseconds: rows.length, wallNanoseconds: 1, result: 12, allocatedBytes: null });
  }
`;

describe('runJob', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'run-job-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = async (script: string, rows: readonly string[]) => {
    const job: Job = { contestant: 'any', rows, limitMs: 500, timing: { warmUpMs: 1, sampleMs: 1 }, input: null };
    return runJob({ command: process.execPath, args: ['-e', script] }, job, path.join(folder, 'job.json'));
  };

  it('says of each row what became of it, and goes on with the others in a fresh process', async () => {
    const { first, outcomes, broken } = await run(CHILD, ['a', 'hangs', 'b', 'dies', 'throws', 'c']);
    expect(broken).toBeNull();
    expect(first).toMatchObject({ rssGrowthMb: 4 });
    expect(Object.fromEntries(outcomes)).toMatchObject({
      a: { nanoseconds: 6 },
      hangs: { why: 'over 0.5 s' },
      b: { nanoseconds: 4 },
      dies: { why: 'ends the process: thread panicked badly' },
      throws: { why: 'throws: no such text' },
      c: { nanoseconds: 1 },
    });
  });

  it('says why a contestant does not load', async () => {
    const { outcomes, broken } = await run('throw new Error("no ranks")', ['a']);
    expect(outcomes.size).toBe(0);
    expect(broken).toBe('Error: no ranks');
  });

  it('takes the first use alone when there is no row left', async () => {
    const { first, broken } = await run(CHILD, []);
    expect(broken).toBeNull();
    expect(first).not.toBeNull();
  });
});
