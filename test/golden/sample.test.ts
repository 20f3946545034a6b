/** A sample of the golden answers; `npm run golden` runs whole files. */
import { globSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from 'vitest';

import { runGoldenFiles } from '../../scripts/golden.ts';

const root = path.join(import.meta.dirname, '../..');
const folder = path.join(root, 'test/sample/golden');
const files = globSync('*.jsonl.gz', { cwd: folder }).sort();

test('there are several sets', () => expect(files.length).toBeGreaterThan(5));

test.each(files)('%s', async (file) => {
  const lines: string[] = [];
  const code = await runGoldenFiles([path.join(folder, file)], {
    runners: path.join(root, 'scripts/golden'),
    exclusions: [],
    root,
    print: (line) => lines.push(line),
  });
  expect([code, lines.at(-1)]).toEqual([0, expect.stringMatching(/^[1-9]\d* passed, 0 failed$/)]);
});
