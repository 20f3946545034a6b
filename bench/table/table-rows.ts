/** The rows of the table as text, for the document and, without spread, for the README. Pure. */
import { figure, type Spread } from '../statistics.ts';
import type { Column, Entry, RowResult, Table } from './contract.ts';
import { judgeRow, spreadOf, type Verdict } from './judge-row.ts';
import { QUANTITY_NAMES, quantityText } from './quantity-text.ts';

export const HEAD = [
  '',
  'measure',
  'LiteLLM',
  'fast_litellm',
  'best of npm and Node',
  'fast-litellm',
  '× LiteLLM',
  '× fast_litellm',
  '× best other',
];

export interface TextOptions {
  /** Lowest and highest round in brackets. */
  readonly withSpread: boolean;
}

/** A heading of each section, then its rows; a row that we lose is bold from end to end. */
export function tableRows(table: Table, options: TextOptions): readonly (readonly string[])[] {
  return sectionsOf(table).flatMap(([section, rows]) => [
    [`_${section}_`, ...HEAD.slice(1).map(() => '')],
    ...rows.map((row) => rowCells(row, options)),
  ]);
}

/** Rows by section, in the order in which sections first come. */
export function sectionsOf({ rows }: Table): readonly (readonly [string, readonly RowResult[]])[] {
  return [...Map.groupBy(rows, ({ section }) => section)];
}

function rowCells(row: RowResult, options: TextOptions): readonly string[] {
  const verdict = judgeRow(row);
  const cell = (column: Column): string => figureCell(row, verdict.of(column), options);
  const cells = [
    row.label,
    QUANTITY_NAMES[row.quantity],
    cell('litellm'),
    cell('fast_litellm'),
    npmCell(row, verdict, options),
    cell('ours'),
    ratioCell(verdict.ratioTo(verdict.of('litellm')), options),
    ratioCell(verdict.ratioTo(verdict.of('fast_litellm')), options),
    bestCell(verdict, options),
  ];
  return verdict.isLost ? cells.map((text) => (text === '' ? '' : `**${text}**`)) : cells;
}

function npmCell(row: RowResult, verdict: Verdict, options: TextOptions): string {
  const best = verdict.of('npm');
  const text = figureCell(row, best, options);
  return best === null || best.problem?.kind === 'none' ? text : `${text}, ${best.label}`;
}

function figureCell({ quantity }: RowResult, entry: Entry | null, { withSpread }: TextOptions): string {
  if (entry === null) return '–';
  if (entry.problem !== null) return entry.problem.kind === 'none' ? '–' : entry.problem.kind;
  const { median, low, high } = spreadOf(entry);
  const text = quantityText(median, quantity);
  return withSpread && high > low
    ? `${text} (${quantityText(low, quantity)} to ${quantityText(high, quantity)})`
    : text;
}

function ratioCell(ratio: Spread | null, { withSpread }: TextOptions): string {
  if (ratio === null) return '–';
  const { median, low, high } = ratio;
  return withSpread && high > low ? `${figure(median)} (${figure(low)} to ${figure(high)})` : figure(median);
}

/** Says who it is where it is neither of the columns before. */
function bestCell(verdict: Verdict, options: TextOptions): string {
  const { bestOther } = verdict;
  const text = ratioCell(verdict.ratioTo(bestOther), options);
  return bestOther === null ? text : `${text}, ${bestOther.label}`;
}
