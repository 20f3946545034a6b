/**
 * LiteLLM's `register_model`: adds models to the price table, or overrides what it says of them. A name that the table
 * lists in another spelling changes that entry; nulls change nothing; numbers may be given as text; objects are merged
 * one level deep.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { shownName } from '../errors/shown-name.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import { INHERITED_CACHE_FIELDS } from './deployment-fields.ts';
import { findModel, type ModelContext } from './model-info.ts';
import { textAt, toNumber, type PriceEntry } from './price-entry.ts';
import { priceFault } from './price-fault.ts';
import type { PriceTable } from './price-table.ts';
import { shortenedName } from './provider-names.ts';

const REGION_LEADS = ['us.', 'eu.', 'apac.', 'jp.', 'au.', 'us-gov.', 'global.', 'ap-northeast-1.'];

export interface RegisterContext extends ModelContext {
  readonly prices: PriceTable;
  readonly isProvider: (name: string) => boolean;
}

/**
 * @throws GatewayError `bad_request` when a value is not an object of facts and prices, or a price is no number; then no
 *   model is changed
 */
export function registerModel(models: JsonObject, context: RegisterContext): void {
  if (!isJsonObject(models)) {
    throw new GatewayError(
      'bad_request',
      'registerModel takes an object from names to prices, e.g. {"my-model": {…}}.',
    );
  }
  const checked = Object.entries(models).map(([name, facts]) => [name, checkedFacts(name, facts)] as const);
  for (const [name, facts] of checked) {
    const found = findModel({ model: name }, context);
    const listed = found !== null && context.prices.get(found.key) !== undefined;
    const key = listed ? found.key : name;
    const base = listed ? found.entry : unlistedBase(name, facts, context);
    context.prices.set(key, merged(base, facts));
  }
}

function checkedFacts(name: string, facts: JsonValue): JsonObject {
  if (!isJsonObject(facts)) {
    throw new GatewayError(
      'bad_request',
      `registerModel: "${shownName(name)}" needs an object of prices, e.g. {"input_cost_per_token": 3e-7}.`,
    );
  }
  for (const [field, value] of Object.entries(facts)) {
    const fault = priceFault(field, value);
    if (fault === null) continue;
    throw new GatewayError('bad_request', `registerModel: "${shownName(name)}": ${fault}`, { param: field });
  }
  return facts;
}

/** What a new name starts from: the rules for its kind, and cache prices of the model that it is a spelling of. */
function unlistedBase(name: string, facts: JsonObject, context: RegisterContext): PriceEntry {
  const base: Record<string, JsonValue> = { ...context.prices.factsOf(name) };
  const relative = spellings(name, textAt(facts, 'litellm_provider'), context)
    .map((spelling) => context.prices.get(spelling))
    .find((entry) => entry?.['litellm_provider'] != null);
  for (const field of relative === undefined ? [] : INHERITED_CACHE_FIELDS) {
    const price = relative?.[field];
    if (facts[field] == null && price != null) base[field] = price;
  }
  return base;
}

/** `bedrock/bedrock/us.anthropic.x` → without its providers, without its region, shortened. */
function spellings(name: string, provider: string | null, context: RegisterContext): readonly string[] {
  const segments = name.split('/');
  const found: string[] = [];
  let lead = 0;
  while (lead < segments.length - 1 && context.isProvider(segments[lead] ?? '')) {
    lead++;
    found.push(segments.slice(lead).join('/'));
  }
  const base = found.at(-1) ?? name;
  for (const region of REGION_LEADS) if (base.startsWith(region)) found.push(base.slice(region.length));
  if (provider !== null) found.push(shortenedName(base, provider));
  return found.filter((spelling) => spelling !== name);
}

function merged(base: PriceEntry, facts: JsonObject): PriceEntry {
  const entry: Record<string, JsonValue> = { ...base };
  for (const [field, value] of Object.entries(facts)) {
    if (value === null) continue;
    const before = entry[field];
    if (isJsonObject(value)) entry[field] = isJsonObject(before) ? { ...before, ...value } : value;
    else entry[field] = typeof value === 'string' ? (toNumber(value) ?? value) : value;
  }
  return entry;
}
