/**
 * Models with their compiled prices, found once and kept while the price map stays the same; and beside them the other
 * answers of the map that every priced call needs.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { BillingName } from './cost-model-names.ts';
import type { NamedCall } from './cost-per-token.ts';
import { describeModel, findModel, notMappedMessage, type ModelContext } from './model-info.ts';
import { PriceMemo } from './price-memo.ts';
import { providerNaming } from './provider-names.ts';
import { TokenPrices } from './token-prices.ts';

export interface PricedModel {
  readonly key: string;
  readonly provider: string | null;
  /** As `describeModel` answers it. */
  readonly info: JsonObject;
  readonly prices: TokenPrices;
}

export class PricedModels {
  readonly context: ModelContext;
  /** By provider, name of the request and name of the answer. */
  readonly billingNames: PriceMemo<readonly BillingName[]>;
  /** By provider and name. */
  readonly namedCalls: PriceMemo<NamedCall>;
  readonly #found: PriceMemo<PricedModel | null>;

  constructor(context: ModelContext) {
    this.context = context;
    this.billingNames = new PriceMemo(context.prices);
    this.namedCalls = new PriceMemo(context.prices);
    this.#found = new PriceMemo(context.prices);
  }

  find(model: string, provider: string | null): PricedModel | null {
    const known = this.#found.get(provider, model);
    return known === undefined ? this.#compile(model, provider) : known;
  }

  /** @throws GatewayError `not_found` with LiteLLM's message */
  require(model: string, provider: string | null): PricedModel {
    const found = this.find(model, provider);
    if (found === null) throw new GatewayError('not_found', notMappedMessage(model, provider));
    return found;
  }

  #compile(model: string, provider: string | null): PricedModel | null {
    const found = findModel({ model, customLlmProvider: provider }, this.context);
    const priced = found === null ? null : compile(found.key, provider ?? found.provider, describeModel(found));
    return this.#found.set(priced, provider, model);
  }
}

function compile(key: string, provider: string | null, info: JsonObject): PricedModel {
  const inclusive = providerNaming(provider).inclusiveThresholds === true;
  return { key, provider, info, prices: new TokenPrices(info, inclusive) };
}
