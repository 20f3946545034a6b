import { describe, expect, test } from 'vitest';

import { plant } from '../test/support/planted-tree.ts';
import { checkArrows } from './check-arrows.ts';

function violations(files: Readonly<Record<string, string>>): readonly string[] {
  using tree = plant(files);
  return checkArrows(tree.root).violations;
}

const WIRE = { 'src/wire/contract.ts': 'export interface W {}', 'src/wire/http.ts': 'export const x = 1;' };

describe('arrows', () => {
  test('a tree that obeys has none, and every module and import is seen', () => {
    using tree = plant({
      ...WIRE,
      'src/pool/a.ts': "import type { W } from '../wire/contract.ts';\nexport const w: W = {};",
      'src/gateway/b.ts':
        "import { x } from '../wire/http.ts';\nexport { w } from '../pool/a.ts';\nexport const y = x;",
    });
    expect(checkArrows(tree.root)).toEqual({ modules: 4, imports: 3, violations: [] });
  });

  test.each([
    ['a sibling on the same level', 'src/pool/a.ts', "import { x } from '../wire/http.ts'; export const y = x;"],
    ['a level above', 'src/errors/a.ts', "import { x } from '../wire/http.ts'; export const y = x;"],
    ['a contract at run time', 'src/pool/a.ts', "import '../wire/contract.ts';"],
    [
      'a type of an implementation',
      'src/pool/a.ts',
      "import type { x } from '../wire/http.ts'; export type Y = typeof x;",
    ],
    ['a re-export', 'src/pool/a.ts', "export { x } from '../wire/http.ts';"],
    ['a dynamic import', 'src/pool/a.ts', "export const y = await import('../wire/http.ts');"],
    [
      'an implementation in a contract',
      'src/pool/contract.ts',
      "import { z } from './z.ts'; export type Z = typeof z;",
    ],
    ['a file that is not there', 'src/pool/a.ts', "import { x } from './nowhere.ts'; export const y = x;"],
    ['a folder without a level', 'src/helpers/a.ts', "import 'node:fs';"],
    ['a leaf', 'src/cli/a.ts', "import '../../bench/run.ts';"],
    ['a test', 'src/cli/a.ts', "import './b.test.ts';"],
    ['a package of another room', 'src/gateway/a.ts', "import { request } from 'undici'; export const y = request;"],
    ['the environment', 'src/gateway/a.ts', "import { env } from 'node:process'; export const y = env;"],
  ])('refuses %s', (_name, file, text) => {
    const planted = {
      ...WIRE,
      'src/pool/z.ts': 'export const z = 1;',
      'src/cli/b.test.ts': 'export {};',
      'bench/run.ts': 'export {};',
      [file]: text,
    };
    expect(violations(planted)).toHaveLength(1);
  });

  test('refuses a cycle at run time, not one of types', () => {
    const a = "import { b } from './b.ts'; export const a = () => b;";
    const b = "import { a } from './a.ts'; export const b = () => a;";
    const typed = "import type { a } from './a.ts'; export const b: typeof a | number = 1;";
    expect(violations({ 'src/pool/a.ts': a, 'src/pool/b.ts': b })).toEqual([
      'cycle: src/pool/a.ts -> src/pool/b.ts -> src/pool/a.ts',
    ]);
    expect(violations({ 'src/pool/a.ts': a, 'src/pool/b.ts': typed })).toEqual([]);
  });

  test('refuses to have seen nothing', () => {
    expect(violations({})).toEqual(['saw 0 modules: nothing was checked']);
    expect(violations({ 'src/pool/a.ts': 'export {};', 'src/pool/b.ts': 'export {};' })).toHaveLength(1);
  });
});
