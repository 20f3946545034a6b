/**
 * Each component with a fast path that throws, answers wrongly, is slow, or hangs: every call is answered as by the
 * original, the component goes back, and the status says why.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RegisterStatus } from '../../src/register/registration.ts';
import { RegisterProvider } from '../support/register-provider.ts';
import { HOOK_URL, RegisterSandbox, type SandboxRun } from '../support/register-sandbox.ts';

type FaultKind = 'throw' | 'wrong' | 'slow' | 'hang';
const INSTALL = new URL('../../src/register/install.ts', import.meta.url).href;

/** Preloaded before the hook: installs it with faults in the fast paths of one component. */
const SABOTAGE = `
  import { install } from '${INSTALL}';
  const [wanted, kind] = process.env.FAULT.split(':');
  const never = new Promise(() => {});
  const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const block = (ms) => { for (const end = performance.now() + ms; performance.now() < end;); };
  const isLater = wanted === 'http_pool' || wanted === 'completion';
  install({
    limits: { unsentMs: 300, answerMs: 300 },
    disturb: (component, fast) => component !== wanted ? fast : function (...args) {
      switch (kind) {
        case 'throw': throw new RangeError('injected');
        case 'wrong':
          if (isLater) return Promise.resolve({ answer: 'wrong' });
          if (component === 'rate_limiter') return fast.call(this, args[0], 7, ...args.slice(2));
          return fast.call(this, 'something else', ...args.slice(1));
        case 'slow':
          if (isLater) return later(60).then(() => fast.apply(this, args));
          block(3);
          return fast.apply(this, args);
        case 'hang':
          if (isLater) return never;
          block(60);
          return fast.apply(this, args);
      }
    },
  });`;

const PROGRAMS: Readonly<Record<string, string>> = {
  tokenizer: `
    import { countTokens } from 'gpt-tokenizer';
    import { getEncoding } from 'js-tiktoken';
    import { get_encoding } from 'tiktoken';
    const [js, wasm] = [getEncoding('cl100k_base'), get_encoding('o200k_base')];
    const seen = [];
    for (let i = 0; i < 60; i += 1) seen.push(js.encode('call ' + i), [...wasm.encode('call ' + i)], countTokens('call ' + i));`,
  rate_limiter: `
    import { RateLimiterMemory } from 'rate-limiter-flexible';
    const limiter = new RateLimiterMemory({ points: 2, duration: 60 });
    const seen = [];
    for (let i = 0; i < 320; i += 1)
      seen.push(await limiter.consume('key ' + (i % 40)).then(
        (answer) => [answer.consumedPoints, answer.remainingPoints],
        (refused) => ['refused', refused.consumedPoints, refused.remainingPoints],
      ));`,
  http_pool: `
    const seen = [];
    for (let i = 0; i < 50; i += 1)
      seen.push(...await Promise.all([0, 1, 2, 3].map((n) => fetch(process.env.PROVIDER + '/echo', { method: 'POST', body: i + '.' + n }).then((answer) => answer.json()))));`,
  completion: `
    import { completion, embedding } from 'litellm';
    const seen = [];
    const baseUrl = process.env.PROVIDER + '/v1';
    process.env.OPENAI_BASE_URL = baseUrl;
    for (let i = 0; i < 100; i += 1)
      seen.push(...await Promise.all([
        completion({ model: 'gpt-4o', apiKey: 'sk', baseUrl, messages: [{ role: 'user', content: 'call ' + i }] }),
        embedding({ model: 'text-embedding-3-small', apiKey: 'sk', input: 'call ' + i }),
      ]));`,
};

/** Slowness is measured against the original: both sides must be at work. */
const SETTINGS: Readonly<Record<FaultKind, unknown>> = {
  throw: { mode: 'on' },
  wrong: { mode: 'on' },
  slow: { mode: 'canary', percent: 50, latency_budget: { min_samples: 10, factor: 2, tail_factor: 4 } },
  hang: { mode: 'canary', percent: 50, latency_budget: { min_samples: 10, factor: 2, tail_factor: 4 } },
};
const HANG_IS_A_FAULT: ReadonlySet<string> = new Set(['http_pool', 'completion']);

let provider: RegisterProvider;
let sandbox: RegisterSandbox;
beforeAll(async () => {
  provider = await RegisterProvider.start();
});
afterAll(() => provider.close());
beforeEach(async () => {
  provider.reset();
  sandbox = await RegisterSandbox.open('apps');
});
afterEach(() => sandbox.close());

async function run(component: string, kind: FaultKind | null): Promise<SandboxRun> {
  const sabotage = await sandbox.write('sabotage.mjs', SABOTAGE);
  const source = `${PROGRAMS[component]}\nconsole.log(JSON.stringify(seen));\nsetImmediate(() => process.exit());`;
  return sandbox.run('app.mjs', source, {
    flags: kind === null ? [] : ['--import', sabotage, '--import', HOOK_URL],
    environment: {
      PROVIDER: provider.url,
      FAST_LITELLM_ORIGINS: '127.0.0.1',
      FAST_LITELLM_STATUS: 'json',
      FAULT: `${component}:${kind}`,
      FAST_LITELLM_ACCELERATION: kind === null ? '' : JSON.stringify({ [component]: SETTINGS[kind] }),
    },
  });
}

function statusIn(stderr: string): RegisterStatus {
  const line = stderr.split('\n').find((each) => each.startsWith('{"atMs"'));
  if (line === undefined) throw new Error(`no status in ${stderr}`);
  return JSON.parse(line) as RegisterStatus;
}

describe.each(['tokenizer', 'rate_limiter', 'http_pool', 'completion'])('%s', (component) => {
  it.each(['throw', 'wrong', 'slow', 'hang'] as const)('that would %s', async (kind) => {
    const plain = await run(component, null);
    const faulty = await run(component, kind);
    expect(faulty.code).toBe(0);
    expect(faulty.stdout).toBe(plain.stdout);
    expect((JSON.parse(plain.stdout) as unknown[]).length).toBeGreaterThanOrEqual(180);
    const report = statusIn(faulty.stderr).components.find(({ name }) => name === component);
    expect(report).toMatchObject({ state: 'rolled_back', percent: 0, applied: false });
    expect(report?.why).toMatch(/^rolled back: .+; tried again in \d+ ?s$/);
    expect(report?.counts.originalCalls).toBeGreaterThan(0);
    expect(faulty.stderr.match(/back to the original/g)).toHaveLength(1);
    const isFault = kind === 'throw' || (kind === 'hang' && HANG_IS_A_FAULT.has(component));
    expect((report?.counts.fallbacks ?? 0) >= 5).toBe(isFault || (kind === 'wrong' && HANG_IS_A_FAULT.has(component)));
  });
});
