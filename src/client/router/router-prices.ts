import { loadBuiltInPrices } from '../../pricing/load-built-in.ts';
import { openPriceTable } from '../../pricing/price-source.ts';
import type { PriceTable } from '../../pricing/price-table.ts';

/** One table for all routers of the process: a map of some thousand models, unpacked at the first look-up. */
const tables = new Map<string | null, PriceTable>();

/** @param environment may name another map in `FAST_LITELLM_PRICES` */
export function routerPrices(environment: ReadonlyMap<string, string>): PriceTable {
  const overrideFile = environment.get('FAST_LITELLM_PRICES') ?? null;
  const known = tables.get(overrideFile);
  if (known !== undefined) return known;
  const table = openPriceTable({ overrideFile, builtIn: loadBuiltInPrices });
  tables.set(overrideFile, table);
  return table;
}
