/** Whole programs, not written for the hook, give the same answers and send the same requests with it as without. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RegisterStatus } from '../../src/register/registration.ts';
import { type ProgramRun, runProgram, type Way } from '../support/register-program.ts';
import { RegisterProvider, type SeenRequest } from '../support/register-provider.ts';

interface App {
  readonly file: string;
  readonly ways: readonly Way[];
  /** Components that must have answered. */
  readonly applied: readonly string[];
}

const APPS: readonly App[] = [
  { file: 'esm.mjs', ways: ['--import', 'import first'], applied: ['tokenizer', 'http_pool', 'rate_limiter'] },
  { file: 'commonjs.cjs', ways: ['--require', 'require first', '--import'], applied: ['tokenizer', 'http_pool'] },
  { file: 'typescript.mts', ways: ['--import', 'import first'], applied: ['tokenizer', 'http_pool'] },
  { file: 'langchain.mjs', ways: ['--import', 'import first'], applied: ['tokenizer', 'http_pool'] },
  { file: 'ai-sdk.mjs', ways: ['--import', 'import first'], applied: ['tokenizer', 'http_pool'] },
  { file: 'express-cluster.mjs', ways: ['--import'], applied: ['tokenizer', 'http_pool', 'rate_limiter'] },
];

let provider: RegisterProvider;
beforeAll(async () => {
  provider = await RegisterProvider.start();
});
beforeEach(() => provider.reset());
afterAll(() => provider.close());

function run(file: string, way: Way, modes: Readonly<Record<string, string>> = {}): Promise<ProgramRun> {
  return runProgram(`../${file}`, way, { PROVIDER: provider.url, FAST_LITELLM_ORIGINS: '127.0.0.1', ...modes });
}

describe.each(APPS)('$file', ({ file, ways, applied }) => {
  let plain: ProgramRun;
  let sent: readonly string[];
  beforeAll(async () => {
    provider.reset();
    plain = await run(file, 'without');
    sent = sorted(provider.seen);
  });

  it('answers by itself', () => {
    expect(JSON.stringify(plain.seen)).not.toMatch(/"(?:rejected|thrown)"/);
    expect(sent.length).toBeGreaterThan(0);
  });

  it.each(ways)('answers alike with %s', async (way) => {
    const hooked = await run(file, way);
    expect(hooked.seen).toEqual(plain.seen);
    expect(sorted(provider.seen)).toEqual(sent);
    expect(hooked.stderr).toBe(plain.stderr);
    for (const name of applied)
      expect([name, hooked.statuses.some((status) => isApplied(status, name))]).toEqual([name, true]);
    const counts = hooked.statuses.flatMap(({ components }) => components.map((each) => each.counts));
    expect(counts.filter(({ mismatches, fallbacks }) => mismatches + fallbacks > 0)).toEqual([]);
  });

  it.each(['shadow', 'canary:10', 'gradual:10,50,100@1h'])('answers alike in mode %s', async (mode) => {
    const modes = Object.fromEntries(
      ['TOKENIZER', 'HTTP_POOL', 'RATE_LIMITER'].map((name) => [`FAST_LITELLM_${name}`, mode]),
    );
    const hooked = await run(file, '--import', modes);
    expect(hooked.seen).toEqual(plain.seen);
    expect(sorted(provider.seen)).toEqual(sent);
  });
});

function isApplied({ components }: RegisterStatus, name: string): boolean {
  return components.some((each) => each.name === name && each.applied);
}

function sorted(requests: readonly SeenRequest[]): readonly string[] {
  return requests.map((each) => JSON.stringify(each)).sort();
}
