/**
 * LiteLLM's price map for golden runs, which is test data and never part of the package: the file that
 * `FAST_LITELLM_PRICES` names, else `model_prices.json.gz` beside the golden file, else the one in `../shared/golden`.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';

import type { JsonObject } from '../../src/protocol/json.ts';

const FILE = 'model_prices.json.gz';

export function pricesPath(directory: string, root: string): string {
  const named = process.env['FAST_LITELLM_PRICES'];
  if (named !== undefined && named !== '') return path.resolve(named);
  const beside = path.join(directory, FILE);
  return existsSync(beside) ? beside : path.resolve(root, '../shared/golden', FILE);
}

export function readPrices(file: string): Readonly<Record<string, JsonObject>> {
  const prices: Record<string, JsonObject> = Object.create(null);
  const parsed: Record<string, JsonObject> = JSON.parse(readText(file));
  return Object.assign(prices, parsed);
}

/** Text of a file, unpacked when its name ends in `.gz`. */
export function readText(file: string): string {
  const bytes = readFileSync(file);
  return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}
