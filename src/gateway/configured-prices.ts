/** Which price map a configuration names, opened at the start and read again at each reload. */
import type { Logger } from 'pino';
import type { ConfigSnapshot } from '../config/snapshot.ts';
import { loadBuiltInPrices } from '../pricing/load-built-in.ts';
import { fileOf, openPriceTable, refreshFromFile, urlOf, type PriceSources } from '../pricing/price-source.ts';
import { PriceMapError, type PriceTable } from '../pricing/price-table.ts';
import { fetchPrices, fetchText } from './fetch-prices.ts';

/** @throws PriceMapError when a named file is no price map */
export function openPrices(snapshot: ConfigSnapshot, log: Logger): PriceTable {
  const sources = sourcesOf(snapshot);
  const table = openPriceTable(sources);
  const url = urlOf(sources);
  if (url !== null) void fetchPrices(table, url, log, fetchText);
  return table;
}

/** Never throws: a map that is bad or has shrunk is named in the log, and the prices in use stay. */
export function rereadPrices(table: PriceTable, snapshot: ConfigSnapshot, log: Logger): void {
  const sources = sourcesOf(snapshot);
  const url = urlOf(sources);
  const file = fileOf(sources);
  if (url !== null) void fetchPrices(table, url, log, fetchText);
  else if (file !== null) rereadFile(table, file, log);
}

function rereadFile(table: PriceTable, file: string, log: Logger): void {
  try {
    refreshFromFile(table, file);
  } catch (error) {
    if (!(error instanceof PriceMapError)) throw error;
    log.warn({ reason: error.message }, 'the price map was not read again; the prices in use stay');
  }
}

/** The environment's variables win over `litellm_settings.model_cost_map_url`. */
function sourcesOf({ environment, litellm }: ConfigSnapshot): PriceSources {
  const setting = litellm.raw['model_cost_map_url'];
  return {
    overrideFile: environment.get('FAST_LITELLM_PRICES') ?? null,
    configured: environment.get('LITELLM_MODEL_COST_MAP_URL') ?? (typeof setting === 'string' ? setting : null),
    builtIn: loadBuiltInPrices,
  };
}
