/** Node binaries of other majors for tests, from npm's packages with Node inside, kept in `.cache/`. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { run } from './run.ts';

/** Path of a Node of this major; the pinned one when it is of that major. */
export function nodeOf(root: string, major: string): string {
  if (process.versions.node.split('.')[0] === major) return process.execPath;
  const folder = path.join(root, '.cache', `node-${major}`);
  // The package `node` installs one of these from its install script; named directly no script has to run.
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const name = `${prefix}-${process.platform}-${process.arch}`;
  const binary = path.join(folder, 'node_modules', name, 'bin/node');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  const { status, stderr } = run('npm', ['install', '--no-audit', '--no-fund', `${name}@${major}`], folder);
  if (status !== 0 || !existsSync(binary)) throw new Error(`no Node ${major} from npm: ${stderr}`);
  return binary;
}
