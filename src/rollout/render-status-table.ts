/** The status as a table of plain text. */
import { formatLatency, formatSpeedUp } from './format-latency.ts';
import type { ComponentReport, LatencyReport, RolloutReport } from './report.ts';

const HEAD = [
  'component',
  'mode',
  '%',
  'fast calls',
  'original calls',
  'fallbacks',
  'mismatches',
  'p50 original',
  'p50 fast',
  'speed-up',
  'state',
  'why',
];
/** Columns 2 to 9 hold numbers. */
const [FIRST_NUMBER, LAST_NUMBER] = [2, 9];

/** Lines with a line feed each; a line for every name that means nothing here. */
export function renderStatusTable({ components, unknown }: RolloutReport): string {
  const rows = [HEAD, ...components.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column >= FIRST_NUMBER && column <= LAST_NUMBER ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  const strangers = unknown.map((name) => `${name} is set, but there is no such component here`);
  return [...lines, ...strangers].map((line) => `${line}\n`).join('');
}

function cellsOf(component: ComponentReport): readonly string[] {
  const { counts, latency, state } = component;
  return [
    component.name,
    state === 'off' ? 'off' : (component.override ?? component.configured),
    shownPercent(component.percent),
    String(counts.fastCalls),
    String(counts.originalCalls),
    String(counts.fallbacks),
    String(counts.mismatches),
    median(latency.original),
    median(latency.fast),
    formatSpeedUp(component.speedUp),
    state === 'serving' && component.applied ? 'applied' : state.replaceAll('_', ' '),
    component.why,
  ];
}

function median(latency: LatencyReport | null): string {
  return latency === null ? '-' : formatLatency(latency.p50Ms);
}

function shownPercent(percent: number): string {
  return String(Math.round(percent * 100) / 100);
}
