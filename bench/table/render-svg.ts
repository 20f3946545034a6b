/**
 * The table as a picture, docs/benchmarks.svg: on a logarithmic scale, how many times better than LiteLLM each row is (a
 * bar) and than the best other (a dot). A row that is lost is hatched, its name bold and underlined, so that it is seen
 * without colours too. Colours follow the reader's light or dark mode. Pure.
 */
import { figure } from '../statistics.ts';
import type { Entry, RowResult, Table } from './contract.ts';
import { judgeRow } from './judge-row.ts';
import { QUANTITY_NAMES } from './quantity-text.ts';
import { lostText } from './render-document.ts';
import { sectionsOf } from './table-rows.ts';

const WIDTH = 960;
const [CHART_LEFT, CHART_RIGHT] = [360, 710];
const [TOP, LINE] = [96, 22];
const [LITELLM_COLUMN, OTHER_COLUMN] = [820, 944];

const LEGEND =
  'CPU time, unless a row says otherwise. Bar: than LiteLLM; dot: than the best other. ' +
  'Left of 1× it loses: bar hatched, dot hollow, name underlined.';

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .page { fill: #ffffff; } .title { font-size: 17px; font-weight: 600; } .section { font-weight: 600; }
  .small { font-size: 11px; fill: #59636e; } .grid { stroke: #d1d9e0; } .even { stroke: #1f2328; stroke-width: 1.5; }
  .won { fill: #2f6f4f; } .lost { fill: url(#hatch); stroke: #b3261e; } .hatch { stroke: #b3261e; stroke-width: 2; }
  .dot { fill: #0b57d0; stroke: #ffffff; } .lostdot { fill: #ffffff; stroke: #b3261e; stroke-width: 2; }
  .lostname { font-weight: 700; text-decoration: underline; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .page { fill: #0d1117; } .small { fill: #9198a1; } .grid { stroke: #3d444d; }
    .even { stroke: #f0f6fc; } .won { fill: #4fb286; } .lost { stroke: #ff8a80; } .hatch { stroke: #ff8a80; }
    .dot { fill: #8ab4f8; stroke: #0d1117; } .lostdot { fill: #0d1117; stroke: #ff8a80; }
  }`;

export function renderSvg(table: Table): string {
  const lines = sectionsOf(table).flatMap(([section, rows]): readonly (string | RowResult)[] => [section, ...rows]);
  const height = TOP + lines.length * LINE + 24;
  const scale = new LogScale(table.rows.flatMap(ratiosOf));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"` +
      ' role="img" aria-labelledby="bench-title bench-desc">',
    '<title id="bench-title">fast-litellm beside LiteLLM and the best other, times better</title>',
    `<desc id="bench-desc">${escaped(description(table))}</desc>`,
    `<style>${STYLE}</style>`,
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
      '<path class="hatch" d="M0 0V6"/></pattern></defs>',
    `<rect class="page" width="${WIDTH}" height="${height}" rx="8"/>`,
    ...head(scale, height),
    ...lines.flatMap((line, index) => {
      const y = TOP + index * LINE + LINE / 2;
      return typeof line === 'string' ? [text([16, y + 4], line, 'class="section"')] : rowParts(line, y, scale);
    }),
    '</svg>',
    '',
  ].join('\n');
}

function head(scale: LogScale, height: number): readonly string[] {
  const ticks = scale.decades.flatMap((value) => {
    const x = scale.x(value);
    const name = value === 1 ? 'even' : 'grid';
    return [
      `<path class="${name}" d="M${x} ${TOP - 6}V${height - 16}"/>`,
      text([x, TOP - 12], `${value}×`, 'class="small" text-anchor="middle"'),
    ];
  });
  return [
    text([16, 28], 'How many times better fast-litellm is', 'class="title"'),
    text([16, 48], LEGEND),
    text([LITELLM_COLUMN, TOP - 12], '× LiteLLM', 'class="small" text-anchor="end"'),
    text([OTHER_COLUMN, TOP - 12], '× best other', 'class="small" text-anchor="end"'),
    ...ticks,
  ];
}

function rowParts(row: RowResult, y: number, scale: LogScale): readonly string[] {
  const verdict = judgeRow(row);
  const litellm = verdict.ratioTo(verdict.of('litellm'))?.median ?? null;
  const other = verdict.ratioTo(verdict.bestOther)?.median ?? null;
  const name = verdict.isLost ? 'class="lostname" text-anchor="end"' : 'text-anchor="end"';
  return [
    text([CHART_LEFT - 16, y + 4], nameOf(row), name),
    ...(litellm === null ? [] : [bar(litellm, y, scale)]),
    ...(other === null
      ? []
      : [`<circle class="${other < 1 ? 'lostdot' : 'dot'}" cx="${scale.x(other)}" cy="${y}" r="5"/>`]),
    text(
      [LITELLM_COLUMN, y + 4],
      litellm === null ? whyNot(verdict.of('litellm')) : figure(litellm),
      'text-anchor="end"',
    ),
    text([OTHER_COLUMN, y + 4], other === null ? '–' : figure(other), name),
  ];
}

function bar(ratio: number, y: number, scale: LogScale): string {
  const [from, to] = [scale.x(Math.min(1, ratio)), scale.x(Math.max(1, ratio))];
  const size = `x="${from}" y="${y - 6}" width="${Math.max(1, to - from)}" height="12"`;
  return `<rect class="${ratio < 1 ? 'lost' : 'won'}" ${size}/>`;
}

function ratiosOf(row: RowResult): readonly number[] {
  const verdict = judgeRow(row);
  return [verdict.of('litellm'), verdict.bestOther].flatMap((entry) => {
    const ratio = verdict.ratioTo(entry);
    return ratio === null ? [] : [ratio.median];
  });
}

/** Whole decades around all ratios and 1. */
class LogScale {
  readonly decades: readonly number[];
  readonly #low: number;
  readonly #high: number;

  constructor(ratios: readonly number[]) {
    const logs = ratios.filter((ratio) => ratio > 0).map(Math.log10);
    this.#low = Math.floor(Math.min(0, ...logs));
    this.#high = Math.max(this.#low + 1, Math.ceil(Math.max(1, ...logs)));
    this.decades = Array.from({ length: this.#high - this.#low + 1 }, (_, at) => 10 ** (this.#low + at));
  }

  x(ratio: number): number {
    const share = (Math.log10(ratio) - this.#low) / (this.#high - this.#low);
    return Math.round(10 * (CHART_LEFT + share * (CHART_RIGHT - CHART_LEFT))) / 10;
  }
}

function description(table: Table): string {
  const rows = table.rows.map((row) => {
    const verdict = judgeRow(row);
    const ratio = verdict.ratioTo(verdict.of('litellm'));
    return `${nameOf(row)}: ${ratio === null ? 'no ratio' : `${figure(ratio.median)} times LiteLLM`}`;
  });
  return `${table.date}. ${lostText(table)} ${rows.join('; ')}.`;
}

function text([x, y]: readonly [number, number], content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}"${attributes === '' ? '' : ` ${attributes}`}>${escaped(content)}</text>`;
}

function nameOf({ label, quantity }: RowResult): string {
  return quantity === 'cpu' ? label : `${label}, ${QUANTITY_NAMES[quantity]}`;
}

/** In the place of a ratio. */
function whyNot(entry: Entry | null): string {
  return entry?.problem == null || entry.problem.kind === 'none' ? '–' : entry.problem.kind;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
