/** The price map that comes with the package, unpacked at the first look-up that needs it. */
import { gunzipSync } from 'node:zlib';

import { BUILT_IN_PRICES } from './built-in-prices.ts';
import { parsePriceMap, type PriceMap } from './price-table.ts';

export function loadBuiltInPrices(): PriceMap {
  return parsePriceMap(gunzipSync(Buffer.from(BUILT_IN_PRICES, 'base64')).toString('utf8'));
}
