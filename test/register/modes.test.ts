/** Whatever mode is set, and whenever it changes, a program sees what it sees without the hook. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type ProgramRun, runProgram } from '../support/register-program.ts';

const PROGRAMS = [
  { file: 'js-tiktoken.cjs', component: 'tokenizer' },
  { file: 'tiktoken.mjs', component: 'tokenizer' },
  { file: 'gpt-tokenizer.mjs', component: 'tokenizer' },
  { file: 'rate-limiter-flexible.mjs', component: 'rate_limiter' },
];
/** Every call is compared that can be. */
const SHADOW = { mode: 'shadow', shadow: { percent: 100, queue: 1000, time_percent: 100 } };

describe.each(PROGRAMS)('$file', ({ file, component }) => {
  let plain: ProgramRun;
  beforeAll(async () => {
    plain = await runProgram(file, 'without');
  });

  it.each(['off', 'canary:50', 'gradual:30,60,100@1m'])('with %s', async (mode) => {
    const run = await runProgram(file, '--import', {
      FAST_LITELLM_ACCELERATION: JSON.stringify({ [component]: mode }),
    });
    expect(run.seen).toEqual(plain.seen);
    expect(run.stderr).toBe('');
    const report = run.status?.components.find(({ name }) => name === component);
    expect(report).toMatchObject({ configured: mode, counts: { mismatches: 0, fallbacks: 0, rollbacks: 0 } });
    expect((report?.counts.fastCalls ?? 0) > 0).toBe(mode !== 'off');
    expect(report?.counts.originalCalls).toBeGreaterThan(0);
  });

  it('with every call in shadow', async () => {
    const environment = { FAST_LITELLM_ACCELERATION: JSON.stringify({ [component]: SHADOW }) };
    const run = await runProgram(file, '--import', environment);
    expect(run.seen).toEqual(plain.seen);
    const report = run.status?.components.find(({ name }) => name === component);
    expect(report).toMatchObject({ state: 'shadow', counts: { mismatches: 0, fastCalls: 0 } });
  });
});
