/**
 * The price map as LiteLLM sees it once a configuration is loaded: every deployment adds an entry under its id (its own
 * prices included) and one under its model that all deployments of that model share (without prices).
 *
 * Promises: the map underneath is not touched; it may change, and the overlay is then built anew at the next look-up.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import { INHERITED_CACHE_FIELDS, CUSTOM_PRICE_FIELDS, SHARED_FACT_FIELDS } from './deployment-fields.ts';
import { findModel, type ModelContext, type ResolveProvider } from './model-info.ts';
import { numberAt, textAt, toNumber, type PriceEntry } from './price-entry.ts';
import type { PriceLookup } from './price-table.ts';

/** What pricing reads of a deployment; `Deployment` of a configuration snapshot is one. */
export interface PricedDeployment {
  readonly id: string;
  /** `litellm_params.model`. */
  readonly model: string;
  readonly params: JsonObject;
  readonly modelInfo: JsonObject;
}

/** Any of these makes a deployment's own entry the one that prices it. */
const BASE_PRICE_FIELDS = ['input_cost_per_token', 'input_cost_per_second', 'tiered_pricing'];

export function configuredProvider(deployment: PricedDeployment): string | null {
  return textAt(deployment.params, 'custom_llm_provider');
}

/** The price fields of `litellm_params`. */
export function customPrices(deployment: PricedDeployment): JsonObject {
  const prices: Record<string, JsonValue> = {};
  for (const field of CUSTOM_PRICE_FIELDS) {
    const value = deployment.params[field];
    if (value != null) prices[field] = value;
  }
  return prices;
}

/** True when any price is configured for the deployment itself. */
export function hasCustomPricing(deployment: PricedDeployment): boolean {
  const { params, modelInfo } = deployment;
  if (CUSTOM_PRICE_FIELDS.some((field) => params[field] != null || modelInfo[field] != null)) return true;
  return modelInfo['off_peak_pricing'] != null;
}

/** True when the deployment is priced by its own entry rather than by its model's. */
export function hasOwnBasePrice(entry: JsonObject): boolean {
  return BASE_PRICE_FIELDS.some((field) => entry[field] != null);
}

/** The price map with the entries of these deployments over it. */
export function deploymentPrices(
  deployments: readonly PricedDeployment[],
  prices: PriceLookup,
  resolveProvider: ResolveProvider,
): PriceLookup {
  return new OverlayPrices(deployments, prices, resolveProvider);
}

class OverlayPrices implements PriceLookup {
  readonly #deployments: readonly PricedDeployment[];
  readonly #under: PriceLookup;
  readonly #resolveProvider: ResolveProvider;
  #entries = new Map<string, PriceEntry>();
  #spellings: ReadonlyMap<string, string> = new Map();
  #builtFor = 0;
  #building = false;

  constructor(deployments: readonly PricedDeployment[], under: PriceLookup, resolveProvider: ResolveProvider) {
    this.#deployments = deployments;
    this.#under = under;
    this.#resolveProvider = resolveProvider;
  }

  get version(): number {
    return this.#under.version;
  }

  get(key: string): PriceEntry | undefined {
    this.#build();
    return this.#entries.get(key) ?? this.#under.get(key);
  }

  resolveKey(name: string): string | null {
    this.#build();
    if (this.#entries.has(name)) return name;
    return this.#under.resolveKey(name) ?? this.#spellings.get(name.toLowerCase()) ?? null;
  }

  factsOf(model: string): JsonObject | null {
    return this.#under.factsOf(model);
  }

  providerOf(model: string): string | null {
    return this.#under.providerOf(model);
  }

  *keys(): Iterable<string> {
    this.#build();
    yield* this.#under.keys();
    for (const key of this.#entries.keys()) if (this.#under.get(key) === undefined) yield key;
  }

  /** In the order of the configuration: as in LiteLLM, a deployment sees what the ones before it have registered. */
  #build(): void {
    if (this.#building || this.#builtFor === this.#under.version) return;
    this.#building = true;
    this.#entries = new Map();
    const context: ModelContext = { prices: this, resolveProvider: this.#resolveProvider };
    for (const deployment of this.#deployments) {
      const payload = deploymentEntry(deployment, context);
      this.#entries.set(deployment.id, { ...this.#base(deployment.id), ...payload });
      for (const key of sharedKeys(deployment)) this.#share(key, payload, context);
    }
    this.#spellings = new Map([...this.#entries.keys()].map((key) => [key.toLowerCase(), key]));
    this.#builtFor = this.#under.version;
    this.#building = false;
  }

  #base(key: string): JsonObject | null {
    return this.get(key) ?? this.#under.factsOf(key);
  }

  #share(backendKey: string, payload: JsonObject, context: ModelContext): void {
    const found = findModel({ model: backendKey }, context);
    const listed = found !== null && this.get(found.key) !== undefined;
    const key = listed ? found.key : backendKey;
    const base = listed ? found.entry : this.#under.factsOf(backendKey);
    const shared = Object.fromEntries(Object.entries(payload).filter(([field]) => SHARED_FACT_FIELDS.has(field)));
    // An alias that calls its backend a chat model does not take the responses bridge away from the others.
    if (base?.['mode'] === 'responses' && shared['mode'] === 'chat') delete shared['mode'];
    this.#entries.set(key, { ...base, ...shared });
  }
}

function sharedKeys(deployment: PricedDeployment): readonly string[] {
  const provider = configuredProvider(deployment);
  const key = provider === null ? deployment.model : `${provider}/${deployment.model}`;
  return key.includes('responses/') ? [key, key.replaceAll('responses/', '')] : [key];
}

/** Configured facts and prices, with what a partial price list inherits from the model's listed prices. */
function deploymentEntry(deployment: PricedDeployment, context: ModelContext): JsonObject {
  const entry: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries({ ...deployment.modelInfo, ...customPrices(deployment) })) {
    if (value !== null) entry[key] = typeof value === 'string' ? (toNumber(value) ?? value) : value;
  }
  const listed = findModel({ model: deployment.model, customLlmProvider: configuredProvider(deployment) }, context);
  if (listed === null) return entry;
  const inherit = (field: string): void => {
    const value = listed.entry[field];
    if (entry[field] == null && value != null) entry[field] = value;
  };
  if (entry['off_peak_pricing'] != null && !hasOwnBasePrice(entry)) Object.keys(listed.entry).forEach(inherit);
  if (entry['input_cost_per_token'] != null) INHERITED_CACHE_FIELDS.forEach(inherit);
  if (lacksOutputRate(entry) && numberAt(listed.entry, 'output_cost_per_token') !== 0) inherit('output_cost_per_token');
  return entry;
}

function lacksOutputRate(entry: JsonObject): boolean {
  const tiers = entry['tiered_pricing'];
  if (!isJsonArray(tiers) || tiers.length === 0) return false;
  return !tiers.every((tier) => isJsonObject(tier) && tier['output_cost_per_token'] !== undefined);
}
