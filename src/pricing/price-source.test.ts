import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openPriceTable, readPriceFile, refreshFromFile, refreshFromUrl, urlOf } from './price-source.ts';
import { PriceMapError, PriceTable, toPriceMap } from './price-table.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'prices-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const entryOf = (name: string): string => JSON.stringify({ [name]: { mode: 'chat' } });
const fileOf = (name: string, content: string | Buffer): string => {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
};
const builtIn = () => toPriceMap({ built: { mode: 'chat' } });

describe('openPriceTable', () => {
  const plain = fileOf('plain.json', entryOf('configured'));
  const packed = fileOf('packed.json.gz', gzipSync(entryOf('override')));

  it('prefers the override, then the configured file, then the built-in map', () => {
    expect(openPriceTable({ overrideFile: packed, configured: plain, builtIn }).get('override')).toBeDefined();
    expect(openPriceTable({ configured: plain, builtIn }).get('configured')).toBeDefined();
    expect(openPriceTable({ builtIn }).get('built')).toBeDefined();
  });

  it('serves the built-in map until a URL has been fetched', () => {
    const sources = { configured: 'https://prices.test/map.json', builtIn };
    expect(openPriceTable(sources).get('built')).toBeDefined();
    expect(urlOf(sources)).toBe('https://prices.test/map.json');
    expect(urlOf({ ...sources, overrideFile: packed })).toBeNull();
  });

  it('refuses a file that cannot be read at once, not at the first request', () => {
    const missing = path.join(folder, 'missing.json');
    expect(() => openPriceTable({ overrideFile: missing, builtIn })).toThrow(/missing\.json cannot be read/);
    expect(() => openPriceTable({ configured: missing, builtIn })).toThrow(PriceMapError);
  });

  it('names the file that cannot be read', () => {
    expect(() => readPriceFile(path.join(folder, 'missing.json'))).toThrow(/missing\.json cannot be read/);
    expect(() => readPriceFile(fileOf('broken.json', '{'))).toThrow(/broken\.json/);
    expect(() => readPriceFile(fileOf('broken.json.gz', Buffer.from([0x1f, 0x8b, 0, 0])))).toThrow(PriceMapError);
  });
});

describe('refresh', () => {
  const many = JSON.stringify(
    Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`n-${index}`, { mode: 'chat' }])),
  );

  it('takes a fetched map', async () => {
    const table = new PriceTable(builtIn);
    await refreshFromUrl(table, 'https://prices.test/map.json', () => Promise.resolve({ status: 200, text: many }));
    expect(table.get('n-59')).toBeDefined();
  });

  it.each([
    ['an error status', { status: 500, text: many }],
    ['text that is no map', { status: 200, text: '<html>' }],
  ])('keeps the old prices on %s', async (_, answer) => {
    const table = new PriceTable(builtIn);
    await expect(refreshFromUrl(table, 'https://prices.test/', () => Promise.resolve(answer))).rejects.toThrow(
      PriceMapError,
    );
    expect(table.get('built')).toBeDefined();
  });

  it('keeps the old prices when the fetch fails, and says so', async () => {
    const table = new PriceTable(builtIn);
    const failing = () => Promise.reject(new Error('ECONNREFUSED'));
    await expect(refreshFromUrl(table, 'https://prices.test/', failing)).rejects.toThrow(/old prices stay in use/);
    expect(table.get('built')).toBeDefined();
  });

  it('reads a changed file', () => {
    const table = new PriceTable(builtIn);
    refreshFromFile(table, fileOf('changed.json', many));
    expect(table.get('n-1')).toBeDefined();
  });
});
