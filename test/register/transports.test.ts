/** Programs that call providers see and send the same with the pool beneath them as without. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ProgramRun, runProgram, type Way } from '../support/register-program.ts';
import { RegisterProvider, type SeenRequest } from '../support/register-provider.ts';

const PROGRAMS: readonly (readonly [file: string, ways: readonly Way[], seen: number])[] = [
  ['fetch.mjs', ['--import', 'import first', '--require'], 35],
  ['openai.mjs', ['--import', 'import first'], 18],
  ['openai.cjs', ['--import', 'require first'], 18],
  ['anthropic.mjs', ['--import', 'import first'], 8],
  ['ai-sdk.mjs', ['--import', 'import first'], 6],
];

let provider: RegisterProvider;
beforeAll(async () => {
  provider = await RegisterProvider.start();
});
beforeEach(() => provider.reset());
afterAll(() => provider.close());

function run(file: string, way: Way, mode = 'on'): Promise<ProgramRun> {
  const environment = { PROVIDER: provider.url, FAST_LITELLM_ORIGINS: '127.0.0.1', FAST_LITELLM_HTTP_POOL: mode };
  return runProgram(file, way, environment);
}

describe.each(PROGRAMS)('%s', (file, ways, seen) => {
  let plain: ProgramRun;
  let sent: readonly SeenRequest[];
  beforeAll(async () => {
    provider.reset();
    plain = await run(file, 'without');
    sent = sorted(provider.seen);
  });

  it('sees something', () => {
    expect(Object.keys(plain.seen).length).toBeGreaterThanOrEqual(seen);
  });

  it.each(ways)('sees and sends the same with %s', async (way) => {
    const hooked = await run(file, way);
    expect(withoutAddress(hooked.seen)).toEqual(withoutAddress(plain.seen));
    expect(sorted(provider.seen)).toEqual(sent);
    expect(hooked.stderr).toBe(plain.stderr);
    const pool = hooked.status?.components.find(({ name }) => name === 'http_pool');
    expect(pool).toMatchObject({ applied: true, counts: { fallbacks: 0, mismatches: 0, originalCalls: 0 } });
    expect(pool?.counts.fastCalls).toBeGreaterThanOrEqual(seen / 2);
  });

  it.each(['off', 'shadow', 'canary:50'])('sees and sends the same in mode %s', async (mode) => {
    const hooked = await run(file, '--import', mode);
    expect(withoutAddress(hooked.seen)).toEqual(withoutAddress(plain.seen));
    expect(sorted(provider.seen)).toEqual(sent);
  });
});

/** What goes out together arrives in any order. */
function sorted(requests: readonly SeenRequest[]): readonly SeenRequest[] {
  return requests.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

/** Ports differ from run to run. */
function withoutAddress(seen: ProgramRun['seen']): unknown {
  return JSON.parse(JSON.stringify(seen).replaceAll(/127\.0\.0\.1:\d+/g, 'provider'));
}
