/**
 * Builds `dist/` from `src/`: TypeScript into a fresh folder beside it, joined there into few files, then two renames, so
 * that a running gateway or a second build never sees half of it and no file of an earlier build stays. Run by
 * `npm run build` and, as `prepare`, by `npm ci`.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { bundle } from './bundle.ts';

const NODE_LINE = '#!/usr/bin/env node\n';

/** Compiles `root/src` into `root/dist`. Throws with the compiler's output when the sources do not compile. */
export async function build(root: string): Promise<void> {
  const target = path.join(root, 'dist');
  const fresh = path.join(root, `dist.new-${process.pid}`);
  const old = path.join(root, `dist.old-${process.pid}`);
  try {
    compile(root, fresh);
    await bundle(fresh, packageEntries(root));
    copyData(root, fresh);
    makeExecutable(path.join(fresh, 'cli', 'main.js'));
    if (existsSync(target)) renameSync(target, old);
    renameSync(fresh, target);
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  }
}

function compile(root: string, outDir: string): void {
  const compiler = path.join(
    path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  );
  const args = [compiler, '-p', path.join(root, 'tsconfig.build.json'), '--outDir', outDir];
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`tsc failed:\n${result.stdout}${result.stderr}`);
}

/** The files of `dist/` that package.json names. */
function packageEntries(root: string): readonly string[] {
  const text = readFileSync(path.join(root, 'package.json'), 'utf8');
  return [...new Set([...text.matchAll(/"(?:\.\/)?dist\/([\w/-]+\.js)"/g)].map(([, file]) => file ?? ''))];
}

/** What the compiler leaves behind: files that the code reads beside itself. */
function copyData(root: string, outDir: string): void {
  const source = path.join(root, 'src');
  if (!existsSync(source)) return;
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.bin')) cpSync(path.join(source, name), path.join(outDir, name));
}

function makeExecutable(file: string): void {
  if (!existsSync(file)) return;
  const source = readFileSync(file, 'utf8');
  if (!source.startsWith('#!')) writeFileSync(file, NODE_LINE + source);
  chmodSync(file, 0o755);
}

if (import.meta.main) {
  try {
    await build(path.dirname(import.meta.dirname));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
