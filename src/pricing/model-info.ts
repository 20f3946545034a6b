/**
 * LiteLLM's `get_model_info`, `get_max_tokens` and `supports_*`: which entry of the price map describes a model, and
 * what it says.
 *
 * A name is tried in this order: `provider/model`, the name as given, the name without its provider, the shortened name
 * with and without provider, the provider doubled; then the generalization rules. An entry of another provider does not
 * count. Cost: at most six map look-ups; callers on a hot path keep the result under `prices.version`.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { shownName } from '../errors/shown-name.ts';
import type { JsonObject } from '../protocol/json.ts';
import { MODEL_INFO_FIELD_SET, MODEL_INFO_FIELDS } from './model-info-fields.ts';
import { isAboveThresholdKey, numberAt, textAt, type PriceEntry } from './price-entry.ts';
import type { PriceLookup } from './price-table.ts';
import { entryFitsProvider, listedSpelling, providerNaming, shortenedName } from './provider-names.ts';

export interface ResolvedModel {
  /** Name without the provider's prefix. */
  readonly model: string;
  readonly provider: string;
}

/** LiteLLM's `get_llm_provider`; null where it raises. Lives in `providers/` and is handed in. */
export type ResolveProvider = (model: string, provider: string | null) => ResolvedModel | null;

/** LiteLLM's `get_supported_openai_params`; null where it answers None. Lives in `providers/` and is handed in. */
export type SupportedParams = (model: string, provider: string | null) => readonly string[] | null;

export interface ModelContext {
  readonly prices: PriceLookup;
  readonly resolveProvider: ResolveProvider;
}

export interface ModelInfoContext extends ModelContext {
  readonly supportedParams: SupportedParams;
}

export interface ModelQuery {
  readonly model: string;
  readonly customLlmProvider?: string | null;
}

/** The entry that describes a model. */
export interface FoundModel {
  readonly key: string;
  readonly provider: string | null;
  readonly entry: PriceEntry;
  /** The entry already is the whole answer and is not completed with nulls. */
  readonly complete: boolean;
}

interface CandidateNames {
  readonly provider: string | null;
  /** In the order of the look-ups. */
  readonly names: readonly string[];
}

/** Providers whose key is unlocked by a sign-in; their names are never resolved for a mere question. */
const SIGN_IN_PROVIDERS: ReadonlySet<string> = new Set(['github_copilot', 'chatgpt']);

const PRICE_MAP_ADDRESS = 'https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json';

/** The entry for a model, or null when nothing describes it. */
export function findModel(query: ModelQuery, context: ModelContext): FoundModel | null {
  const { prices } = context;
  const named = query.customLlmProvider ?? null;
  const provider = providerNaming(named).sameAs ?? named;
  const naming = providerNaming(provider);
  const spelled = listedSpelling(query.model);
  const model = naming.respell?.(spelled, prices) ?? spelled;
  const candidates = candidateNames(model, provider ?? signInProvider(model), context);

  const unlisted = providerNaming(candidates.provider).unlisted?.(model, prices) ?? null;
  if (unlisted !== null) {
    return { key: textAt(unlisted, 'key') ?? model, provider: candidates.provider, entry: unlisted, complete: true };
  }
  let known = false;
  for (const name of candidates.names) {
    const key = prices.resolveKey(name);
    const entry = key === null ? undefined : prices.get(key);
    if (key === null || entry === undefined) continue;
    known = true;
    if (entryFitsProvider(entry, candidates.provider)) {
      return { key, provider: candidates.provider, entry, complete: false };
    }
  }
  return known ? null : generalizedModel(model, candidates, prices);
}

/** A listed model of another provider is known, not new: the rules are not asked about it. */
function generalizedModel(model: string, candidates: CandidateNames, prices: PriceLookup): FoundModel | null {
  const { names, provider } = candidates;
  for (const name of new Set([names[0] ?? model, ...names])) {
    const facts = prices.factsOf(name);
    if (facts === null) continue;
    const entry = provider === null ? facts : { ...facts, litellm_provider: provider };
    return { key: name, provider, entry, complete: false };
  }
  return null;
}

function candidateNames(model: string, provider: string | null, context: ModelContext): CandidateNames {
  if (provider === null) {
    const resolved = context.resolveProvider(model, null);
    const found = resolved?.provider ?? null;
    const split = withoutRoute(resolved?.model ?? model, found);
    return { provider: found, names: [model, split, shortenedName(model, found)] };
  }
  const prefix = `${provider}/`;
  const bare = model.startsWith(prefix) ? model.slice(prefix.length) : model;
  const combined = prefix + bare;
  const short = shortenedName(bare, provider);
  const names = [combined, model, withoutRoute(bare, provider), prefix + short, short];
  if (bare !== model) names.push(prefix + model);
  return { provider, names };
}

