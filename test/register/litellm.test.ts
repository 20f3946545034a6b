/** Programs with npm litellm see the same with the hook as without; a success is asked for once. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ProgramRun, runProgram, type Way } from '../support/register-program.ts';
import { RegisterProvider, type SeenRequest } from '../support/register-provider.ts';

let provider: RegisterProvider;
beforeAll(async () => {
  provider = await RegisterProvider.start();
});
beforeEach(() => provider.reset());
afterAll(() => provider.close());

function run(file: string, way: Way, mode = 'on'): Promise<ProgramRun> {
  return runProgram(file, way, { PROVIDER: provider.url, FAST_LITELLM_COMPLETION: mode });
}

/** What was sent, each once: failures are asked for again by the original, which has a policy for them. */
function distinct(requests: readonly SeenRequest[]): readonly string[] {
  return [...new Set(requests.map((each) => JSON.stringify(each)))].sort();
}

describe.each(['litellm.mjs', 'litellm.cjs'])('%s', (file) => {
  let plain: ProgramRun;
  let sent: readonly SeenRequest[];
  beforeAll(async () => {
    provider.reset();
    plain = await run(file, 'without');
    sent = [...provider.seen];
  });

  it.each(['--import', file.endsWith('.mjs') ? 'import first' : 'require first'] as const)('%s', async (way) => {
    const hooked = await run(file, way);
    expect(hooked.seen).toEqual(plain.seen);
    expect(Object.keys(hooked.seen).length).toBeGreaterThanOrEqual(16);
    expect(distinct(provider.seen)).toEqual(distinct(sent));
    expect(provider.seen.filter(({ path }) => path.startsWith('/v1/'))).toHaveLength(
      sent.filter(({ path }) => path.startsWith('/v1/')).length,
    );
    const completion = hooked.status?.components.find(({ name }) => name === 'completion');
    expect(completion).toMatchObject({ applied: true, counts: { fallbacks: 0, rollbacks: 0 } });
    expect(completion?.counts.fastCalls).toBeGreaterThanOrEqual(8);
  });

  it.each(['off', 'shadow', 'canary:50'])('mode %s', async (mode) => {
    const hooked = await run(file, '--import', mode);
    expect(hooked.seen).toEqual(plain.seen);
    expect(distinct(provider.seen)).toEqual(distinct(sent));
  });
});
