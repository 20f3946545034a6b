/** The program of docs/register.md runs as it stands, and its tables name what is there. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { REPLACED_PACKAGES } from '../../src/register/replaced-packages.ts';
import { VARIABLES } from '../../src/register/variables.ts';
import { HOOK_URL, RegisterSandbox } from '../support/register-sandbox.ts';

const TEXT = readFileSync(new URL('../../docs/register.md', import.meta.url), 'utf8');

it('shows a program that runs', async () => {
  const [, source = ''] = /```ts\n([\s\S]*?)```/.exec(TEXT) ?? [];
  const sandbox = await RegisterSandbox.open('empty');
  try {
    const { stdout, stderr, code } = await sandbox.run('app.mjs', source.replace('fast-litellm/register', HOOK_URL));
    expect([stderr, code]).toEqual(['', 0]);
    expect(stdout).toContain('canary:25');
  } finally {
    await sandbox.close();
  }
});

it('names every package, component and variable', () => {
  const names = REPLACED_PACKAGES.flatMap(({ name, component }) => [`\`${name}\``, `\`${component}\``]);
  for (const name of [...names, ...Object.values(VARIABLES)]) expect(TEXT).toContain(name);
});
