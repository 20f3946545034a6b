/** Every text that a result gives, and whether what is committed is that. Pure but for the reading and writing of files. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { markdownTable } from '../markdown-table.ts';
import type { Table } from './contract.ts';
import { lostText, renderDocument } from './render-document.ts';
import { renderSvg } from './render-svg.ts';
import { HEAD, tableRows } from './table-rows.ts';

export const RESULT_FILE = 'docs/benchmarks.json';
const DOCUMENT_FILE = 'docs/benchmarks.md';
const PICTURE_FILE = 'docs/benchmarks.svg';
const README_FILE = 'README.md';
const [BEGIN, END] = ['<!-- bench:start -->', '<!-- bench:end -->'];
const REMEDY = 'run `npm run bench -- --render`';

export function readTable(root: string): Table {
  return JSON.parse(readFileSync(path.join(root, RESULT_FILE), 'utf8')) as Table;
}

export function writeTable(root: string, table: Table): void {
  writeFileSync(path.join(root, RESULT_FILE), `${JSON.stringify(table, null, 1)}\n`);
}

/** Writes all documents from the committed result. @throws Error when the README has no place for it */
export function writeDocuments(root: string): void {
  for (const [file, text] of documentsOf(root, readTable(root))) writeFileSync(path.join(root, file), text);
}

/** What is committed and is not what the committed result gives; empty when all is. */
export function staleDocuments(root: string): readonly string[] {
  if (!existsSync(path.join(root, RESULT_FILE))) return [`${RESULT_FILE} is missing: run \`npm run bench\``];
  const documents = documentsOf(root, readTable(root));
  const stale = documents.flatMap(([file, text]) => {
    const found = path.join(root, file);
    return existsSync(found) && readFileSync(found, 'utf8') === text
      ? []
      : [`${file} is not what ${RESULT_FILE} gives: ${REMEDY}`];
  });
  return [...stale, ...typedFigures(readFileSync(path.join(root, README_FILE), 'utf8'))];
}

function documentsOf(root: string, table: Table): readonly (readonly [string, string])[] {
  const readme = readFileSync(path.join(root, README_FILE), 'utf8');
  return [
    [DOCUMENT_FILE, renderDocument(table)],
    [PICTURE_FILE, renderSvg(table)],
    [README_FILE, withBlock(readme, renderReadmeBlock(table))],
  ];
}

/** The README's part: the picture and the table without its spread. */
export function renderReadmeBlock(table: Table): string {
  const { machine, node } = table.environment;
  return [
    '![How many times better than LiteLLM and the best other each row is](docs/benchmarks.svg)',
    '',
    `${table.date}, ${machine}, Node ${node}. Medians; above 1 fast-litellm is better, a row that it loses is **bold**.`,
    'How it is measured: [performance](docs/performance.md); spread, all contestants, absent and wrong ones:',
    '[benchmarks](docs/benchmarks.md).',
    '',
    markdownTable(HEAD, tableRows(table, { withSpread: false })),
    '',
    lostText(table),
  ].join('\n');
}

/** @throws Error when the README has no place for it */
export function withBlock(readme: string, block: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${README_FILE} has no ${BEGIN} … ${END}`);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${block}\n\n${readme.slice(end)}`;
}

/** A figure of performance that somebody typed: such a figure grows old. */
const TYPED = /\b\d[\d,.]*\s?(?:×|x faster|times (?:as|faster|less|more)|µs|ns\b|ms\b|[KMG]B(?:\/s)?\b|requests\/s)/;

/** Lines of the README outside of the block that state a figure of performance. */
export function typedFigures(readme: string): readonly string[] {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  const typed = begin < 0 ? readme : readme.slice(0, begin) + readme.slice(end);
  return typed
    .split('\n')
    .filter((line) => TYPED.test(line))
    .map((line) => `${README_FILE} states a figure that no benchmark wrote: ${JSON.stringify(line)}`);
}
