/**
 * A user's first hour: a program with js-tiktoken and openai is given the hook in shadow mode, for a tenth of its calls,
 * for all of them; then the fast paths break. Every question is answered, the table says what happened.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { RegisterProvider } from '../support/register-provider.ts';
import { HOOK_URL, RegisterSandbox, type SandboxRun } from '../support/register-sandbox.ts';

const INSTALL = new URL('../../src/register/install.ts', import.meta.url).href;

const APP = `
  import { encodingForModel } from 'js-tiktoken';
  import OpenAI from 'openai';

  const encoding = encodingForModel('gpt-4o');
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: process.env.PROVIDER + '/v1', maxRetries: 0 });
  for (let i = 0; i < 200; i += 1) {
    const content = 'Question ' + i;
    const { choices } = await client.chat.completions.create({ model: 'gpt-4o', messages: [{ role: 'user', content }] });
    console.log(i, encoding.encode(content).length, choices[0].message.content);
  }`;

/** From the hundredth call on, what a broken fast path does. */
const BREAKS = `
  import { install } from '${INSTALL}';
  const calls = new Map();
  install({
    disturb: (component, fast) => function (...args) {
      const count = (calls.get(component) ?? 0) + 1;
      calls.set(component, count);
      if (count > 100) throw new RangeError('broken');
      return fast.apply(this, args);
    },
  });`;

let provider: RegisterProvider;
let sandbox: RegisterSandbox;
let plain: SandboxRun;
beforeAll(async () => {
  provider = await RegisterProvider.start();
  const first = await RegisterSandbox.open('apps');
  plain = await first.run('app.mjs', APP, { flags: [], environment: { PROVIDER: provider.url } });
  await first.close();
});
afterAll(() => provider.close());
beforeEach(async () => {
  provider.reset();
  sandbox = await RegisterSandbox.open('apps');
});
afterEach(() => sandbox.close());

function run(mode: string, flags: readonly string[] = ['--import', HOOK_URL]): Promise<SandboxRun> {
  return sandbox.run('app.mjs', APP, {
    flags,
    environment: {
      PROVIDER: provider.url,
      FAST_LITELLM_ORIGINS: '127.0.0.1',
      FAST_LITELLM_STATUS: 'exit',
      FAST_LITELLM_TOKENIZER: mode,
      FAST_LITELLM_HTTP_POOL: mode,
    },
  });
}

/** Cells of a component's line in the table, by column. */
function lineOf(table: string, component: string): Readonly<Record<string, string>> {
  const [head = '', ...lines] = table.split('\n').filter((line) => /^(?:component|\w+) +\S+ +/.test(line));
  const columns = head.split(/ {2,}/);
  const cells = lines.find((line) => line.startsWith(`${component} `))?.split(/ {2,}/) ?? [];
  return Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? '']));
}

it('answers two hundred questions without the hook', () => {
  expect(plain.stdout.trim().split('\n')).toHaveLength(200);
  expect(plain.stderr).toBe('');
});

it('runs beside the program in shadow mode', async () => {
  const { stdout, stderr } = await run('shadow');
  expect(stdout).toBe(plain.stdout);
  expect(lineOf(stderr, 'tokenizer')).toMatchObject({ mode: 'shadow', 'fast calls': '0', 'original calls': '200' });
  expect(lineOf(stderr, 'tokenizer')['why']).toMatch(/; [1-9]\d* compared, 0 differ$/);
  expect(lineOf(stderr, 'http_pool')['why']).toContain('nothing is compared');
});

it('takes a tenth of the calls', async () => {
  const { stdout, stderr } = await run('canary:10');
  expect(stdout).toBe(plain.stdout);
  for (const component of ['tokenizer', 'http_pool']) {
    const line = lineOf(stderr, component);
    expect(line).toMatchObject({ mode: 'canary:10', '%': '10', fallbacks: '0', mismatches: '0' });
    expect(Number(line['fast calls']) + Number(line['original calls'])).toBe(200);
    expect(Number(line['fast calls'])).toBeGreaterThan(0);
    expect(Number(line['fast calls'])).toBeLessThan(60);
  }
});

it('takes all of them', async () => {
  const { stdout, stderr } = await run('on');
  expect(stdout).toBe(plain.stdout);
  for (const component of ['tokenizer', 'http_pool'])
    expect(lineOf(stderr, component)).toMatchObject({
      mode: 'on',
      'fast calls': '200',
      state: 'applied',
      fallbacks: '0',
    });
});

it('goes back when it breaks, and every question is answered once', async () => {
  const breaks = await sandbox.write('breaks.mjs', BREAKS);
  const { stdout, stderr, code } = await run('on', ['--import', breaks, '--import', HOOK_URL]);
  expect([stdout, code]).toEqual([plain.stdout, 0]);
  expect(provider.seen).toHaveLength(200);
  for (const component of ['tokenizer', 'http_pool']) {
    const line = lineOf(stderr, component);
    expect(line).toMatchObject({ mode: 'on', '%': '0', state: 'rolled back', mismatches: '0' });
    expect(line['why']).toMatch(/^rolled back: error budget; tried again in \d+s$/);
    expect(Number(line['fallbacks'])).toBeGreaterThanOrEqual(5);
    expect(Number(line['original calls'])).toBeGreaterThan(80);
    expect(stderr).toContain(`${component}: the fast path failed, the original answered`);
    expect(stderr).toContain(`${component}: back to the original (error budget), tried again in 30 s`);
  }
});
