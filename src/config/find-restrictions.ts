/** Which restricting settings a configuration holds; see restrictions.ts. */
import type { Environment } from './environment.ts';
import {
  ENFORCED_CALLBACKS,
  HARMLESS_CALLBACKS,
  RATE_LIMIT_PARAMS,
  RESTRICTIONS,
  type RestrictionRow,
} from './restrictions.ts';
import type { Deployment, GeneralSettings, JsonObject, JsonValue, Restriction } from './snapshot.ts';

export interface RestrictionSources {
  /** The document after includes and references. */
  readonly raw: JsonObject;
  readonly deployments: readonly Deployment[];
  readonly general: GeneralSettings;
  readonly environment: Environment;
}

export function asObject(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function asList(value: JsonValue | undefined): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[];
  return value === undefined || value === null ? [] : [value];
}

/** A number of 0 counts: a limit of nothing is a limit. */
function isSet(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function restricts(row: RestrictionRow, value: JsonValue | undefined): boolean {
  if (row.when === 'positive') return Number(value ?? 0) > 0 || Number.isNaN(Number(value ?? 0));
  if (row.when === 'reject') return value === 'reject';
  return isSet(value);
}

function member(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function globalRestrictions(raw: JsonObject): readonly Restriction[] {
  const found: Restriction[] = [];
  for (const row of RESTRICTIONS) {
    if (row.scope === 'group') continue;
    const section = row.section === 'top' ? raw : asObject(member(raw, row.section));
    if (!restricts(row, member(section, row.key))) continue;
    const key = row.section === 'top' ? row.key : `${row.section}.${row.key}`;
    found.push({ key, scope: row.scope, masterKeyPasses: row.masterKeyPasses });
  }
  return found;
}

function enforcesRateLimits(router: JsonObject): boolean {
  const checks = asList(member(router, 'optional_pre_call_checks'));
  return checks.includes('enforce_model_rate_limits');
}

/** Reads the list as written: a deployment that was left out cannot be reached. */
function groupRestrictions(sources: RestrictionSources): readonly Restriction[] {
  const limited = enforcesRateLimits(asObject(member(sources.raw, 'router_settings')));
  const served = new Set(sources.deployments.map((deployment) => deployment.modelName));
  const found: Restriction[] = [];
  asList(member(sources.raw, 'model_list')).forEach((item, index) => {
    const entry = asObject(item);
    const modelName = member(entry, 'model_name');
    if (typeof modelName !== 'string' || !served.has(modelName)) return;
    const add = (section: string, key: string): void => {
      found.push({ key: `model_list[${index}].${section}.${key}`, scope: { modelName }, masterKeyPasses: false });
    };
    for (const row of RESTRICTIONS) {
      if (row.scope === 'group' && restricts(row, member(asObject(member(entry, row.section)), row.key)))
        add(row.section, row.key);
    }
    if (!limited) return;
    for (const key of RATE_LIMIT_PARAMS) {
      const value = member(asObject(member(entry, 'litellm_params')), key) ?? member(entry, key);
      if (value !== undefined && value !== null) add('litellm_params', key);
    }
  });
  return found;
}

function isServed(callback: string): boolean {
  return HARMLESS_CALLBACKS.has(callback) || ENFORCED_CALLBACKS.has(callback);
}

function callbackRestrictions(raw: JsonObject): readonly Restriction[] {
  const callbacks = asList(member(asObject(member(raw, 'litellm_settings')), 'callbacks'));
  const governed = callbacks.some((name) => typeof name !== 'string' || !isServed(name));
  return governed ? [{ key: 'litellm_settings.callbacks', scope: 'llm', masterKeyPasses: false }] : [];
}

/** A database holds keys, and models, that this gateway does not know; without a master key LiteLLM asks for none. */
function databaseRestrictions(
  { general, environment }: RestrictionSources,
  found: readonly Restriction[],
): readonly Restriction[] {
  if (general.masterKey === null) return found.filter((one) => one.key !== 'general_settings.database_url');
  const named = found.some((one) => one.key === 'general_settings.database_url');
  if (named || !environment.get('DATABASE_URL')) return found;
  return [...found, { key: 'DATABASE_URL', scope: 'all', masterKeyPasses: true }];
}

export function findRestrictions(sources: RestrictionSources): readonly Restriction[] {
  const { raw } = sources;
  const all = databaseRestrictions(sources, [...globalRestrictions(raw), ...callbackRestrictions(raw)]);
  return Object.freeze([...all, ...groupRestrictions(sources)].map((one) => Object.freeze(one)));
}
