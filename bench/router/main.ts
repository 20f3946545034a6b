/**
 * `npm run bench:router [-- --rounds 3 --python PATH --fast-python PATH]`: CPU time of a pick among 3, 10 and 100
 * deployments with each strategy, beside LiteLLM's and fast_litellm's.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { STRATEGIES } from '../../src/router/routing-policy.ts';
import { environmentLines, readEnvironment } from '../environment.ts';
import { withLock } from '../lock.ts';
import { markdownTable } from '../markdown-table.ts';
import { spread } from '../statistics.ts';
import { JobFolder } from '../table/job-component.ts';
import { PICKS_IN_A_CALL, routerContestants, routerJob } from './router-job.ts';

const SIZES = [3, 10, 100];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
    'fast-python': { type: 'string' },
  },
});
const rows = STRATEGIES.flatMap((strategy) => SIZES.map((size) => `${strategy}/${size}`));
const all = routerContestants({ litellm: values.python, fastLitellm: values['fast-python'] ?? values.python });
const present = all.filter(({ missing }) => missing === null);
/** Nanoseconds of a pick by contestant and row, one a round, or what is wrong with it. */
const found = new Map<string, (number | string)[]>();

await withLock(async () => {
  const jobs = new JobFolder();
  try {
    for (let round = 0; round < Number(values.rounds); round += 1) await runRound(round, jobs);
  } finally {
    jobs.remove();
  }
});

const [head, body] = [
  ['strategy, deployments', ...present.map(({ label }) => `${label}, µs`), '× LiteLLM'],
  rows.map((row) => {
    const [ours, litellm] = [medianOf('fast-litellm', row), medianOf('litellm', row)];
    const ratio = Number(litellm) / Number(ours);
    const cells = present.map(({ name }) => medianOf(name, row));
    return [
      row,
      ...cells.map((cell) => (typeof cell === 'number' ? (cell / 1000).toFixed(3) : cell)),
      Number.isFinite(ratio) ? ratio.toFixed(0) : '-',
    ];
  }),
];
const absent = all.flatMap(({ label, missing }) => (missing === null ? [] : [`Not here: ${label} (${missing}).`]));
process.stdout.write([...environmentLines(readEnvironment()), '', markdownTable(head, body), ...absent, ''].join('\n'));

async function runRound(round: number, jobs: JobFolder): Promise<void> {
  for (const contestant of round % 2 === 0 ? present : present.toReversed()) {
    process.stderr.write(`round ${round + 1}: ${contestant.label}\n`);
    const job = routerJob(contestant, round % 2 === 0 ? rows : rows.toReversed());
    const { outcomes, broken } = await jobs.run(contestant.runner, job);
    for (const row of rows) {
      const outcome = outcomes.get(row) ?? { why: `does not load: ${broken}` };
      const failure = 'why' in outcome ? outcome.why : `wrong: ${outcome.result} of ${PICKS_IN_A_CALL}`;
      const isRight = !('why' in outcome) && outcome.result === 0;
      const id = `${contestant.name} ${row}`;
      found.set(id, [...(found.get(id) ?? []), isRight ? outcome.nanoseconds / PICKS_IN_A_CALL : failure]);
    }
  }
}

function medianOf(contestant: string, row: string): number | string {
  const rounds = found.get(`${contestant} ${row}`) ?? [];
  const failure = rounds.find((one) => typeof one === 'string');
  return failure ?? spread(rounds.filter((one) => typeof one === 'number')).median;
}
