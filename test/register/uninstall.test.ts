/** After `uninstall` a program has what it had before the hook, and what it keeps of the hook's answers as the original. */
import { expect, it } from 'vitest';
import { HOOK_URL, RegisterSandbox } from '../support/register-sandbox.ts';

const PROGRAM = `
  import { createRequire } from 'node:module';
  const load = createRequire(import.meta.url);
  const shapeOf = (target) => Object.entries(Object.getOwnPropertyDescriptors(target))
    .map(([name, { value, ...rest }]) => [name, typeof value === 'function' ? value.toString() : typeof value, rest]);
  const shapes = () => JSON.stringify([
    ...['js-tiktoken', 'js-tiktoken/lite', 'tiktoken', 'tiktoken/lite'].map((name) => load(name).Tiktoken.prototype),
    load('tiktoken'), load('js-tiktoken'), load('gpt-tokenizer/GptEncoding').GptEncoding.prototype,
    load('gpt-tokenizer/BytePairEncodingCore').BytePairEncodingCore.prototype,
    load('rate-limiter-flexible').RateLimiterMemory.prototype,
  ].map(shapeOf)) + fetch.toString();
  const esm = await import('js-tiktoken');
  const kept = [load('js-tiktoken').getEncoding('gpt2'), load('tiktoken').get_encoding('gpt2'), esm.getEncoding('gpt2')];
  const { encode } = load('gpt-tokenizer');
  const answers = () => JSON.stringify([...kept.map((each) => [...each.encode('hello world')]), encode('hello world')]);
  const before = answers();
  const hooked = shapes();
  const hook = globalThis[Symbol.for('fast-litellm/register')];
  hook?.uninstall();
  const fastCalls = hook?.status().components[0].counts.fastCalls;
  const after = answers();
  const unchanged = fastCalls === hook?.status().components[0].counts.fastCalls;
  const classes = kept.map((each, i) => each.constructor === [load('js-tiktoken'), load('tiktoken'), esm][i].Tiktoken);
  console.log(JSON.stringify({ before, after, fastCalls, unchanged, classes, isHooked: hooked !== shapes(), shapes: shapes() }));`;

const AFTERWARDS = `
  import { getEncoding } from 'js-tiktoken';
  import { clearMode, configure, setMode, status, statusTable, uninstall } from '${HOOK_URL}';
  getEncoding('gpt2').encode('hello');
  const before = status().components[0].applied;
  uninstall();
  const refused = [() => setMode('tokenizer', 'on'), () => clearMode('tokenizer'), () => configure({ tokenizer: 'on' })]
    .map((change) => { try { change(); return 'accepted'; } catch (error) { return error.message; } });
  const { installed, components } = status();
  const states = components.map(({ state, applied, percent, why }) => [state, applied, percent, why].join());
  console.log(JSON.stringify({ before, refused, installed, states, table: statusTable() }));`;

it('is shown in the status, and refuses settings that could have no effect', async () => {
  const sandbox = await RegisterSandbox.open('apps');
  try {
    const { stdout, stderr } = await sandbox.run('app.mjs', AFTERWARDS);
    const seen = JSON.parse(stdout) as { readonly refused: readonly string[]; readonly table: string };
    expect(seen).toMatchObject({ before: true, installed: false });
    expect(seen).toHaveProperty('states', Array(4).fill('off,false,0,everything is switched off by uninstall()'));
    for (const message of seen.refused)
      expect(message).toMatch(/^The hook is uninstalled, so no setting has an effect/);
    expect(seen.table).toMatch(/^fast-litellm is uninstalled: .+\ncomponent .+\ntokenizer +off +0 /);
    expect(seen.table).not.toContain('applied');
    expect(stderr).toBe('');
  } finally {
    await sandbox.close();
  }
});

it('restores every class, function and module', async () => {
  const sandbox = await RegisterSandbox.open('apps');
  try {
    const plain = JSON.parse((await sandbox.run('app.mjs', PROGRAM, { flags: [] })).stdout) as Record<string, unknown>;
    const hooked = JSON.parse((await sandbox.run('app.mjs', PROGRAM)).stdout) as Record<string, unknown>;
    expect(hooked).toEqual({ ...plain, isHooked: true, fastCalls: 4 });
    expect(hooked['after']).toBe(hooked['before']);
  } finally {
    await sandbox.close();
  }
});
