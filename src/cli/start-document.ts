/**
 * The configuration that the command line itself describes: the whole of it when there is no file (one `--model`, or the
 * simulated provider and whatever providers the environment holds keys for), and what flags lay over a file.
 */
import type { JsonObject, JsonValue } from '../config/snapshot.ts';
import type { FlagValues } from './flag-values.ts';
import type { ProviderKeys } from './ports.ts';
import { UsageError } from './usage-error.ts';

const AZURE_API_VERSION = '2024-07-01-preview';

export interface StartDocument {
  readonly document: JsonObject;
  /** Providers whose keys were found but that are not served natively; by name. */
  readonly notNative: readonly string[];
}

/** @throws UsageError when `--headers` is not a JSON object */
export function startDocument(
  flags: FlagValues,
  environment: ReadonlyMap<string, string>,
  providers: () => Iterable<ProviderKeys>,
): StartDocument {
  const settings = litellmSettings(flags);
  const base: JsonObject = Object.keys(settings).length === 0 ? {} : { litellm_settings: settings };
  const model = flags.values.get('model');
  if (typeof model === 'string') return { document: { ...base, ...oneModel(model, flags) }, notNative: [] };
  if (flags.values.has('config')) return { document: base, notNative: [] };
  const { models, notNative } = modelsOfEnvironment(environment, providers());
  return { document: { ...base, model_list: models }, notNative };
}

function litellmSettings(flags: FlagValues): JsonObject {
  const settings: Record<string, JsonValue> = {};
  if (flags.values.get('drop_params') === true) settings['drop_params'] = true;
  copyNumber(flags, 'request_timeout', settings);
  copyNumber(flags, 'max_budget', settings);
  return settings;
}

function oneModel(model: string, flags: FlagValues): JsonObject {
  const alias = flags.values.get('alias');
  const name = typeof alias === 'string' ? alias : model;
  const params: Record<string, JsonValue> = { model };
  const apiBase = flags.values.get('api_base');
  if (typeof apiBase === 'string') params['api_base'] = apiBase;
  const apiVersion = flags.values.get('api_version');
  // Only Azure reads it; for other providers the default would be an unknown parameter.
  if (typeof apiVersion === 'string') params['api_version'] = apiVersion;
  else if (model.startsWith('azure/')) params['api_version'] = AZURE_API_VERSION;
  copyNumber(flags, 'temperature', params);
  copyNumber(flags, 'max_tokens', params);
  const headers = flags.values.get('headers');
  if (typeof headers === 'string') params['extra_headers'] = parseHeaders(headers);
  return {
    model_list: [{ model_name: name, litellm_params: params }],
    // LiteLLM-compat: `--model` answers whatever model name the client asks for.
    general_settings: { completion_model: name },
  };
}

function copyNumber(flags: FlagValues, name: string, target: Record<string, JsonValue>): void {
  const value = flags.values.get(name);
  if (typeof value === 'number') target[name] = value;
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

function modelsOfEnvironment(
  environment: ReadonlyMap<string, string>,
  providers: Iterable<ProviderKeys>,
): { models: JsonObject[]; notNative: string[] } {
  const models: JsonObject[] = [wildcard('simulated')];
  const notNative: string[] = [];
  const taken = new Set<string>();
  for (const provider of providers) {
    const variable = provider.keyVariables.find((name) => (environment.get(name) ?? '') !== '');
    // Several names of one provider share a variable; the first row is its own name.
    if (variable === undefined || taken.has(variable)) continue;
    taken.add(variable);
    if (provider.native) models.push(wildcard(provider.name));
    else notNative.push(provider.name);
  }
  return { models, notNative };
}

function wildcard(provider: string): JsonObject {
  return { model_name: `${provider}/*`, litellm_params: { model: `${provider}/*` } };
}
