/**
 * The long form of the tests, run before an issue closes: every property with many more tries, then the suites that
 * take minutes. `FUZZ_RUNS` (default 5000) and the seeds that fast-check prints make a failure repeatable.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

const root = path.dirname(import.meta.dirname);
const fuzzRuns = process.env['FUZZ_RUNS'] ?? '5000';

const STAGES: readonly (readonly [string, readonly string[]])[] = [
  [`every test, properties ${fuzzRuns} times`, ['run', '--testTimeout', '600000']],
  ['memory and clients that leave', ['run', '--config', 'vitest.long.config.ts']],
  ['the fault catalogue at its own times', ['run', '--config', 'vitest.faults.config.ts']],
];

let failed = 0;
for (const [name, args] of STAGES) {
  const started = performance.now();
  process.stdout.write(`== ${name}\n`);
  const run = spawnSync('vitest', [...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, FUZZ_RUNS: fuzzRuns, FAULTS_SCALE: '1' },
  });
  if (run.status !== 0) failed += 1;
  process.stdout.write(`-- ${name}: status ${run.status}, ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
}
process.stdout.write(`${STAGES.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