function withoutRoute(model: string, provider: string | null): string {
  return providerNaming(provider).withoutRoute?.(model) ?? model;
}

/** `resolveProvider` for a question about a model: names of providers with a sign-in are split here instead. */
export function resolveForQuestion(query: ModelQuery, context: ModelContext): ResolvedModel | null {
  const { model } = query;
  const named = query.customLlmProvider ?? null;
  const declared = named === null ? signInProvider(model) : SIGN_IN_PROVIDERS.has(named) ? named : null;
  if (declared === null) return context.resolveProvider(model, named);
  const prefix = `${declared}/`;
  return { model: model.startsWith(prefix) ? model.slice(prefix.length) : model, provider: declared };
}

function signInProvider(model: string): string | null {
  const slash = model.indexOf('/');
  const lead = slash > 0 ? model.slice(0, slash) : '';
  return SIGN_IN_PROVIDERS.has(lead) ? lead : null;
}

/** The entry as LiteLLM answers it: every field of its schema, null where unknown. */
export function describeModel(found: FoundModel): JsonObject {
  if (found.complete) return found.entry;
  const { entry } = found;
  const info: Record<string, JsonObject[string]> = { key: found.key };
  for (const field of MODEL_INFO_FIELDS) info[field] = entry[field] ?? null;
  info['input_cost_per_token'] ??= 0;
  info['output_cost_per_token'] ??= 0;
  // LiteLLM-compat: an entry that says `"litellm_provider": null` keeps it; one without the field gets the provider asked for.
  if (entry['litellm_provider'] === undefined) info['litellm_provider'] = found.provider;
  for (const key of Object.keys(entry)) {
    if (isAboveThresholdKey(key) && !MODEL_INFO_FIELD_SET.has(key)) info[key] = entry[key] ?? null;
  }
  return info;
}

/**
 * LiteLLM's `get_model_info`.
 * @throws GatewayError `not_found` with LiteLLM's message when nothing describes the model
 */
export function getModelInfo(query: ModelQuery, context: ModelInfoContext): JsonObject {
  const info = lookupModelInfo(query, context);
  if (info !== null) return info;
  const provider = query.customLlmProvider ?? context.resolveProvider(query.model, null)?.provider ?? null;
  throw new GatewayError('not_found', notMappedMessage(query.model, provider));
}

export function notMappedMessage(model: string, provider: string | null): string {
  const asked = `model=${shownName(model)}, custom_llm_provider=${shownName(provider ?? 'None')}`;
  return `This model isn't mapped yet. ${asked}. Add it here - ${PRICE_MAP_ADDRESS}.`;
}

/** The same without the error: null when nothing describes the model. */
export function lookupModelInfo(query: ModelQuery, context: ModelInfoContext): JsonObject | null {
  const found = findModel(query, context);
  if (found === null) return null;
  const provider = query.customLlmProvider ?? null;
  return {
    ...describeModel(found),
    // LiteLLM-compat: shared capabilities are added only when the caller names the provider.
    ...providerNaming(provider).capabilities?.(query.model, context.prices),
    supported_openai_params: context.supportedParams(query.model, provider),
  };
}

/**
 * LiteLLM's `get_max_tokens`: the most output tokens; null when the map lists the model without a limit.
 * @throws GatewayError `not_found` when the map does not list the model
 */
export function getMaxTokens(model: string, context: ModelContext): number | null {
  const direct = outputLimit(model, context.prices);
  if (direct !== undefined) return direct;
  const resolved = context.resolveProvider(model, null);
  if (resolved !== null && providerNaming(resolved.provider).unlisted?.(resolved.model, context.prices) === undefined) {
    if (context.prices.get(resolved.model) !== undefined) return outputLimit(resolved.model, context.prices) ?? null;
  }
  throw new GatewayError(
    'not_found',
    `Model ${shownName(resolved?.model ?? model)} isn't mapped yet. Add it here - ${PRICE_MAP_ADDRESS}`,
  );
}

/** undefined: not listed, or listed without any limit field. */
function outputLimit(model: string, prices: PriceLookup): number | null | undefined {
  const entry = prices.get(model);
  if (entry === undefined) return undefined;
  if (entry['max_output_tokens'] !== undefined) return numberAt(entry, 'max_output_tokens');
  return entry['max_tokens'] === undefined ? undefined : numberAt(entry, 'max_tokens');
}
