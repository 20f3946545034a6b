/**
 * Where prices come from, in order: a file named by the caller (FAST_LITELLM_PRICES, read by `config/`), then a file or
 * URL of the configuration (LITELLM_MODEL_COST_MAP_URL or a config path), then the built-in table. A URL cannot be read
 * at the first look-up, so the built-in table serves until `refreshFromUrl` has fetched and checked it.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parsePriceMap, PriceMapError, PriceTable, type PriceMap } from './price-table.ts';

export interface PriceSources {
  /** FAST_LITELLM_PRICES: path of a map in LiteLLM's format, `.gz` too. */
  readonly overrideFile?: string | null;
  /** Path of the configuration, or an `http(s)://` URL. */
  readonly configured?: string | null;
  readonly builtIn: () => PriceMap;
}

/** The one call of `fetch` that a refresh makes; injected so that no network is needed to test it. */
export type FetchText = (url: string) => Promise<{ readonly status: number; readonly text: string }>;

const GZIP_MAGIC = 0x1f8b;
/** LiteLLM's own map is 3 MB; a hundred times as much is not a price map. */
const MAXIMUM_BYTES = 300_000_000;

export function openPriceTable(sources: PriceSources): PriceTable {
  const file = fileOf(sources);
  if (file === null) return new PriceTable(sources.builtIn);
  const map = readPriceFile(file);
  return new PriceTable(() => map);
}

/** The file that the sources name, or null. */
export function fileOf(sources: PriceSources): string | null {
  return sources.overrideFile ?? (isUrl(sources.configured) ? null : sources.configured) ?? null;
}

/** The URL that `refreshFromUrl` has to be given, or null when the sources name none. */
export function urlOf(sources: PriceSources): string | null {
  if (sources.overrideFile != null) return null;
  return isUrl(sources.configured) ? sources.configured : null;
}

/** @throws PriceMapError when the file cannot be read or is not a price map */
export function readPriceFile(path: string): PriceMap {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
    if (bytes.length > 2 && bytes.readUInt16BE(0) === GZIP_MAGIC) {
      bytes = gunzipSync(bytes, { maxOutputLength: MAXIMUM_BYTES });
    }
  } catch (cause) {
    throw new PriceMapError(`The price map ${path} cannot be read; check the path and its permissions.`, { cause });
  }
  try {
    return parsePriceMap(bytes.toString('utf8'));
  } catch (cause) {
    throw new PriceMapError(`${path}: ${cause instanceof Error ? cause.message : 'not a price map'}`, { cause });
  }
}

/** Reads a changed file into the table. @throws PriceMapError and keeps the old prices */
export function refreshFromFile(table: PriceTable, path: string): void {
  table.replace(readPriceFile(path));
}

/** Fetches a map into the table. @throws PriceMapError and keeps the old prices */
export async function refreshFromUrl(table: PriceTable, url: string, fetchText: FetchText): Promise<void> {
  let answer: { readonly status: number; readonly text: string };
  try {
    answer = await fetchText(url);
  } catch (cause) {
    throw new PriceMapError('The price map could not be fetched; the old prices stay in use.', { cause });
  }
  if (answer.status !== 200) {
    throw new PriceMapError(`The price map's URL answered ${answer.status}; the old prices stay in use.`);
  }
  table.replace(parsePriceMap(answer.text));
}

function isUrl(value: string | null | undefined): value is string {
  return value != null && /^https?:\/\//i.test(value);
}
