/** The rehearsal of docs/register.md: tables that cannot be built send the tokenizer back, and no answer changes. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOOK_URL, RegisterSandbox } from '../support/register-sandbox.ts';

const TEXT = readFileSync(new URL('../../docs/register.md', import.meta.url), 'utf8');
const [, REHEARSAL = ''] = /```js\n([\s\S]*?)```/.exec(TEXT) ?? [];

const program = (imports: string, ids: string): string => `
  ${imports}
  const seen = [];
  for (let i = 0; i < 20; i += 1) { const text = 'call ' + i; seen.push([...${ids}]); }
  console.log(JSON.stringify(seen));`;

const JS_TIKTOKEN = program(`import { getEncoding } from 'js-tiktoken';`, `getEncoding('o200k_base').encode(text)`);
const TIKTOKEN = program(`import { get_encoding } from 'tiktoken';`, `get_encoding('o200k_base').encode(text)`);
const GPT_TOKENIZER = program(`import { encode } from 'gpt-tokenizer';`, 'encode(text)');
const EARLY = program(
  `import '${HOOK_URL}';\nimport { getEncoding } from 'js-tiktoken';\nconst encoding = getEncoding('gpt2');`,
  'encoding.encode(text)',
);

let sandbox: RegisterSandbox;
let preload: string;
beforeAll(async () => {
  sandbox = await RegisterSandbox.open('apps');
  preload = await sandbox.write('rehearsal.mjs', REHEARSAL);
});
afterAll(() => sandbox.close());

const FLAGS = (): readonly string[] => ['--import', HOOK_URL, '--import', preload];

describe('a rehearsed fault', () => {
  it.each([
    ['js-tiktoken', JS_TIKTOKEN],
    ['tiktoken', TIKTOKEN],
  ])('of %s is answered by the original and takes the component back', async (_name, source) => {
    const plain = await sandbox.run('app.mjs', source, { flags: [] });
    const environment = { FAST_LITELLM_STATUS: 'exit' };
    const { stdout, stderr, code } = await sandbox.run('app.mjs', source, { flags: FLAGS(), environment });
    expect([stdout, code]).toEqual([plain.stdout, 0]);
    expect(stderr).toContain('tokenizer: back to the original (error budget), tried again in 30 s');
    expect(stderr).toMatch(/^tokenizer +on +0 +5 +15 +5 +0 .+ rolled back: error budget; tried again in \d+s$/m);
  });

  it.each([
    ['gpt-tokenizer', GPT_TOKENIZER, FLAGS],
    ['a js-tiktoken that was linked before the hook', EARLY, () => ['--import', preload]],
  ])('where tokens are looked at leaves %s as it is, which is said once', async (_name, source, flags) => {
    const plain = await sandbox.run('app.mjs', source, { flags: [] });
    const { stdout, stderr, code } = await sandbox.run('app.mjs', source, { flags: flags() });
    expect([stdout, code]).toEqual([plain.stdout, 0]);
    expect(stderr.match(/runs as it is: its tokens could not be looked at \(Error\)/g)).toHaveLength(1);
  });
});
