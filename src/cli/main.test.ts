import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const MAIN = path.join(import.meta.dirname, 'main.ts');

function run(
  args: readonly string[],
  preload: string | null = null,
): { status: number | null; out: string; err: string } {
  const imports = preload === null ? [] : ['--import', `data:text/javascript,${encodeURIComponent(preload)}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...imports, MAIN, ...args], { encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}

function asNode(version: string): string {
  return `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
}

describe('main', () => {
  it('imports nothing of ours statically, so that an older Node reaches the version check', () => {
    expect(readFileSync(MAIN, 'utf8')).not.toMatch(/^import\b(?!.* from 'node:)/m);
  });

  it.each(['20.18.1', '22.18.0', '18.0.0'])('tells Node %s in one line that it is too old', (version) => {
    const { status, out, err } = run(['--version'], asNode(version));
    expect([status, out]).toEqual([1, '']);
    expect(err).toBe(
      `fast-litellm needs Node 22.19 or later; this is Node ${version}. ` +
        'Install a current Node from https://nodejs.org and start again.\n',
    );
  });

  it.each(['22.19.0', '24.0.0'])('runs under Node %s', (version) => {
    expect(run(['--version'], asNode(version))).toMatchObject({ status: 0, err: '' });
  });

  it('prints the version of the manifest', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(run(['--version']).out).toBe(`fast-litellm ${manifest.version}\n`);
  });

  it('silences SQLite’s warning and no other', () => {
    const emit = `setTimeout(() => {
      process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
      process.emitWarning('another thing');
    }, 100);`;
    const { err } = run(['--version'], emit);
    expect(err).toContain('another thing');
    expect(err).not.toContain('SQLite');
  });
});
