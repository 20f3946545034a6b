/**
 * `npm run bench:tokens [-- --rounds 5 --rows REGEX --python PATH --fast-python PATH --limit 10 --json FILE --out FILE]`
 *
 * Every round runs each contestant once per encoding, in the opposite order of the round before, with its rows in the
 * opposite order, too. A row that fails or takes too long in one round is not tried in the next. Needs `npm run build`
 * and `npm ci --prefix bench`.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { FirstUse } from '../child/protocol.ts';
import type { Outcome } from '../child/run-job.ts';
import { environmentLines, readEnvironment } from '../environment.ts';
import { pythonVersion, ROOT } from '../installed.ts';
import { withLock } from '../lock.ts';
import { findContestants, type Contestant } from './contestants.ts';
import { CALL_ROWS } from './protocol.ts';
import { render, type Report } from './report.ts';
import type { EncodingName } from './rows.ts';
import { CALL, CORPUS, TokenSession } from './token-session.ts';

const ENCODINGS: readonly EncodingName[] = ['o200k_base', 'cl100k_base'];

interface Collected {
  readonly contestant: Contestant;
  readonly outcomes: Record<string, (Outcome | null)[]>;
  readonly firstUse: Record<string, FirstUse[]>;
  broken: string | null;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '' },
    python: { type: 'string', default: 'python3' },
    'fast-python': { type: 'string' },
    limit: { type: 'string', default: '10' },
    corpus: { type: 'string', default: CORPUS },
    json: { type: 'string' },
    out: { type: 'string', default: path.join(ROOT, 'docs/benchmarks-tokens.md') },
  },
});
const rounds = positive('rounds', values.rounds);
const limitMs = positive('limit', values.limit) * 1000;
const wanted = new RegExp(values.rows);
/** Where the command was given: npm changes the folder. */
const here = process.env['INIT_CWD'] ?? process.cwd();
const callRows = CALL_ROWS.filter((name) => wanted.test(name));
const all = findContestants({ litellm: values.python, fastLitellm: values['fast-python'] ?? values.python });
const collected = all
  .filter(({ missing }) => missing === null)
  .map((contestant): Collected => ({ contestant, outcomes: {}, firstUse: {}, broken: null }));

const report = await withLock(measureAll);
const document = render(report);
writeFileSync(path.resolve(here, values.out), document);
if (values.json !== undefined) writeFileSync(path.resolve(here, values.json), `${JSON.stringify(report, null, 1)}\n`);
process.stdout.write(document);

async function measureAll(): Promise<Report> {
  const environment = describeEnvironment();
  const session = new TokenSession(path.resolve(here, values.corpus), (name) => wanted.test(name), limitMs);
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const one of round % 2 === 0 ? collected : collected.toReversed()) await runContestant(session, one, round);
    }
  } finally {
    session.close();
  }
  return {
    rows: session.rows.map(({ facts }) => facts),
    participants: collected
      .filter(({ broken }) => broken === null)
      .map(({ contestant: { name, label, version, language }, outcomes, firstUse }) => ({
        name,
        label,
        version,
        language,
        outcomes,
        firstUse,
      })),
    absent: absentOnes(),
    rounds,
    limitMs,
    environment,
    textSource: session.texts.source,
    textHashes: session.texts.hashes,
    model: CALL.model,
  };
}

function absentOnes(): Report['absent'] {
  const missing = all.flatMap(({ label, missing: why }) => (why === null ? [] : [{ label, why }]));
  const broken = collected.flatMap(({ contestant: { label }, broken: why }) =>
    why === null ? [] : [{ label, why: `does not load: ${why}` }],
  );
  return [...missing, ...broken];
}

async function runContestant(session: TokenSession, one: Collected, round: number): Promise<void> {
  for (const encoding of ENCODINGS) {
    const names = session.rows.flatMap(({ facts }) => (facts.encoding === encoding ? [facts.name] : []));
    if (names.length > 0) await runRows(session, one, { round, encoding, names });
  }
  if (one.contestant.hasCalls && callRows.length > 0) {
    await runRows(session, one, { round, encoding: 'o200k_base', names: callRows });
  }
}

interface Part {
  readonly round: number;
  readonly encoding: EncodingName;
  readonly names: readonly string[];
}

async function runRows(session: TokenSession, one: Collected, { round, encoding, names }: Part): Promise<void> {
  if (one.broken !== null) return;
  const { contestant, outcomes, firstUse } = one;
  const areCalls = names.some((name) => name.startsWith('calls/'));
  const left = names.filter((name) => !outcomes[name]?.some((outcome) => outcome !== null && 'why' in outcome));
  process.stderr.write(
    `round ${round + 1} of ${rounds}: ${contestant.label}, ${areCalls ? 'calls' : encoding}, ${left.length} rows\n`,
  );
  const result = await session.run(contestant, encoding, round % 2 === 0 ? left : left.toReversed());
  if (result.first !== null && !areCalls) (firstUse[encoding] ??= []).push(result.first);
  if (result.broken !== null && !areCalls) one.broken = result.broken;
  for (const name of names) {
    const failure = result.broken === null ? null : { why: `does not load: ${result.broken}` };
    (outcomes[name] ??= []).push(result.outcomes.get(name) ?? failure);
  }
}

function describeEnvironment(): readonly string[] {
  const python = pythonVersion(values.python);
  const versions = collected.map(({ contestant: { label, version } }) => `${label} ${version ?? ''}`.trim());
  return [
    ...environmentLines(readEnvironment(), [`Python ${python ?? 'absent'}`]),
    ...(versions.length === 0 ? [] : [`${versions.join(', ')}.`]),
  ];
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} takes a number above 0, not ${JSON.stringify(text)}`);
  return number;
}
