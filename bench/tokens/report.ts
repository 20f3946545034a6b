/** Writes docs/benchmarks-tokens.md from the results. Tables come from here only; nobody types them. */
import { markdownTable } from '../markdown-table.ts';
import { figure, spread } from '../statistics.ts';
import { CALL_ROWS } from './protocol.ts';
import {
  expectedResult,
  fastestOther,
  growthPerCharacter,
  isWrong,
  measuredOf,
  megabytesPerSecond,
  OURS,
  outcomeOf,
  participant,
  ratioTo,
  type Participant,
  type Ratio,
  type Results,
} from './results.ts';
import { KIND_LABELS, type RowFacts } from './rows.ts';
import { checkTargets, factorOverTiktoken } from './targets.ts';

export interface Report extends Results {
  readonly absent: readonly { readonly label: string; readonly why: string }[];
  readonly rounds: number;
  readonly limitMs: number;
  /** Processor, versions and so on: one line each. */
  readonly environment: readonly string[];
  readonly textSource: string;
  readonly textHashes: Readonly<Record<string, string>>;
  /** Model of the call-by-call rows. */
  readonly model: string;
}

/** Rows that decide which encodings have a table. */
const ENCODINGS = ['o200k_base', 'cl100k_base'] as const;

export function render(report: Report): string {
  return [
    '# Benchmarks of tokens and prices',
    '',
    'Written by `npm run bench:tokens`; do not edit. Every contestant runs in a process of its own, fresh for each round',
    'and encoding, in alternating order. Times are CPU time (user and system, all threads) of that process, which holds',
    'up on a shared machine; speeds are MB of UTF-8 per second of it, medians of the rounds. A ratio compares two',
    'contestants in the same round; the lowest round is in brackets. A row counts the same text over and over, so that a',
    'library which remembers pieces may remember all of a short text; in the rows with 500 texts a call counts other ones.',
    'Special tokens are ordinary text. What counts wrong says so, and is no measure for the others.',
    '',
    ...report.environment,
    `${report.rounds} round${report.rounds === 1 ? '' : 's'}; a row may take ${report.limitMs / 1000} s.`,
    '',
    report.textSource,
    `Texts: ${Object.entries(report.textHashes)
      .map(([kind, hash]) => `${kind} ${hash}`)
      .join(', ')}.`,
    ...report.absent.flatMap(({ label, why }) => ['', `Not here: ${label} (${why}).`]),
    ...section('Targets', targetTable(report)),
    ...ENCODINGS.flatMap((encoding) => section(`${encoding}, MB/s`, textTable(report, encoding))),
    ...section(`Call by call, ${report.model}`, callTable(report)),
    ...ENCODINGS.flatMap((encoding) => section(`First use of ${encoding}`, firstUseTable(report, encoding))),
    ...ENCODINGS.flatMap((encoding) =>
      section(`Time per character at 1M over that at 10k, ${encoding}`, growthTable(report, encoding)),
    ),
    '',
  ].join('\n');
}

function section(title: string, table: string | null): readonly string[] {
  return table === null ? [] : ['', `## ${title}`, '', table];
}

function targetTable(report: Report): string {
  return markdownTable(
    ['target', 'verdict', 'rows that reach it; the worst'],
    checkTargets(report).map(({ target, verdict, worst }) => [
      target,
      verdict === 'not met' ? '**not met**' : verdict,
      worst,
    ]),
  );
}

function textTable(report: Report, encoding: string): string | null {
  const rows = report.rows.filter((row) => row.encoding === encoding);
  if (rows.length === 0) return null;
  return markdownTable(
    [
      'text',
      'bytes',
      'tokens',
      ...report.participants.map(({ label }) => label),
      '× tiktoken',
      '× fastest npm',
      'remark',
    ],
    rows.map((row) => [
      row.label,
      String(row.bytes),
      String(expectedResult(report, row.name) ?? measuredOf(report, OURS, row.name)?.result ?? ''),
      ...report.participants.map(({ name }) => speedCell(report, name, row)),
      ratioCell(ratioTo(report, 'tiktoken', row.name)),
      ratioCell(fastestNpm(report, row.name)?.ratio ?? null),
      remark(report, row),
    ]),
  );
}

function fastestNpm(report: Report, row: string): { readonly name: string; readonly ratio: Ratio } | null {
  return fastestOther(report, row, (one) => one.language === 'javascript' && !isWrong(report, one.name, row));
}

