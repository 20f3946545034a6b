/** Programs with js-tiktoken see the same with the hook as without, whatever way they get it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type ProgramRun, runProgram, type Way } from '../support/register-program.ts';

const PROGRAMS: readonly (readonly [program: string, ways: readonly Way[]])[] = [
  ['js-tiktoken.mjs', ['--import', 'import first', '--require']],
  ['js-tiktoken.cjs', ['--import', 'require first', '--require']],
];

describe.each(PROGRAMS)('%s', (program, ways) => {
  let plain: ProgramRun;
  beforeAll(async () => {
    plain = await runProgram(program, 'without');
  }, 120_000);

  it.each(ways)('sees the same with %s', { timeout: 120_000 }, async (way) => {
    const { seen, status, stderr } = await runProgram(program, way);
    expect(stderr).toBe('');
    expect(seen).toEqual(plain.seen);
    expect(Object.keys(seen).length).toBeGreaterThan(800);
    const tokenizer = status?.components.find(({ name }) => name === 'tokenizer');
    expect(tokenizer).toMatchObject({ applied: true, state: 'serving' });
    expect(tokenizer?.counts).toMatchObject({ fallbacks: 0, mismatches: 0 });
    expect(tokenizer?.counts.fastCalls).toBeGreaterThan(700);
    expect(status?.modules.map(({ state }) => state)).not.toContain('kept');
  });
});
