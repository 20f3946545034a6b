/**
 * `npm run bench [-- --python PATH --fast-python PATH --only REGEX --quick --rounds 3 --minutes 9 --out FOLDER --render]`
 *
 * The table of docs/benchmarks.md: every component beside LiteLLM, fast_litellm and what npm has. Needs `npm run build` and
 * `npm ci --prefix bench`; a contestant that is not installed is named as absent. A whole run writes docs/ and the README;
 * a part of it (`--only`, `--quick`) writes to `out/bench`, or where `--out` says. `--render` writes the documents anew
 * from the committed result and measures nothing.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { completionComponent } from './completion/component.ts';
import { readEnvironment } from './environment.ts';
import { gatewayComponent } from './gateway/component.ts';
import { pythonVersion, ROOT, type Pythons } from './installed.ts';
import { limiterComponent } from './limiter/component.ts';
import { withLock } from './lock.ts';
import { poolComponent } from './pool/component.ts';
import { routerComponent } from './router/component.ts';
import type { Column, Component, Table } from './table/contract.ts';
import { writeDocuments, writeTable } from './table/documents.ts';
import { measureTable } from './table/measure-table.ts';
import { renderDocument } from './table/render-document.ts';
import { renderSvg } from './table/render-svg.ts';
import { tokensComponent } from './tokens/component.ts';

/** Several components have a part in it: it comes last. */
const START = 'Start-up and memory';

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: process.env['LITELLM_PYTHON'] ?? 'python3' },
    'fast-python': { type: 'string' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '9' },
    out: { type: 'string' },
    render: { type: 'boolean', default: false },
  },
});

if (values.render) writeDocuments(ROOT);
else await measureAndWrite();

async function measureAndWrite(): Promise<void> {
  const table = await withLock(measure);
  const isWhole = values.only === undefined && !values.quick;
  if (values.out === undefined && isWhole) {
    writeTable(ROOT, table);
    writeDocuments(ROOT);
  } else writeApart(path.resolve(process.env['INIT_CWD'] ?? ROOT, values.out ?? path.join(ROOT, 'out/bench')), table);
  process.stdout.write(renderDocument(table));
}

function writeApart(folder: string, table: Table): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'benchmarks.json'), `${JSON.stringify(table, null, 1)}\n`);
  writeFileSync(path.join(folder, 'benchmarks.md'), renderDocument(table));
  writeFileSync(path.join(folder, 'benchmarks.svg'), renderSvg(table));
  process.stderr.write(`written to ${folder}; docs/ and README are of a whole run\n`);
}

async function measure(): Promise<Table> {
  const fallback = process.env['FAST_LITELLM_PYTHON'] ?? values.python;
  const pythons: Pythons = { litellm: values.python, fastLitellm: values['fast-python'] ?? fallback };
  const wanted = new RegExp(values.only ?? '');
  const components = componentsOf(pythons).filter(({ rows }) => rows.some(({ name }) => wanted.test(name)));
  if (components.length === 0) throw new Error(`--only ${values.only}: no row has such a name`);
  const [environment, begun] = [readEnvironment(), performance.now()];
  const date = new Date().toISOString().slice(0, 10);
  const since = (): number => (performance.now() - begun) / 1000;
  const { rows, fixtures } = await measureTable({
    components,
    rounds: values.quick ? 1 : positive('rounds', values.rounds),
    budgetSeconds: positive('minutes', values.minutes) * 60,
    isWanted: (row) => wanted.test(row),
    say: (line) => process.stderr.write(`${clockText(since())} ${line}\n`),
    now: () => performance.now(),
  });
  const versions = versionsOf(components, pythons);
  const ordered = rows.toSorted((left, right) => Number(left.section === START) - Number(right.section === START));
  return { environment, date, seconds: Math.round(since()), versions, fixtures, rows: ordered };
}

/** In the order of the table. */
function componentsOf(pythons: Pythons): readonly Component[] {
  return [
    poolComponent(pythons),
    limiterComponent(pythons),
    tokensComponent(pythons),
    routerComponent(pythons),
    completionComponent(pythons),
    gatewayComponent(pythons),
  ];
}

/** Of all that took part; LiteLLM and fast_litellm, which take part under several labels, once. */
function versionsOf(components: readonly Component[], pythons: Pythons): Readonly<Record<string, string>> {
  const names: Readonly<Partial<Record<Column, string>>> = { litellm: 'LiteLLM', fast_litellm: 'fast_litellm' };
  const installed = components.flatMap(({ contestants }) =>
    contestants.flatMap(({ label, version, column }): [string, string][] =>
      version === null || version === process.versions.node || column === 'floor'
        ? []
        : [[names[column] ?? label, version]],
    ),
  );
  return { Python: pythonVersion(pythons.litellm) ?? 'absent', ...Object.fromEntries(installed) };
}

function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} takes a number above 0, not ${JSON.stringify(text)}`);
  return number;
}
