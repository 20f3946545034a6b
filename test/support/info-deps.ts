import { createModelKnowledge } from '../../src/client/model-knowledge.ts';
import type { RouteDefinition } from '../../src/gateway/contract.ts';
import { RouteTable } from '../../src/gateway/http/route-table.ts';
import { replyError } from '../../src/gateway/http/reply-error.ts';
import type { InfoRouteDeps } from '../../src/gateway/routes/info-deps.ts';
import { PriceTable, toPriceMap } from '../../src/pricing/price-table.ts';
import type { JsonObject } from '../../src/protocol/json.ts';
import { FakeExchange, type FakeRequest } from './fake-exchange.ts';
import { snapshotWith, type SnapshotParts } from './snapshot.ts';

const LOG = { level: 'warn', error: () => undefined } as unknown as InfoRouteDeps['state']['log'];

/** What informing routes need, over a small price map. */
export function infoDeps(parts: SnapshotParts, prices: JsonObject, extra: Partial<InfoRouteDeps> = {}): InfoRouteDeps {
  const snapshot = snapshotWith(parts);
  const state = { snapshot, log: LOG, now: () => 0, monotonicMs: () => 0 };
  return {
    state,
    knowledge: createModelKnowledge(new PriceTable(() => toPriceMap(prices)), snapshot),
    probe: () => Promise.resolve({ healthy: true, headers: {} }),
    openExchanges: () => 1,
    allRoutes: () => [],
    litellmVersion: '1.2.3',
    ...extra,
  };
}

/** Sends one request to the routes as the dispatcher would after the key check. */
export async function ask(
  routes: readonly RouteDefinition[],
  request: FakeRequest,
  deps: InfoRouteDeps,
): Promise<FakeExchange> {
  const exchange = new FakeExchange(request);
  const match = new RouteTable(routes).match(exchange.method, exchange.path);
  if (match.kind !== 'matched') throw new Error(`${exchange.method} ${exchange.path}: ${match.kind}`);
  const { route, pathParams } = match;
  const kind = deps.state.snapshot.general.masterKey === null ? 'open' : 'master';
  try {
    await route.handler(exchange, { state: deps.state, pathParams, caller: { kind }, route: route.path });
  } catch (error) {
    replyError(exchange, error, { headers: [], log: deps.state.log });
  }
  return exchange;
}
