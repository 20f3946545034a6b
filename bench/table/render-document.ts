/** Writes docs/benchmarks.md from the committed result. Nobody types a figure. Pure. */
import { environmentLines } from '../environment.ts';
import { markdownTable } from '../markdown-table.ts';
import { figure } from '../statistics.ts';
import type { Entry, RowResult, Table } from './contract.ts';
import { judgeRow, spreadOf, wallOf, type Verdict } from './judge-row.ts';
import { QUANTITY_NAMES, quantityText } from './quantity-text.ts';
import { HEAD, sectionsOf, tableRows } from './table-rows.ts';

export function renderDocument(table: Table): string {
  return [
    '# Benchmarks',
    '',
    'Written by `npm run bench` from [benchmarks.json](benchmarks.json); do not edit. What the rows are, how they are taken',
    'and what to mind: [performance](performance.md). More of some of them: [tokens](benchmarks-tokens.md),',
    '[gateways](benchmarks-gateway.md).',
    '',
    ...environmentLines(table.environment),
    `${table.date}, ${roundsText(table)}, ${Math.round(table.seconds)} s in all. ${versionsText(table)}`,
    `Fixtures: ${Object.entries(table.fixtures)
      .map(([name, hash]) => `${name} ${hash}`)
      .join(', ')}.`,
    '',
    'Medians of the rounds, with the lowest and the highest in brackets. A ratio compares two contestants in the same round:',
    'above 1 fast-litellm is better. A row in which anyone who does the task right is better is **bold**. `wrong`: it does',
    'not do the task right, and is no measure for anybody; `failed`: it does not get through; `absent`: not installed; –: it',
    'has nothing of the kind. Why stands in the details.',
    '',
    '![How many times better than LiteLLM and others each row is](benchmarks.svg)',
    '',
    markdownTable(HEAD, tableRows(table, { withSpread: true })),
    '',
    lostText(table),
    ...absentLines(table),
    ...sectionsOf(table).flatMap(([section, rows]) => [
      '',
      `## ${section}`,
      ...rows.flatMap((row) => ['', `### ${rowTitle(row)}`, '', detailTable(row)]),
    ]),
    '',
  ].join('\n');
}

function roundsText({ rows }: Table): string {
  const counts = rows.map((row) => judgeRow(row).ours?.rounds.length ?? 0);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return least === most ? `${most} rounds` : `${least} to ${most} rounds`;
}

function versionsText({ versions }: Table): string {
  const all = Object.entries(versions).map(([label, version]) => `${label} ${version}`);
  return all.length === 0 ? '' : `${all.join(', ')}.`;
}

function rowTitle({ label, quantity }: RowResult): string {
  return `${label}, ${QUANTITY_NAMES[quantity]}`;
}

/** Which rows we lose, and to whom. */
export function lostText({ rows }: Table): string {
  const lost = rows.flatMap((row) => {
    const { isLost, bestOther, ours } = judgeRow(row);
    if (!isLost) return [];
    const how = ours?.problem == null ? `to ${bestOther?.label ?? ''}` : `${ours.problem.kind}: ${ours.problem.text}`;
    return [`${row.section.split(',')[0] ?? ''}: ${row.label}, ${QUANTITY_NAMES[row.quantity]} (${how})`];
  });
  if (lost.length === 0) return `No row of ${rows.length} is lost.`;
  return `Lost: ${lost.length} of ${rows.length} rows. ${lost.join('; ')}.`;
}

function absentLines({ rows }: Table): readonly string[] {
  const absent = new Map(
    rows.flatMap(({ entries }) =>
      entries.flatMap(({ label, problem }): [string, string][] =>
        problem?.kind === 'absent' ? [[label, problem.text]] : [],
      ),
    ),
  );
  return [...absent].flatMap(([label, why]) => ['', `Absent: ${label}, ${why}.`]);
}

function detailTable(row: RowResult): string {
  const verdict = judgeRow(row);
  const hasWall = row.entries.some((entry) => wallOf(entry) !== null);
  const head = ['contestant', 'median', 'lowest', 'highest', ...(hasWall ? ['on the clock'] : []), '×', 'remark'];
  return markdownTable(
    head,
    row.entries.map((entry) => detailCells(row, entry, { verdict, hasWall })),
  );
}

function detailCells(
  { quantity }: RowResult,
  entry: Entry,
  { verdict, hasWall }: { readonly verdict: Verdict; readonly hasWall: boolean },
): readonly string[] {
  const isMeasured = entry.rounds.some((round) => round !== null);
  const { median, low, high } = spreadOf(entry);
  const wall = wallOf(entry);
  const ratio = entry === verdict.ours ? null : verdict.ratioTo(entry);
  return [
    entry.column === 'ours' ? `**${entry.label}**` : entry.label,
    ...[median, low, high].map((value) => (isMeasured ? quantityText(value, quantity) : '')),
    ...(hasWall ? [wall === null ? '' : quantityText(wall.median, 'wall')] : []),
    ratio === null ? '' : ratioText(ratio.median),
    remarkText(entry),
  ];
}

function ratioText(ratio: number): string {
  return ratio < 1 ? `**${figure(ratio)}**` : figure(ratio);
}

function remarkText({ problem, remark }: Entry): string {
  const parts = [
    ...(problem === null ? [] : [problem.kind === 'none' ? problem.text : `${problem.kind}: ${problem.text}`]),
    ...(remark === null ? [] : [remark]),
  ];
  return parts.join('; ').replaceAll('|', '/');
}
