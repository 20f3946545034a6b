import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { snapshotWith } from '../../test/support/snapshot.ts';
import type { JsonObject } from '../protocol/json.ts';
import { openPrices, rereadPrices } from './configured-prices.ts';

const models = (count: number, price: number): JsonObject =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`m-${index}`, { input_cost_per_token: price }]));

let folder = '';
let lines: string[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'prices-'));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, map: unknown): string {
  const at = path.join(folder, name);
  writeFileSync(at, typeof map === 'string' ? map : JSON.stringify(map));
  return at;
}

describe('the price map of a configuration', () => {
  test.each<[string, (at: string) => Parameters<typeof snapshotWith>[0]]>([
    ['FAST_LITELLM_PRICES', (at) => ({ environment: { FAST_LITELLM_PRICES: at } })],
    ['LITELLM_MODEL_COST_MAP_URL', (at) => ({ environment: { LITELLM_MODEL_COST_MAP_URL: at } })],
    ['litellm_settings.model_cost_map_url', (at) => ({ litellmRaw: { model_cost_map_url: at } })],
  ])('is a file that %s names', (_name, parts) => {
    const table = openPrices(snapshotWith(parts(file('map.json', models(60, 1)))), log);
    expect(table.get('m-59')).toEqual({ input_cost_per_token: 1 });
  });

  test('is the built-in one when nothing is named', () => {
    expect(openPrices(snapshotWith(), log).get('gpt-4o')).toBeDefined();
  });

  test('a file that is no map stops the start and is named', () => {
    const at = file('broken.json', '{');
    expect(() => openPrices(snapshotWith({ environment: { FAST_LITELLM_PRICES: at } }), log)).toThrow(/broken\.json/);
  });

  test('is read again at a reload', () => {
    const snapshot = snapshotWith({ litellmRaw: { model_cost_map_url: file('map.json', models(60, 1)) } });
    const table = openPrices(snapshot, log);
    table.get('m-0');
    file('map.json', models(61, 2));
    rereadPrices(table, snapshot, log);
    expect(table.get('m-60')).toEqual({ input_cost_per_token: 2 });
  });

  test.each([
    ['broken', '{'],
    ['shrunken', models(20, 2)],
    ['of another kind', []],
  ])('stays as it was when the file is %s, and the log says so', (_name, map) => {
    const snapshot = snapshotWith({ litellmRaw: { model_cost_map_url: file('map.json', models(60, 1)) } });
    const table = openPrices(snapshot, log);
    table.get('m-0');
    file('map.json', map);
    rereadPrices(table, snapshot, log);
    expect(table.get('m-59')).toEqual({ input_cost_per_token: 1 });
    expect(lines.join('')).toContain('the prices in use stay');
  });
});
