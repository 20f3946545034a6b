import { describe, expect, it } from 'vitest';
import type { ReplacedPackage } from './contract.ts';
import { describeRange, isInRange, packageFileOf } from './package-file.ts';

function packageNamed(name: string): ReplacedPackage {
  return {
    name,
    component: 'tokenizer',
    versions: [
      [1, 0, 7],
      [1, 1, 0],
    ],
    adapter: 'none',
    points: [{ file: /^dist\/index\.c?js$/, kind: 'module', names: [] }],
    earlyFolder: null,
  };
}

const PACKAGES = new Map(['one', '@scope/two'].map((name) => [name, packageNamed(name)]));

describe('packageFileOf', () => {
  it.each([
    ['file:///app/node_modules/one/dist/index.js', 'one', 'file:///app/node_modules/one/'],
    ['file:///app/node_modules/@scope/two/dist/index.cjs', '@scope/two', 'file:///app/node_modules/@scope/two/'],
    [
      'file:///app/node_modules/.pnpm/one@1.0.8/node_modules/one/dist/index.js',
      'one',
      'file:///app/node_modules/.pnpm/one@1.0.8/node_modules/one/',
    ],
    [
      'file:///app/node_modules/other/node_modules/one/dist/index.js',
      'one',
      'file:///app/node_modules/other/node_modules/one/',
    ],
  ])('finds the package of %s', (url, name, root) => {
    expect(packageFileOf(url, PACKAGES)).toMatchObject({ package: { name }, root });
  });

  it.each([
    'file:///app/node_modules/one/dist/other.js',
    'file:///app/node_modules/one',
    'file:///app/node_modules/@scope',
    'file:///app/node_modules/one-more/dist/index.js',
    'file:///app/node_modules/one/node_modules/other/dist/index.js',
    'file:///app/one/dist/index.js',
    'https://example.com/node_modules/one/dist/index.js',
    'node:fs',
  ])('leaves %s alone', (url) => {
    expect(packageFileOf(url, PACKAGES)).toBeNull();
  });
});

describe('isInRange', () => {
  const range = packageNamed('one').versions;

  it.each(['1.0.7', '1.0.21', '1.0.100'])('knows %s', (version) => {
    expect(isInRange(version, range)).toBe(true);
  });

  it.each(['1.0.6', '1.1.0', '2.0.0', '0.9.9', '1.0.8-beta.1', '1.0', '', 'next'])('does not know %s', (version) => {
    expect(isInRange(version, range)).toBe(false);
  });

  it('is told in words', () => {
    expect(describeRange(range)).toBe('1.0.7 to below 1.1.0');
  });
});
