/** Programs that call a package as its documents show see the same with the hook as without, whatever way they get it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type ProgramRun, runProgram, type Way } from '../support/register-program.ts';

const MODULE: readonly Way[] = ['--import', 'import first', '--require'];
const COMMONJS: readonly Way[] = ['--import', 'require first', '--require'];

interface Program {
  readonly component?: string;
  readonly file: string;
  readonly ways: readonly Way[];
  /** Observations, and calls that the fast path answers, at the least. */
  readonly seen: number;
  readonly fastCalls: number;
}

const PROGRAMS: readonly Program[] = [
  { file: 'js-tiktoken.mjs', ways: MODULE, seen: 850, fastCalls: 700 },
  { file: 'js-tiktoken.cjs', ways: COMMONJS, seen: 850, fastCalls: 700 },
  { file: 'tiktoken.mjs', ways: MODULE, seen: 900, fastCalls: 700 },
  { file: 'tiktoken.cjs', ways: COMMONJS, seen: 900, fastCalls: 700 },
  { file: 'tiktoken-init.cjs', ways: COMMONJS, seen: 2, fastCalls: 1 },
  { file: 'dqbd-tiktoken.mjs', ways: ['--import'], seen: 900, fastCalls: 700 },
  { file: 'dqbd-tiktoken.cjs', ways: ['require first'], seen: 900, fastCalls: 700 },
  { file: 'gpt-tokenizer.mjs', ways: MODULE, seen: 1300, fastCalls: 900 },
  { file: 'gpt-tokenizer.cjs', ways: COMMONJS, seen: 1300, fastCalls: 900 },
  { component: 'rate_limiter', file: 'rate-limiter-flexible.mjs', ways: MODULE, seen: 60, fastCalls: 3000 },
  { component: 'rate_limiter', file: 'rate-limiter-flexible.cjs', ways: COMMONJS, seen: 60, fastCalls: 3000 },
];

describe.each(PROGRAMS)('$file', ({ component = 'tokenizer', file, ways, seen, fastCalls }) => {
  let plain: ProgramRun;
  beforeAll(async () => {
    plain = await runProgram(file, 'without');
  });

  it('sees something', () => {
    expect(Object.keys(plain.seen).length).toBeGreaterThanOrEqual(seen);
  });

  it.each(ways)('sees the same with %s', async (way) => {
    const run = await runProgram(file, way);
    expect(run.stderr).toBe(plain.stderr);
    expect(run.seen).toEqual(plain.seen);
    const report = run.status?.components.find(({ name }) => name === component);
    expect(report).toMatchObject({ applied: true, state: 'serving' });
    expect(report?.counts).toMatchObject({ fallbacks: 0, mismatches: 0 });
    expect(report?.counts.fastCalls).toBeGreaterThanOrEqual(fastCalls);
    expect(run.status?.modules.map(({ state }) => state)).not.toContain('kept');
  });
});
