/**
 * `npm run bench:tokens [-- --rounds 5 --rows REGEX --python PATH --limit 10 --json FILE --out FILE]`
 *
 * Every round runs each contestant once per encoding, in the opposite order of the round before, with its rows in the
 * opposite order, too. A row that fails or takes too long in one round is not tried in the next. Needs `npm run build`
 * and `npm ci --prefix bench`.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { findContestants, type Contestant } from './contestants.ts';
import { CALL_ROWS, type CallInput, type FirstUse } from './protocol.ts';
import { render, type Report } from './report.ts';
import { buildRows, type EncodingName } from './rows.ts';
import { runJob, type Outcome } from './run-job.ts';
import { loadTexts, SHORT_TEXT } from './texts.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const ENCODINGS: readonly EncodingName[] = ['o200k_base', 'cl100k_base'];
const CALL: CallInput = {
  model: 'gpt-4o',
  messages: [{ role: 'user', content: SHORT_TEXT }],
  response: {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'gpt-4o',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Paris, by an old choice.' } }],
    usage: {
      prompt_tokens: 120,
      completion_tokens: 40,
      total_tokens: 160,
      prompt_tokens_details: { cached_tokens: 20, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 10, audio_tokens: 0 },
    },
  },
};

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '' },
    python: { type: 'string', default: 'python3' },
    limit: { type: 'string', default: '10' },
    corpus: { type: 'string', default: path.join(ROOT, '../shared/bench/micro/inputs.json.gz') },
    json: { type: 'string' },
    out: { type: 'string', default: path.join(ROOT, 'docs/benchmarks-tokens.md') },
  },
});
const rounds = positive('rounds', values.rounds);
const limitMs = positive('limit', values.limit) * 1000;
const wanted = new RegExp(values.rows);
/** Where the command was given: npm changes the folder. */
const here = process.env['INIT_CWD'] ?? process.cwd();

interface Collected {
  readonly contestant: Contestant;
  readonly outcomes: Record<string, (Outcome | null)[]>;
  readonly firstUse: Record<string, FirstUse[]>;
  broken: string | null;
}

const texts = loadTexts(ROOT, path.resolve(here, values.corpus));
const rows = buildRows(texts).filter(({ facts }) => wanted.test(facts.name));
const callRows = CALL_ROWS.filter((name) => wanted.test(name));
const { all, pythonVersion } = findContestants(values.python);
const collected = all
  .filter(({ missing }) => missing === null)
  .map((contestant): Collected => ({ contestant, outcomes: {}, firstUse: {}, broken: null }));
const environment = describeEnvironment();
const folder = mkdtempSync(path.join(os.tmpdir(), 'token-bench-'));
const textsFile = path.join(folder, 'texts.json');
try {
  writeFileSync(textsFile, JSON.stringify(Object.fromEntries(rows.map((row) => [row.facts.name, row.texts]))));
  for (let round = 0; round < rounds; round += 1) {
    for (const one of round % 2 === 0 ? collected : collected.toReversed()) await runContestant(one, round);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const report: Report = {
  rows: rows.map(({ facts }) => facts),
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
  absent: [
    ...all.flatMap(({ label, missing }) => (missing === null ? [] : [{ label, why: missing }])),
    ...collected.flatMap(({ contestant: { label }, broken }) =>
      broken === null ? [] : [{ label, why: `does not load: ${broken}` }],
    ),
  ],
  rounds,
  limitMs,
  environment,
  textSource: texts.source,
  textHashes: texts.hashes,
  model: CALL.model,
};
const document = render(report);
writeFileSync(path.resolve(here, values.out), document);
if (values.json !== undefined) writeFileSync(path.resolve(here, values.json), `${JSON.stringify(report, null, 1)}\n`);
process.stdout.write(document);

async function runContestant(one: Collected, round: number): Promise<void> {
  for (const encoding of ENCODINGS) {
    const names = rows.flatMap(({ facts }) => (facts.encoding === encoding ? [facts.name] : []));
    if (names.length > 0) await runRows(one, round, encoding, names);
  }
  if (one.contestant.hasCalls && callRows.length > 0) await runRows(one, round, 'o200k_base', callRows);
}

async function runRows(one: Collected, round: number, encoding: EncodingName, names: readonly string[]): Promise<void> {
  if (one.broken !== null) return;
  const { contestant, outcomes, firstUse } = one;
  const areCalls = names.some((name) => name.startsWith('calls/'));
  const left = names.filter((name) => !outcomes[name]?.some((outcome) => outcome !== null && 'why' in outcome));
  process.stderr.write(
    `round ${round + 1} of ${rounds}: ${contestant.label}, ${areCalls ? 'calls' : encoding}, ${left.length} rows\n`,
  );
  const job = {
    contestant: contestant.name,
    encoding,
    textsFile,
    firstText: SHORT_TEXT,
    limitMs,
    call: CALL,
    rows: round % 2 === 0 ? left : left.toReversed(),
  };
  const result = await runJob(contestant.runner, job, path.join(folder, 'job.json'));
  if (result.first !== null && !areCalls) (firstUse[encoding] ??= []).push(result.first);
  if (result.broken !== null && !areCalls) one.broken = result.broken;
  for (const name of names) {
    const failure = result.broken === null ? null : { why: `does not load: ${result.broken}` };
    (outcomes[name] ??= []).push(result.outcomes.get(name) ?? failure);
  }
}

function describeEnvironment(): readonly string[] {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', ROOT, ...args])
      .toString()
      .trim();
  const changed = git('status', '--porcelain', '--', 'src').length > 0;
  const versions = collected.map(({ contestant: { label, version } }) => `${label} ${version ?? ''}`.trim());
  return [
    `Machine: ${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown processor'}, ` +
      `${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.release()}, ` +
      `load ${(os.loadavg()[0] ?? 0).toFixed(1)} at the start;`,
    `Node ${process.versions.node}, V8 ${process.versions.v8}, Python ${pythonVersion ?? 'absent'}; ` +
      `revision ${git('rev-parse', '--short', 'HEAD')}${changed ? ' and uncommitted changes' : ''};`,
    `${versions.join(', ')}.`,
    ...(isBuildOld() ? ['**dist/ is older than src/: run `npm run build`.**'] : []),
  ];
}

/** Whether a source was changed after the build. */
function isBuildOld(): boolean {
  const built = statSync(path.join(ROOT, 'dist/index.js'), { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  const sources = globSync('src/**/*.ts', { cwd: ROOT }).filter((file) => !/\.(test|bench|contract)\.ts$/.test(file));
  return sources.some((file) => statSync(path.join(ROOT, file)).mtimeMs > built);
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} takes a number above 0, not ${JSON.stringify(text)}`);
  return number;
}
