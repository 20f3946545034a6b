/** Runs the tests and ends with `N passed, M failed`, for `.ci/run`. Arguments go to vitest. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { z } from 'zod';

const reportSchema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numFailedTestSuites: z.int(),
  numPendingTests: z.int(),
  success: z.boolean(),
});

const root = path.dirname(import.meta.dirname);
const file = path.join(root, 'out/vitest.json');
mkdirSync(path.dirname(file), { recursive: true });
rmSync(file, { force: true });
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
const args = [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
const run = spawnSync(process.execPath, [...args, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
const report = reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
// A suite that does not load has no failed test; a skipped test is not one that passed.
const failed = report.numFailedTests + report.numPendingTests;
const broken = failed === 0 && (report.numFailedTestSuites > 0 || run.status !== 0) ? 1 : 0;
process.stdout.write(`${report.numPassedTests} passed, ${failed + broken} failed\n`);
process.exitCode = failed + broken > 0 || report.numPassedTests === 0 ? 1 : 0;
