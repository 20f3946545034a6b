import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RESULT_FILE, staleDocuments, typedFigures, withBlock, writeDocuments, writeTable } from './documents.ts';
import { cellsOf, entry, rowOf, tableOf } from './sample-table.ts';

const README = '# Title\n\n<!-- bench:start -->\nold\n<!-- bench:end -->\n\nThe end.\n';
const TABLE = tableOf([rowOf('row', [entry('ours', [1000, 2000]), entry('litellm', [9000, 20_000])])]);

describe('the documents of a result', () => {
  let root = '';
  const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
  beforeEach(() => {
    root = mkdtempSync(path.join(os.tmpdir(), 'bench-documents-'));
    mkdirSync(path.join(root, 'docs'));
    writeFileSync(path.join(root, 'README.md'), README);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('are fresh when they are written from it, and leave the rest of the README alone', () => {
    writeTable(root, TABLE);
    writeDocuments(root);
    expect(staleDocuments(root)).toEqual([]);
    expect(read('README.md')).toMatch(/^# Title\n\n<!-- bench:start -->\n\n!\[/);
    expect(read('README.md')).toMatch(/\n\n<!-- bench:end -->\n\nThe end\.\n$/);
    expect(cellsOf(read('README.md'), 'row').slice(5)).toEqual(['1.50 µs', '9.50', '–', '9.50, litellm']);
  });

  it('are stale when one of them is edited, missing, or of another result', () => {
    writeTable(root, TABLE);
    writeDocuments(root);
    writeFileSync(path.join(root, 'README.md'), read('README.md').replace('9.50', '99.0'));
    rmSync(path.join(root, 'docs/benchmarks.svg'));
    expect(staleDocuments(root)).toEqual([
      expect.stringContaining('docs/benchmarks.svg'),
      expect.stringContaining('README.md'),
    ]);
    writeDocuments(root);
    writeTable(root, { ...TABLE, date: '2026-02-03' });
    expect(staleDocuments(root)).toHaveLength(3);
  });

  it('are not there without a result', () => {
    expect(staleDocuments(root)).toEqual([expect.stringContaining(RESULT_FILE)]);
  });
});

describe('the README', () => {
  it('needs a place for the table', () => {
    expect(() => withBlock('# Title\n', 'x')).toThrow('bench:start');
    expect(() => withBlock('<!-- bench:end --><!-- bench:start -->', 'x')).toThrow('bench:start');
  });

  it.each([
    'takes 12 µs',
    'is 10 times faster',
    '40 × as fast',
    'starts in 300 ms',
    'holds 92 MB',
    '13,750 requests/s',
  ])('states no figure of performance outside of it: %s', (line) => {
    expect(typedFigures(`${README}\n${line}\n`)).toEqual([expect.stringContaining(line)]);
    expect(typedFigures(withBlock(README, line))).toEqual([]);
  });

  it('may state other numbers', () => {
    expect(typedFigures('Node 22.19, port 4000, `// 9`, 501, 2 workers, 30 seconds to a first answer')).toEqual([]);
  });
});
