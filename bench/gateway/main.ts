/**
 * `npm run bench:gateway [-- --rounds 3 --seconds 4 --only floor,fast-litellm --python PATH --fast-python PATH --out FILE]`
 *
 * Every round runs each contestant once, in the opposite order of the round before. Each measure has a fresh process.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { environmentLines, readEnvironment } from '../environment.ts';
import { ROOT } from '../installed.ts';
import { withLock } from '../lock.ts';
import { gatewayContestants } from './contestants.ts';
import { GatewaySession, type GatewayPlan, type GatewayRound } from './gateway-session.ts';
import { render, type ContestantRounds } from './report.ts';
import { WORKLOADS } from './workloads.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    'fast-python': { type: 'string' },
    out: { type: 'string', default: path.join(ROOT, 'docs/benchmarks-gateway.md') },
  },
});
const rounds = Number(values.rounds);
const plan: GatewayPlan = { workloads: WORKLOADS, seconds: Number(values.seconds), firstEvents: 200 };
const wanted = values.only?.split(',');
const all = gatewayContestants({ litellm: values.python, fastLitellm: values['fast-python'] ?? values.python });
const chosen = all.filter(({ name }) => wanted === undefined || wanted.includes(name));
const present = chosen.filter(({ missing }) => missing === null);
const results = new Map(present.map(({ name, label }) => [name, empty(label)]));
const direct = empty('direct');
const environment = environmentLines(readEnvironment());

await withLock(async () => {
  const session = await GatewaySession.open();
  try {
    for (let round = 0; round < rounds; round += 1) await runRound(session, round);
  } finally {
    await session.close();
  }
});

const skipped = chosen.flatMap(({ label, missing }) => (missing === null ? [] : [{ label, why: missing }]));
const contestants = [...results.values()];
const report = render({ contestants, skipped, direct, rounds, seconds: plan.seconds, environment });
writeFileSync(path.resolve(process.env['INIT_CWD'] ?? process.cwd(), values.out), report);
process.stdout.write(report);

async function runRound(session: GatewaySession, round: number): Promise<void> {
  add(direct, await session.runDirect(plan));
  for (const contestant of round % 2 === 0 ? present : present.toReversed()) {
    process.stderr.write(`round ${round + 1} of ${rounds}: ${contestant.label}\n`);
    const result = results.get(contestant.name);
    if (result !== undefined) add(result, await session.run(contestant, plan));
  }
}

function empty(label: string): ContestantRounds {
  return { label, startMs: [], idleMb: [], figures: {}, firstEventMs: [] };
}

function add(result: ContestantRounds, { startMs, idleMb, figures, firstEventMs }: GatewayRound): void {
  result.startMs.push(startMs);
  result.idleMb.push(idleMb);
  for (const [name, figure] of figures) (result.figures[name] ??= []).push(figure);
  if (firstEventMs !== null) result.firstEventMs.push(firstEventMs);
}