function speedCell(report: Report, name: string, row: RowFacts): string {
  const outcome = outcomeOf(report, name, row.name);
  if (outcome === null) return '';
  if (typeof outcome === 'string') return outcome;
  const speed = figure(megabytesPerSecond(row, outcome));
  return isWrong(report, name, row.name) ? `${speed} (wrong: ${outcome.result})` : speed;
}

/** Who counts right and is faster, and which target the row misses. */
function remark(report: Report, row: RowFacts): string {
  if (isWrong(report, OURS, row.name)) return '**we count wrong**';
  if (typeof outcomeOf(report, OURS, row.name) === 'string') return '**we do not get through**';
  const faster = report.participants.filter((one) => {
    const ratio = one.name === OURS ? null : ratioTo(report, one.name, row.name);
    return ratio !== null && ratio.median < 1 && !isWrong(report, one.name, row.name);
  });
  if (faster.length > 0) return `**loses to ${faster.map(({ label }) => label).join(', ')}**`;
  const wanted = factorOverTiktoken(row);
  const tiktoken = ratioTo(report, 'tiktoken', row.name);
  const npm = wanted === 3 ? (fastestNpm(report, row.name)?.ratio ?? null) : null;
  const missed = [
    ...(tiktoken !== null && tiktoken.median < wanted ? [`${wanted} × tiktoken`] : []),
    ...(npm !== null && npm.median < wanted ? [`${wanted} × npm`] : []),
  ];
  return missed.length === 0 ? '' : `under ${missed.join(' and ')}`;
}

function ratioCell(ratio: Ratio | null): string {
  return ratio === null ? '' : `${figure(ratio.median)} (${figure(ratio.lowest)})`;
}

function callTable(report: Report): string | null {
  const callers = report.participants.filter(({ outcomes }) => CALL_ROWS.some((row) => outcomes[row] !== undefined));
  const rows = CALL_ROWS.filter((row) => participant(report, OURS)?.outcomes[row] !== undefined);
  if (rows.length === 0) return null;
  return markdownTable(
    ['function', ...callers.map(({ label }) => `${label}, µs`), '× LiteLLM', 'answer'],
    rows.map((row) => [
      row.replace('calls/', ''),
      ...callers.map(({ name }) => callCell(report, name, row)),
      ratioCell(ratioTo(report, 'litellm', row)),
      String(measuredOf(report, OURS, row)?.result ?? ''),
    ]),
  );
}

function callCell(report: Report, name: string, row: string): string {
  const outcome = outcomeOf(report, name, row);
  if (outcome === null) return '';
  if (typeof outcome === 'string') return outcome;
  const time = figure(outcome.nanoseconds / 1000);
  return isWrong(report, name, row) ? `${time} (differs: ${outcome.result})` : time;
}

function firstUseTable(report: Report, encoding: string): string | null {
  const users = report.participants.filter(({ firstUse }) => (firstUse[encoding] ?? []).length > 0);
  if (users.length === 0) return null;
  return markdownTable(
    ['contestant', 'import, CPU ms', 'first count, CPU ms', 'both, CPU ms', 'both, wall ms', 'RSS growth, MB'],
    users.map((user) => [user.label, ...firstUseCells(user, encoding)]),
  );
}

function firstUseCells({ firstUse }: Participant, encoding: string): readonly string[] {
  const uses = firstUse[encoding] ?? [];
  const columns = [
    uses.map(({ importCpuMs }) => importCpuMs),
    uses.map(({ callCpuMs }) => callCpuMs),
    uses.map(({ importCpuMs, callCpuMs }) => importCpuMs + callCpuMs),
    uses.map(({ wallMs }) => wallMs),
    uses.map(({ rssGrowthMb }) => rssGrowthMb),
  ];
  return columns.map((values) => {
    const { median, low, high } = spread(values);
    return `${median.toFixed(1)} (${low.toFixed(1)} to ${high.toFixed(1)})`;
  });
}

function growthTable(report: Report, encoding: string): string | null {
  const rows = Object.entries(KIND_LABELS).flatMap(([kind, label]) => {
    const cells = report.participants.map(({ name }) => {
      const growth = growthPerCharacter(report, name, encoding, kind);
      return typeof growth === 'number' ? growth.toFixed(2) : (growth ?? '');
    });
    return cells.every((cell) => cell === '') ? [] : [[label, ...cells]];
  });
  return rows.length === 0 ? null : markdownTable(['text', ...report.participants.map(({ label }) => label)], rows);
}
