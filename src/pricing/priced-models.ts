/**
 * Models with their compiled prices, found once and kept while the price map stays the same.
 * Bounded: names come from clients, so the store is emptied when it is full rather than growing.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonObject } from '../protocol/json.ts';
import { describeModel, findModel, notMappedMessage, type ModelContext } from './model-info.ts';
import { providerNaming } from './provider-names.ts';
import { TokenPrices } from './token-prices.ts';

export interface PricedModel {
  readonly key: string;
  readonly provider: string | null;
  /** As `describeModel` answers it. */
  readonly info: JsonObject;
  readonly prices: TokenPrices;
}

const CAPACITY = 4096;

export class PricedModels {
  readonly context: ModelContext;
  readonly #found = new Map<string, PricedModel | null>();
  #version = 0;

  constructor(context: ModelContext) {
    this.context = context;
  }

  find(model: string, provider: string | null): PricedModel | null {
    const { prices } = this.context;
    if (this.#version !== prices.version || this.#found.size >= CAPACITY) {
      this.#found.clear();
      this.#version = prices.version;
    }
    const name = provider === null ? model : `${provider}\n${model}`;
    const known = this.#found.get(name);
    if (known !== undefined) return known;
    const found = findModel({ model, customLlmProvider: provider }, this.context);
    const priced = found === null ? null : compile(found.key, provider ?? found.provider, describeModel(found));
    this.#found.set(name, priced);
    return priced;
  }

  /** @throws GatewayError `not_found` with LiteLLM's message */
  require(model: string, provider: string | null): PricedModel {
    const found = this.find(model, provider);
    if (found === null) throw new GatewayError('not_found', notMappedMessage(model, provider));
    return found;
  }
}

function compile(key: string, provider: string | null, info: JsonObject): PricedModel {
  const inclusive = providerNaming(provider).inclusiveThresholds === true;
  return { key, provider, info, prices: new TokenPrices(info, inclusive) };
}
