/** One entry of `/v1/models`: what the deployments behind a name, the price map and the configuration say of it. */
import type { Deployment } from '../../config/snapshot.ts';
import { findModel, type FoundModel, type ModelContext } from '../../pricing/model-info.ts';
import { toNumber } from '../../pricing/price-entry.ts';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';

/** LiteLLM-compat: the same moment for every model. */
export const MODEL_CREATED_SECONDS = 1_677_610_602;

export interface ModelEntry {
  readonly id: string;
  readonly object: 'model';
  readonly created: number;
  readonly owned_by: string;
  readonly mode?: string;
  readonly max_input_tokens?: number;
  readonly max_output_tokens?: number;
  readonly metadata?: { readonly fallbacks: readonly JsonValue[] };
}

/** @param members deployments of the group of that name; empty for aliases and expanded wildcards */
export function modelEntry(
  id: string,
  owner: string,
  members: readonly Deployment[],
  context: ModelContext,
): ModelEntry {
  const sources = factSources(id, members, context);
  const mode = configuredMode(members) ?? firstMode(sources);
  const input = configuredLimit(members, 'max_input_tokens') ?? widest(sources, 'max_input_tokens');
  const output = configuredLimit(members, 'max_output_tokens') ?? widest(sources, 'max_output_tokens');
  return {
    id,
    object: 'model',
    created: MODEL_CREATED_SECONDS,
    owned_by: owner,
    ...(mode === null ? {} : { mode }),
    ...(input === null ? {} : { max_input_tokens: input }),
    ...(output === null ? {} : { max_output_tokens: output }),
  };
}

type Facts = readonly JsonObject[];

/** Per distinct model behind the name: its entry and the one of the listed name, the better source first. */
function factSources(id: string, members: readonly Deployment[], context: ModelContext): readonly Facts[] {
  const listed = findModel({ model: id }, context);
  const models = new Set(members.map(priceKey).filter((key) => key !== ''));
  if (models.size === 0) return [entries(listed)];
  return [...models].map((model) => {
    if (model === id) return entries(listed);
    const own = findModel({ model }, context);
    if (own === null || listed === null) return entries(own ?? listed);
    const listedLeads = isGuess(own, context) && !isGuess(listed, context);
    return listedLeads ? [listed.entry, own.entry] : [own.entry, listed.entry];
  });
}

function entries(found: FoundModel | null): Facts {
  return found === null ? [] : [found.entry];
}

/** Found by the generalization rules rather than in the map. */
function isGuess(found: FoundModel, context: ModelContext): boolean {
  return context.prices.get(found.key) === undefined;
}

function priceKey({ modelInfo, params, model }: Deployment): string {
  const base = modelInfo['base_model'] || params['base_model'];
  return typeof base === 'string' ? base : model;
}

function widest(sources: readonly Facts[], field: string): number | null {
  const limits = sources
    .map((facts) => facts.map((entry) => limit(entry[field])).find((value) => value !== null) ?? null)
    .filter((value) => value !== null);
  return limits.length === 0 ? null : Math.max(...limits);
}

function configuredLimit(members: readonly Deployment[], field: string): number | null {
  const limits = members.map((member) => limit(member.modelInfo[field])).filter((value) => value !== null);
  return limits.length === 0 ? null : Math.max(...limits);
}

function limit(value: JsonValue | undefined): number | null {
  const number = toNumber(value);
  return number === null || !Number.isFinite(number) ? null : Math.trunc(number);
}

function configuredMode(members: readonly Deployment[]): string | null {
  const mode = members[0]?.modelInfo['mode'];
  return typeof mode === 'string' && mode.trim() !== '' ? mode : null;
}

function firstMode(sources: readonly Facts[]): string | null {
  for (const facts of sources) for (const { mode } of facts) if (typeof mode === 'string') return mode;
  return null;
}
