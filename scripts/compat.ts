/**
 * Replays the recordings of a real LiteLLM against the built gateway: `npm run -s test:compat -- [arguments of
 * replay.mjs]`, e.g. `--only 'chat-stream/*' --verbose`, `--config config-main.yaml`. Subtracts what
 * `docs/differences-from-litellm.md` names and compares with `test/compat/ratchet.json`; `--update-ratchet` takes the
 * cases that pass now off its list. Exit code 0: nothing worse than the ratchet; 1: worse; 2: could not run.
 * A run of everything must have run everything (redis-server is needed for that); a part is compared as a part.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, writeFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { readExcuses } from './compat/differences.ts';
import {
  compare,
  judge,
  raised,
  ratchetSchema,
  replaySchema,
  type CaseVerdict,
  type GroupRow,
  type Ratchet,
  type Replay,
} from './compat/ratchet.ts';
import { readRecordings, type Recording } from './compat/recordings.ts';
import { show } from './golden/difference.ts';

const CASES_SHOWN = 40;
const DIFFERENCES_SHOWN = 3;
/** Arguments that select a part of the recordings. */
const SELECTING = ['--only', '--config', '--cases', '--base'];

function main(root: string, args: readonly string[]): number {
  const kit = path.resolve(root, '../shared/compat');
  if (!existsSync(path.join(kit, 'replay.mjs')))
    throw new Error('the compat kit is not beside the checkout: ../shared/compat');
  const ratchetFile = path.join(root, 'test/compat/ratchet.json');
  const ratchet = ratchetSchema.parse(JSON.parse(readFileSync(ratchetFile, 'utf8')));
  const recordings = readRecordings(kit);
  const differences = path.join(root, 'docs/differences-from-litellm.md');
  const markdown = existsSync(differences) ? readFileSync(differences, 'utf8') : '';
  const excuses = readExcuses(markdown, new Set(recordings.keys()));

  const replay = runReplay(
    root,
    kit,
    args.filter((argument) => argument !== '--update-ratchet'),
  );
  const verdicts = judge(replay, recordings, excuses, ratchet);
  const rows = compare(verdicts, ratchet);
  const partial = args.some((argument) => SELECTING.includes(argument));
  const missing = partial ? [] : notRun(replay, recordings);
  report(rows, missing);
  if (args.includes('--update-ratchet')) writeRatchet(ratchetFile, raised(ratchet, rows));
  const failed = rows.reduce((sum, row) => sum + row.violations.length, 0) + missing.length;
  const passed = rows.reduce((sum, row) => sum + row.passing, 0);
  print(`${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

/** Runs the kit's replay; its own output goes to `out/compat/replay.log`, and to the terminal with `--verbose`. */
function runReplay(root: string, kit: string, args: readonly string[]): Replay {
  const folder = path.join(root, 'out/compat');
  mkdirSync(folder, { recursive: true });
  const given = args.indexOf('--json');
  const json = given >= 0 ? path.resolve(args[given + 1] ?? '') : path.join(folder, 'replay.json');
  rmSync(json, { force: true });
  const command = [path.join(kit, 'replay.mjs'), ...(given >= 0 ? [] : ['--json', json])];
  const start = `${path.join(root, 'bin/fast-litellm')} --config {config} --port {port}`;
  if (!args.includes('--start') && !args.includes('--base')) command.push('--start', start);
  const log = path.join(folder, 'replay.log');
  const output = args.includes('--verbose') ? 'inherit' : openSync(log, 'w');
  const result = spawnSync(process.execPath, [...command, ...args], { cwd: root, stdio: ['ignore', output, output] });
  if (typeof output === 'number') closeSync(output);
  if (!existsSync(json)) {
    const text = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n') : '';
    throw new Error(`the replay did not finish (status ${String(result.status)})\n${text}`);
  }
  return replaySchema.parse(JSON.parse(readFileSync(json, 'utf8')));
}

/** Configs of which not every case ran, with the number of cases left out. */
function notRun(replay: Replay, recordings: ReadonlyMap<string, Recording>): readonly string[] {
  const ran = new Set(replay.results.map((result) => result.name));
  const left = [...recordings.values()].filter((recording) => !ran.has(recording.name));
  return [...Map.groupBy(left, (recording) => recording.config)].map(
    ([config, cases]) =>
      `${config}: ${cases.length} cases not run${config.includes('redis') ? ' (needs redis-server)' : ''}`,
  );
}

function report(rows: readonly GroupRow[], missing: readonly string[]): void {
  let shown = 0;
  for (const verdict of rows.flatMap((row) => row.violations)) {
    if (shown++ < CASES_SHOWN) showCase(verdict);
  }
  if (shown > CASES_SHOWN) print(`… ${shown - CASES_SHOWN} more cases, see out/compat/replay.log`);
  print(
    `${'area'.padEnd(28)} ${['ran', 'pass', 'excused', 'known', 'WORSE', 'better'].map((word) => word.padStart(8)).join('')}`,
  );
  for (const row of rows) {
    const numbers = [row.ran, row.passing, row.excused, row.known, row.violations.length, row.better.length];
    print(`${row.group.padEnd(28)} ${numbers.map((count) => String(count).padStart(8)).join('')}`);
  }
  const better = rows.flatMap((row) => row.better);
  if (better.length > 0)
    print(`better than the ratchet (npm run -s test:compat -- --update-ratchet): ${better.join(', ')}`);
  for (const line of missing) print(`NOT RUN ${line}`);
}

function showCase({ name, group, differences }: CaseVerdict): void {
  print(`WORSE ${name} [${group}]`);
  for (const { step, check, path: where, want, got } of differences.slice(0, DIFFERENCES_SHOWN)) {
    print(`    step ${step} ${check} ${where}: want ${show(want)} got ${show(got)}`);
  }
  if (differences.length > DIFFERENCES_SHOWN) print(`    … ${differences.length - DIFFERENCES_SHOWN} more`);
}

function writeRatchet(file: string, ratchet: Ratchet): void {
  writeFileSync(file, `${JSON.stringify(ratchet, null, 2)}\n`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (import.meta.main) {
  try {
    process.exitCode = main(path.dirname(import.meta.dirname), process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`test:compat: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}
