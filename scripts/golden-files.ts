/** Prints the golden files of a folder whose set has a runner, one a line: `node scripts/golden-files.ts FOLDER`. */
import { globSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { findRunner, NoRunnerError, setOf } from './golden.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: node scripts/golden-files.ts FOLDER');
for (const file of globSync('*.{jsonl,jsonl.gz}', { cwd: folder }).sort()) {
  try {
    await findRunner(setOf(file), path.join(import.meta.dirname, 'golden'));
    process.stdout.write(`${path.join(folder, file)}\n`);
  } catch (error) {
    // A runner that does not load must not look like a set that nobody runs.
    if (!(error instanceof NoRunnerError)) throw error;
  }
}
