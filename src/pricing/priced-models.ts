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
  /** By provider, then by name: no key has to be put together. */
  readonly #found = new Map<string | null, Map<string, PricedModel | null>>();
  #size = 0;
  #version = 0;

  constructor(context: ModelContext) {
    this.context = context;
  }

  find(model: string, provider: string | null): PricedModel | null {
    const { prices } = this.context;
    if (this.#version !== prices.version || this.#size >= CAPACITY) {
      this.#found.clear();
      this.#size = 0;
      this.#version = prices.version;
    }
    let names = this.#found.get(provider);
    if (names === undefined) {
      names = new Map();
      this.#found.set(provider, names);
    }
    const known = names.get(model);
    if (known !== undefined) return known;
    const found = findModel({ model, customLlmProvider: provider }, this.context);
    const priced = found === null ? null : compile(found.key, provider ?? found.provider, describeModel(found));
    names.set(model, priced);
    this.#size++;
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
