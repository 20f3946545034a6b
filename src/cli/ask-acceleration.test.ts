import { describe, expect, it } from 'vitest';
import { askAcceleration, modeOf, type AccelerationCommand } from './ask-acceleration.ts';
import { StartError, UsageError } from './usage-error.ts';

const COUNTS = {
  fastCalls: 3,
  originalCalls: 1,
  fallbacks: 0,
  throws: 0,
  hangs: 0,
  agreedErrors: 0,
  comparisons: 0,
  mismatches: 0,
  skippedComparisons: 0,
  rollbacks: 0,
  rearmed: 0,
};

const component = (name: string) => ({
  name,
  replaces: 'LiteLLM',
  environmentVariable: 'X',
  configured: 'on',
  configuredBy: 'default',
  override: null,
  state: 'serving',
  percent: 100,
  stickyBy: 'call',
  applied: true,
  why: 'because',
  retryAtMs: null,
  counts: COUNTS,
  latency: { fast: null, original: null },
  speedUp: null,
  memoryBytes: null,
});

const ANSWER = {
  atMs: 0,
  components: [component('route:/a'), component('route:/b')],
  unknown: ['nothing'],
  recommendations: [
    { component: 'route:/a', advice: 'keep', evidence: 'fine' },
    { component: 'route:/b', advice: 'canary:10', evidence: '3 rollbacks' },
  ],
  fallback: {
    kind: 'spawn',
    origin: null,
    health: 'down',
    sinceMs: 0,
    reason: 'it ended with the code 1',
    restarts: 2,
    handedOver: { route: 5, credential: 1, feature: 0, model: 0, rollout: 0, fault: 0 },
    websockets: 4,
    notCompared: { paid: 0, unreadable: 0 },
    counting: 'Counted by each.',
  },
};

async function run(command: Partial<AccelerationCommand>, answer: unknown = ANSWER, status = 200) {
  const asked: { url: string; init: RequestInit }[] = [];
  let out = '';
  const code = await askAcceleration(
    { url: 'http://gateway:4000/', json: false, change: null, ...command },
    {
      environment: new Map([['LITELLM_MASTER_KEY', 'sk-1']]),
      out: (text) => (out += text),
      fetch: (url, init) => {
        asked.push({ url, init });
        return Promise.resolve(new Response(JSON.stringify(answer), { status }));
      },
    },
  );
  return { code, out, asked };
}

describe('modeOf', () => {
  it.each([
    ['canary', '10', 'canary:10'],
    ['canary:10', undefined, 'canary:10'],
    ['gradual', '1,10,100@10m', 'gradual:1,10,100@10m'],
    ['off', undefined, 'off'],
    ['configured', undefined, null],
    ['default', undefined, null],
  ])('%s %s', (name, argument, mode) => {
    expect(modeOf(name, argument)).toBe(mode);
  });

  it.each([['canary'], ['sometimes'], ['canary:300']])('refuses %s', (name) => {
    expect(() => modeOf(name, undefined)).toThrow(UsageError);
  });
});

describe('status and rollout', () => {
  it('show LiteLLM, what went there, the components and advice', async () => {
    const { code, out, asked } = await run({});
    expect([code, asked[0]?.url]).toEqual([0, 'http://gateway:4000/acceleration']);
    expect(new Headers(asked[0]?.init.headers).get('authorization')).toBe('Bearer sk-1');
    expect(out).toContain('LiteLLM is down since 1970-01-01T00:00:00.000Z, run by the gateway, 2 restarts: it ended');
    expect(out).toContain('Handed to it: route 5, credential 1,');
    expect(out).toContain('websockets 4\nCounted by each.\n');
    expect(out).toMatch(/^route:\/a +on +100 +3 +1 /m);
    expect(out).toContain('nothing is set, but there is no such component here');
    expect(out).toContain('Advice for route:/b: canary:10 (3 rollbacks)\n');
    expect(out).not.toContain('Advice for route:/a');
  });

  it('set a component, and show it alone', async () => {
    const { out, asked } = await run({ change: { component: 'route:/a', mode: null } });
    expect(asked[0]).toMatchObject({
      url: 'http://gateway:4000/acceleration/route%3A%2Fa',
      init: { method: 'PUT', body: '{"mode":null}' },
    });
    expect(out).toContain('route:/a');
    expect(out).not.toMatch(/^route:\/b/m);
  });

  it('print JSON where that is asked', async () => {
    expect(JSON.parse((await run({ json: true })).out)).toEqual(ANSWER);
  });

  it('say that there is nothing to show without a fallback', async () => {
    const empty = { ...ANSWER, components: [], unknown: [], recommendations: [], fallback: null };
    expect((await run({}, empty)).out).toBe('No component has an original here; start the gateway with --fallback.\n');
  });

  it.each([
    [401, { error: { message: 'no key' } }, /refuses: no key Put the master key into LITELLM_MASTER_KEY\./],
    [404, { detail: 'Not Found' }, /does not answer as a fast-litellm gateway does\. Give .* --url/],
    [502, 'bad', /refuses: status 502$/],
    [200, { hello: 1 }, /does not answer as a fast-litellm gateway does/],
  ])('fail in one line: %s', async (status, body, text) => {
    await expect(run({}, body, status)).rejects.toThrow(text);
  });

  it('say what the gateway has against a change', async () => {
    const change = { component: 'x', mode: 'on' };
    const body = { error: { message: 'There is no component.' } };
    await expect(run({ change }, body, 404)).rejects.toThrow(/refuses: There is no component\.$/);
  });

  it('say when nobody answers', async () => {
    const command = { url: 'http://gateway', json: false, change: null };
    const port = {
      environment: new Map<string, string>(),
      out: () => undefined,
      fetch: () => Promise.reject(new Error('x')),
    };
    await expect(askAcceleration(command, port)).rejects.toThrow(StartError);
  });
});
