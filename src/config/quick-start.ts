/** Configurations without a file: from `--model` and its friends, and from the keys that the environment holds. */
import type { Environment } from './environment.ts';
import type { JsonObject, JsonValue } from './snapshot.ts';

export interface QuickStartFlags {
  readonly model?: string;
  readonly alias?: string;
  readonly apiBase?: string;
  readonly apiVersion?: string;
  readonly headers?: JsonObject;
  readonly temperature?: number;
  readonly maxTokens?: number;
  /** Seconds. */
  readonly requestTimeout?: number;
  readonly maxBudget?: number;
  readonly dropParams?: boolean;
}

function present(values: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const entries = Object.entries(values).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

function modelDocument(model: string, flags: QuickStartFlags): JsonObject {
  const name = flags.alias ?? model;
  const params = present({
    model,
    api_base: flags.apiBase,
    extra_headers: flags.headers,
    temperature: flags.temperature,
    max_tokens: flags.maxTokens,
  });
  return {
    model_list: [{ model_name: name, litellm_params: params }],
    // LiteLLM-compat: with --model every request is answered by that model, whatever it asks for.
    general_settings: { completion_model: name },
  };
}

/** The document that LiteLLM's one-model flags stand for; settings alone when there is no `model`. */
export function configFromFlags(flags: QuickStartFlags): JsonObject {
  const settings = present({
    request_timeout: flags.requestTimeout,
    max_budget: flags.maxBudget,
    drop_params: flags.dropParams === true ? true : undefined,
  });
  return {
    ...(flags.model === undefined ? {} : modelDocument(flags.model, flags)),
    ...(Object.keys(settings).length === 0 ? {} : { litellm_settings: settings }),
    ...(flags.apiVersion === undefined ? {} : { environment_variables: { AZURE_API_VERSION: flags.apiVersion } }),
  };
}

export interface CatalogueKeys {
  readonly name: string;
  /** Variables that hold the provider's key, the first one that is set counts. */
  readonly keyVariables: readonly string[];
  /** Served natively. */
  readonly native: boolean;
}

export interface EnvironmentConfig {
  readonly document: JsonObject;
  /** Providers whose key was found and that are served, as `provider/*`. */
  readonly providers: readonly string[];
  /** Providers whose key was found and that are not native yet. */
  readonly notNative: readonly string[];
}

/** A name that always answers, without a key. */
const SIMULATED_MODEL = 'simulated/gpt';

/** Failures are asked of it by name (`simulated/error-401`) and say nothing about the other names, so it never rests. */
const SIMULATED: readonly JsonValue[] = [SIMULATED_MODEL, 'simulated/*'].map((name) => ({
  model_name: name,
  litellm_params: { model: name, cooldown_time: 0 },
}));

/** What `npm start` serves: the simulated provider, and a wildcard for each provider whose key the environment holds. */
export function configFromEnvironment(env: Environment, catalogue: Iterable<CatalogueKeys>): EnvironmentConfig {
  const models: JsonValue[] = [...SIMULATED];
  const providers: string[] = [];
  const notNative: string[] = [];
  for (const { name, keyVariables, native } of catalogue) {
    const variable = keyVariables.find((candidate) => env.get(candidate));
    if (variable === undefined) continue;
    if (!native) {
      notNative.push(name);
      continue;
    }
    providers.push(name);
    models.push({
      model_name: `${name}/*`,
      litellm_params: { model: `${name}/*`, api_key: `os.environ/${variable}` },
    });
  }
  return { document: { model_list: models }, providers, notNative };
}
