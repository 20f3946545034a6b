/** Sees the checks that other tools carry out fail: types, lint, formatting, unused code, the packed files. */
import { copyFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { describe, expect, test, vi } from 'vitest';

import { plant } from '../test/support/planted-tree.ts';
import { wrongFiles, wrongModules } from './check-package.ts';
import { run } from './package/run.ts';

// Each test starts a compiler or linter of its own, on a machine that may be busy.
vi.setConfig({ testTimeout: 90_000 });

const root = path.dirname(import.meta.dirname);
const CONFIG = ['package.json', 'tsconfig.json', '.oxlintrc.json', '.prettierrc.json', 'knip.json'];

/** Runs a tool with this project's configuration over planted files. */
function check(tool: string, args: readonly string[], files: Readonly<Record<string, string>>): [boolean, string] {
  using tree = plant(files);
  for (const file of CONFIG) copyFileSync(path.join(root, file), path.join(tree.root, file));
  symlinkSync(path.join(root, 'node_modules'), path.join(tree.root, 'node_modules'));
  const { status, stdout, stderr } = run(process.execPath, [path.join(root, 'node_modules', tool), ...args], tree.root);
  return [status === 0, stdout + stderr];
}

const lint = (text: string): [boolean, string] =>
  check('oxlint/bin/oxlint', ['--type-aware', '--deny-warnings', 'src'], {
    'src/wire/a.ts': text,
    'src/wire/b.ts': "import { a } from './a.ts';\nexport const b = (): unknown => a;\n",
  });

describe('lint', () => {
  test('passes what obeys', () => {
    expect(lint('export const a = 1;\n')).toEqual([true, expect.any(String)]);
  });

  test.each([
    ['no-floating-promises', 'export const a = (): void => { Promise.resolve(1); };'],
    ['no-misused-promises', 'export const a = (): void => { [1].forEach(async () => { await Promise.resolve(); }); };'],
    ['no-explicit-any', 'export const a = (x: any): number => (x === 1 ? 1 : 2);'],
    ['no-unsafe-member-access', "export const a = (): boolean => JSON.parse('1').x === 1;"],
    ['no-console', "export const a = (): void => { console.log('x'); };"],
    ['no-cycle', "import { b } from './b.ts';\nexport const a = b;"],
    ['no-process-env', "export const a = process.env['HOME'];"],
    ['no-default-export', 'const a = 1;\nexport { a };\nexport default a;'],
    ['consistent-type-imports', "import { Stats } from 'node:fs';\nexport const a: Stats | null = null;"],
    ['switch-exhaustiveness-check', "export function a(k: 'x' | 'y'): void { switch (k) { case 'x': break; } }"],
    ['ban-ts-comment', '// @ts-ignore\nexport const a = 1;'],
  ])('refuses %s', (rule, text) => {
    const [passed, output] = lint(`${text}\n`);
    expect(output).toContain(rule);
    expect(passed).toBe(false);
  });
});

test('types are checked strictly', () => {
  const types = (text: string): boolean => check('typescript/bin/tsc', ['-p', '.'], { 'src/a.ts': text })[0];
  expect(types('export const a: number = 1;')).toBe(true);
  expect(types('export const a = (list: readonly number[]): number => list[0];')).toBe(false);
  expect(types('export enum A { B }')).toBe(false);
});

test('formatting is checked', () => {
  const formatted = (text: string): boolean =>
    check('prettier/bin/prettier.cjs', ['--check', 'src'], { 'src/a.ts': text })[0];
  expect(formatted("export const a = 'x';\n")).toBe(true);
  expect(formatted('export const a = "x"\n')).toBe(false);
});

test('unused exports and files are found', () => {
  const knip = (files: Readonly<Record<string, string>>): string =>
    check('knip/bin/knip.js', ['--no-progress', '--include', 'files,exports'], files)[1];
  const index = "import { used } from './a.ts';\nexport const door = used;\n";
  expect(knip({ 'src/index.ts': index, 'src/a.ts': 'export const used = 1;\n' })).not.toContain('src/a.ts');
  const output = knip({
    'src/index.ts': index,
    'src/a.ts': 'export const used = 1;\nexport const unused = 2;\n',
    'src/b.ts': 'export const lonely = 1;\n',
  });
  expect(output).toMatch(/unused\s.*src\/a\.ts/);
  expect(output).toContain('src/b.ts');
});

describe('the package', () => {
  const shipped = ['package.json', 'README.md', 'LICENSE', 'dist/cli/main.js'];

  test('ships what is needed and nothing of the tests', () => {
    expect(wrongFiles(shipped)).toEqual([]);
    expect(wrongFiles([...shipped, 'dist/wire/a.test.js', 'src/index.ts'])).toHaveLength(2);
    expect(wrongFiles(shipped.slice(1))).toEqual(['does not ship package.json']);
  });

  test('the library door loads nothing heavy, and must load something', () => {
    const own = 'file:///x/node_modules/fast-litellm/dist/';
    expect(wrongModules([`${own}index.js`, `${own}errors/codes.js`])).toEqual([]);
    expect(wrongModules([`${own}index.js`, `${own}gateway/assembly.js`])).toEqual([
      'loads fast-litellm/dist/gateway/assembly.js',
    ]);
    expect(wrongModules([`${own}index.js`, 'file:///x/node_modules/pino/pino.js'])).toEqual(['loads pino/pino.js']);
    expect(wrongModules(['node:module'])).toHaveLength(1);
  });
});
