/**
 * `npm run bench:gateway [-- --rounds 3 --seconds 4 --only floor,fast-litellm --out FILE]`
 *
 * Every round runs each contestant once, in the opposite order of the round before. Each measure has a fresh process.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { percentile } from '../statistics.ts';
import { CONTESTANTS, requestHeaders, type Contestant } from './contestants.ts';
import { firstEventMs } from './first-event.ts';
import { measure, type Target } from './measure.ts';
import { residentMegabytes } from './process-figures.ts';
import { render, type ContestantRounds } from './report.ts';
import { start } from './running.ts';
import { WORKLOADS } from './workloads.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const FIRST_EVENT_REQUESTS = 200;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string' },
    out: { type: 'string', default: path.join(ROOT, 'docs/benchmarks.md') },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

const empty = (label: string): ContestantRounds => ({ label, startMs: [], idleMb: [], figures: {}, firstEventMs: [] });
const wanted = values.only?.split(',');
const chosen = CONTESTANTS.filter(({ name }) => wanted === undefined || wanted.includes(name));
const present = chosen.filter((contestant) => contestant.missing() === null);
const results = new Map(present.map((contestant) => [contestant.name, empty(contestant.label)]));
const direct = empty('direct');

const mock = await start(
  (port) => ({ command: process.execPath, args: [path.join(import.meta.dirname, 'mock-upstream.ts'), String(port)] }),
  null,
);
try {
  for (let round = 0; round < rounds; round += 1) {
    await runWorkloads({ pid: mock.pid, port: mock.port, headers: { 'content-type': 'application/json' } }, direct);
    const order = round % 2 === 0 ? present : present.toReversed();
    for (const contestant of order) await runContestant(contestant, round);
  }
} finally {
  await mock.stop();
}

const skipped = chosen.flatMap(({ label, missing }) => {
  const why = missing();
  return why === null ? [] : [{ label, why }];
});
const revision = execFileSync('git', ['-C', ROOT, 'rev-parse', '--short', 'HEAD']).toString().trim();
const report = render({ contestants: [...results.values()], skipped, direct, rounds, seconds, revision });
writeFileSync(values.out, report);
process.stdout.write(report);

async function runContestant(contestant: Contestant, round: number): Promise<void> {
  const result = results.get(contestant.name);
  if (result === undefined) return;
  process.stderr.write(`round ${round + 1} of ${rounds}: ${contestant.label}\n`);
  const running = await start((port, folder) => contestant.launch(port, mock.port, folder), contestant.readyPath);
  try {
    result.startMs.push(running.startMs);
    result.idleMb.push(residentMegabytes(running.pid));
    await runWorkloads(
      { pid: running.pid, port: running.port, headers: requestHeaders(contestant, mock.port) },
      result,
    );
  } finally {
    await running.stop();
  }
}

async function runWorkloads(target: Target, result: ContestantRounds): Promise<void> {
  for (const workload of WORKLOADS) {
    const figures = await measure(target, workload, seconds);
    (result.figures[workload.name] ??= []).push(figures);
    if (workload.streamed) {
      const times = await firstEventMs(target, workload.body, FIRST_EVENT_REQUESTS);
      result.firstEventMs.push(percentile(times, 0.5));
    }
  }
}
