import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { runGoldenFiles, setOf } from './golden.ts';
import type { Exclusion } from './golden/exclusions.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'golden-'));
  writeFileSync(
    path.join(folder, 'double.ts'),
    'export const runner = { sets: /double-\\w+/, run: (row) => (row.twice === row.value * 2 ? null : "$.twice") };',
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

async function run(
  files: readonly string[],
  exclusions: readonly Exclusion[] = [],
  ratchet?: Map<string, number>,
): Promise<[number, string[]]> {
  const lines: string[] = [];
  const code = await runGoldenFiles(files, {
    runners: folder,
    exclusions,
    root: folder,
    ...(ratchet === undefined ? {} : { ratchet }),
    print: (line) => lines.push(line),
  });
  return [code, lines];
}

function golden(name: string, ...rows: object[]): string {
  const file = path.join(folder, name);
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  writeFileSync(file, name.endsWith('.gz') ? gzipSync(text) : text);
  return file;
}

describe('golden files', () => {
  test('the set is the name without its endings', () => {
    expect(setOf('/a/b/encode-o200k_base.jsonl.gz')).toBe('encode-o200k_base');
  });

  test('counts rows, plain and packed, and fails when one differs', async () => {
    const plain = golden('double-a.jsonl', { value: 1, twice: 2 }, { value: 2, twice: 5 });
    const packed = golden('double-b.jsonl.gz', { value: 3, twice: 6 });
    const [code, lines] = await run([plain, packed]);
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe('2 passed, 1 failed');
    expect(await run([packed])).toEqual([0, ['double-b: 1 passed, 0 failed', '1 passed, 0 failed']]);
  });

  test('shows at most 20 failures', async () => {
    const rows = Array.from({ length: 25 }, () => ({ value: 1, twice: 0 }));
    const [, lines] = await run([golden('double-a.jsonl', ...rows)]);
    expect(lines.filter((line) => line.includes('$.twice'))).toHaveLength(20);
    expect(lines).toContain('… 5 more failures in double-a');
  });

  test('a set without a runner, an empty file and no file at all are errors of their own', async () => {
    expect((await run([golden('unknown.jsonl', {})]))[0]).toBe(2);
    expect((await run([golden('double-a.jsonl')]))[0]).toBe(2);
    expect((await run([]))[0]).toBe(2);
  });

  test('an excluded row is neither passed nor failed, and no other row is excused', async () => {
    const file = golden('double-a.jsonl', { value: 2, twice: 5 }, { value: 3, twice: 5 });
    const [code, lines] = await run(
      [file],
      [{ set: 'double-a', where: { value: 2 }, reason: 'fault of the original' }],
    );
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
  });

  test('a ratchet allows what it knows, counts what is more, and is lowered to what fails', async () => {
    const file = golden('double-a.jsonl', { value: 1, twice: 0 }, { value: 2, twice: 0 });
    expect((await run([file], [], new Map([['double-a', 1]])))[1].at(-1)).toBe('0 passed, 1 failed');
    const ratchet = new Map([['double-a', 5]]);
    expect((await run([file], [], ratchet))[0]).toBe(0);
    expect(ratchet.get('double-a')).toBe(2);
  });
});
