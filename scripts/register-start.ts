/**
 * What the register hook adds to the start of a program: `npm run bench:register-start`, after `npm run build`. Starts
 * an empty program many times with the hook and without, in turns, and prints both medians and their difference;
 * `--starts N` says how many of each (default 40), `--node PATH` with which Node.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = path.dirname(import.meta.dirname);
const HOOK = path.join(ROOT, 'dist/register/index.js');
const LIMIT_MS = 15;

function startMs(node: string, args: readonly string[]): number {
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(node, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return Number(process.hrtime.bigint() - started) / 1e6;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function main(): number {
  const { values } = parseArgs({
    options: { starts: { type: 'string', default: '40' }, node: { type: 'string', default: process.execPath } },
  });
  if (!existsSync(HOOK)) throw new Error('dist/ is missing: npm run build');
  const folder = mkdtempSync(path.join(tmpdir(), 'register-start-'));
  try {
    const program = path.join(folder, 'empty.mjs');
    writeFileSync(program, '');
    const ways = {
      without: [program],
      '--import': ['--import', pathToFileURL(HOOK).href, program],
      '--require': ['--require', HOOK, program],
    };
    const times = new Map<string, number[]>(Object.keys(ways).map((way) => [way, []]));
    for (let round = 0; round < Number(values.starts) + 1; round += 1) {
      for (const [way, args] of Object.entries(ways)) {
        const ms = startMs(values.node, args);
        // The first round fills the system's caches.
        if (round > 0) times.get(way)?.push(ms);
      }
    }
    const without = median(times.get('without') ?? []);
    process.stdout.write(`without     ${without.toFixed(1)} ms\n`);
    let worst = 0;
    for (const way of ['--import', '--require']) {
      const added = median(times.get(way) ?? []) - without;
      worst = Math.max(worst, added);
      process.stdout.write(`${way.padEnd(10)}  +${added.toFixed(1)} ms\n`);
    }
    process.stdout.write(`limit       +${LIMIT_MS.toFixed(1)} ms: ${worst < LIMIT_MS ? 'kept' : 'passed'}\n`);
    return worst < LIMIT_MS ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) process.exitCode = main();
