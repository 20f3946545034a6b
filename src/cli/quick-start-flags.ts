/** The configuration that the command line itself describes: alone when there is no file, laid over it when there is one. */
import {
  configFromEnvironment,
  configFromFlags,
  type CatalogueKeys,
  type QuickStartFlags,
} from '../config/quick-start.ts';
import type { JsonObject } from '../config/snapshot.ts';
import type { FlagValues } from './flag-values.ts';
import { UsageError } from './usage-error.ts';

export interface FlagDocument {
  readonly document: JsonObject;
  /** Providers whose keys the environment holds but that are not served natively. */
  readonly notNative: readonly string[];
}

/** @throws UsageError when `--headers` is not a JSON object */
export function documentOfFlags(
  flags: FlagValues,
  environment: ReadonlyMap<string, string>,
  providerKeys: () => Iterable<CatalogueKeys>,
): FlagDocument {
  const quickStart = readQuickStart(flags);
  const document = configFromFlags(quickStart);
  if (quickStart.model !== undefined || flags.values.has('config')) return { document, notNative: [] };
  const found = configFromEnvironment(environment, distinctKeys(providerKeys(), environment));
  return { document: { ...found.document, ...document }, notNative: found.notNative };
}

/** Several names of one provider share a variable; the first row is the provider's own name. */
function* distinctKeys(
  rows: Iterable<CatalogueKeys>,
  environment: ReadonlyMap<string, string>,
): Generator<CatalogueKeys> {
  const taken = new Set<string>();
  for (const row of rows) {
    const variable = row.keyVariables.find((name) => environment.get(name));
    if (variable === undefined || taken.has(variable)) continue;
    taken.add(variable);
    yield row;
  }
}

function readQuickStart(flags: FlagValues): QuickStartFlags {
  const headers = textFlag(flags, 'headers');
  return {
    ...optional('model', textFlag(flags, 'model')),
    ...optional('alias', textFlag(flags, 'alias')),
    ...optional('apiBase', textFlag(flags, 'api_base')),
    ...optional('apiVersion', textFlag(flags, 'api_version')),
    ...optional('headers', headers === undefined ? undefined : parseHeaders(headers)),
    ...optional('temperature', numberFlag(flags, 'temperature')),
    ...optional('maxTokens', numberFlag(flags, 'max_tokens')),
    ...optional('requestTimeout', numberFlag(flags, 'request_timeout')),
    ...optional('maxBudget', numberFlag(flags, 'max_budget')),
    dropParams: flags.values.get('drop_params') === true,
  };
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Value });
}

export function textFlag(flags: FlagValues, name: string): string | undefined {
  const value = flags.values.get(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberFlag(flags: FlagValues, name: string): number | undefined {
  const value = flags.values.get(name);
  return typeof value === 'number' ? value : undefined;
}

function parseHeaders(text: string): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = null;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new UsageError('The option --headers needs a JSON object, for example \'{"x-team": "search"}\'.');
  }
  return parsed as JsonObject;
}
