/**
 * Runs every check of the sources, the next also when one fails, and ends with `N passed, M failed`.
 * `npm run -s check`; with names, only those: `npm run -s check -- lint arrows`.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

/** Name -> npm script. The packed package is checked by `check:package`, which takes longer. */
const CHECKS: ReadonlyMap<string, string> = new Map([
  ['types', 'typecheck'],
  ['lint', 'lint'],
  ['format', 'format:check'],
  ['arrows', 'check:arrows'],
  ['budgets', 'check:budgets'],
  ['unused', 'check:unused'],
  ['generated', 'check:generated'],
  ['bench-docs', 'check:bench-docs'],
]);

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !CHECKS.has(name));
if (unknown !== undefined) {
  process.stderr.write(`no check "${unknown}"; there are ${[...CHECKS.keys()].join(', ')}\n`);
  process.exit(2);
}
let [passed, failed] = [0, 0];
for (const [name, script] of CHECKS) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const start = performance.now();
  const root = path.dirname(import.meta.dirname);
  const run = spawnSync('npm', ['run', '-s', script], { cwd: root, encoding: 'utf8' });
  if (run.status === 0) passed++;
  else failed++;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${run.status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n`);
  if (run.status !== 0) process.stdout.write(`${run.stdout}${run.stderr}`);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
