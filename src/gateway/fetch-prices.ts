/** Fetches the configured price map behind the running gateway: until it is there, and if it never is, the old prices serve. */
import type { Logger } from 'pino';
import { refreshFromUrl, type FetchText } from '../pricing/price-source.ts';
import type { PriceTable } from '../pricing/price-table.ts';

/** Never rejects. The log names no address, since that may hold a credential. */
export async function fetchPrices(table: PriceTable, url: string, log: Logger, fetchText: FetchText): Promise<void> {
  try {
    await refreshFromUrl(table, url, fetchText);
    log.info('the fetched price map is in use');
  } catch (error) {
    log.warn(
      { reason: error instanceof Error ? error.message : String(error) },
      'the address of the price map gave no prices',
    );
  }
}

/** A map of a few megabytes comes well within this time. */
const LIMIT_MS = 60_000;

export const fetchText: FetchText = async (url) => {
  const answer = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS) });
  return { status: answer.status, text: await answer.text() };
};
