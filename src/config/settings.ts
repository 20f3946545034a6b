/** The typed settings: what the gateway reads, with LiteLLM's names, defaults and fallbacks to the environment. */
import { ConfigError } from './config-error.ts';
import type { Environment } from './environment.ts';
import type { Findings } from './findings.ts';
import { lenientBoolean } from './param-types.ts';
import { Section, wrongType } from './read-section.ts';
import type { GeneralSettings, LitellmSettings, ModelAlias, RouterSettings } from './snapshot.ts';
import type { JsonMaker } from './yaml/json.ts';
import { pyString } from './yaml/py-text.ts';
import { dictGet, kindName, NOWHERE, pyStr, type PyDict, type PyValue } from './yaml/py-value.ts';

const MEGABYTE = 1024 * 1024;
const DEFAULT_MAX_REQUEST_MB = 100;
const DEFAULT_REQUEST_TIMEOUT_SECONDS = 6000;

export interface SettingsSources {
  readonly root: PyDict;
  readonly environment: Environment;
  readonly findings: Findings;
  readonly json: JsonMaker;
}

/**
 * The key that opens everything. LITELLM_MASTER_KEY stands in for a missing or empty entry. An empty string is refused:
 * it would look protected and protect nothing.
 */
function masterKey(general: Section, environment: Environment): string | null {
  const configured = general.string('master_key');
  const value = configured ?? environment.get('LITELLM_MASTER_KEY') ?? null;
  if (value === null || value !== '') return value;
  const key = configured === null ? 'LITELLM_MASTER_KEY' : 'general_settings.master_key';
  const place = configured === null ? { file: null, line: null } : general.place('master_key');
  throw new ConfigError(
    'invalid_value',
    { ...place, key },
    'the master key is empty',
    'Set a key such as `sk-…`, or remove the entry to serve without keys.',
  );
}

/** @throws ConfigError */
export function readGeneralSettings({ root, environment, json }: SettingsSources): GeneralSettings {
  const general = new Section(root, 'general_settings');
  const megabytes = general.number('max_request_size_mb') ?? DEFAULT_MAX_REQUEST_MB;
  return Object.freeze({
    masterKey: masterKey(general, environment),
    keyHeaderName: general.string('litellm_key_header_name')?.toLowerCase() ?? null,
    enforceUserParam: general.boolean('enforce_user_param', false),
    maxRequestBytes: Math.floor(megabytes * MEGABYTE),
    alwaysIncludeStreamUsage: general.boolean('always_include_stream_usage', false),
    forwardClientHeaders: general.boolean('forward_client_headers_to_llm_api', false),
    allowClientSideCredentials: general.boolean('allow_client_side_credentials', false),
    allowMockTestingParams: general.boolean('dangerously_allow_mock_testing_request_params', false),
    // LiteLLM-compat: an empty name counts as none.
    completionModel: general.string('completion_model') || null,
    raw: json.object(general.dict),
  });
}

/** A `drop_params` flag; LiteLLM-compat: what is no flag counts as off. */
function dropParams(value: PyValue | undefined, key: string, findings: Findings): boolean {
  if (value === undefined || value.kind === 'none') return false;
  const trimmed: PyValue = value.kind === 'str' ? pyStr(value.value.trim(), value.place) : value;
  const read = lenientBoolean(trimmed);
  if (read === undefined) findings.warn(key, value.place, `${kindName(value)} is not a flag value; it counts as off`);
  return read ?? false;
}

function environmentFlag(environment: Environment, name: string): PyValue | undefined {
  const text = environment.get(name)?.trim();
  return text === undefined || text === '' ? undefined : pyStr(text, NOWHERE);
}

function sslVerify(section: Section, environment: Environment): boolean {
  const value = section.value('ssl_verify');
  if (value?.kind === 'bool') return value.value;
  if (value !== undefined && value.kind !== 'none') return true; // path of a certificate bundle
  return environment.get('SSL_VERIFY')?.trim().toLowerCase() !== 'false';
}

/** @throws ConfigError */
export function readLitellmSettings({ root, environment, findings, json }: SettingsSources): LitellmSettings {
  const section = new Section(root, 'litellm_settings');
  const drop = section.has('drop_params')
    ? dropParams(section.value('drop_params'), 'litellm_settings.drop_params', findings)
    : dropParams(environmentFlag(environment, 'LITELLM_DROP_PARAMS'), 'LITELLM_DROP_PARAMS', findings);
  const environmentTimeout = Number(environment.get('REQUEST_TIMEOUT') ?? NaN);
  return Object.freeze({
    dropParams: drop,
    modifyParams: section.boolean('modify_params', environment.get('LITELLM_MODIFY_PARAMS')?.toLowerCase() === 'true'),
    requestTimeoutSeconds:
      section.number('request_timeout') ??
      (environmentTimeout > 0 ? environmentTimeout : DEFAULT_REQUEST_TIMEOUT_SECONDS),
    numRetries: section.integer('num_retries'),
    sslVerify: sslVerify(section, environment),
    raw: json.object(section.dict),
  });
}

/** @throws ConfigError */
export function readRouterSettings({ root, json }: SettingsSources): RouterSettings {
  const section = new Section(root, 'router_settings');
  return Object.freeze({
    numRetries: section.integer('num_retries'),
    timeoutSeconds: section.number('timeout'),
    streamTimeoutSeconds: section.number('stream_timeout'),
    raw: json.object(section.dict),
  });
}

function alias(value: PyValue, path: string): ModelAlias {
  if (value.kind === 'str') return Object.freeze({ model: value.value, hidden: false });
  if (value.kind !== 'dict') throw wrongType(path, value, 'a model name or a mapping with `model`');
  const model = dictGet(value, 'model');
  if (model === undefined) {
    throw new ConfigError(
      'missing_key',
      { ...value.place, key: path },
      '`model` is missing',
      'Name the model that the alias stands for.',
    );
  }
  if (model.kind !== 'str') throw wrongType(`${path}.model`, model, 'a string');
  const hidden = dictGet(value, 'hidden');
  return Object.freeze({ model: model.value, hidden: hidden !== undefined && (lenientBoolean(hidden) ?? false) });
}

/** `router_settings.model_group_alias`. @throws ConfigError */
export function readAliases(root: PyDict): ReadonlyMap<string, ModelAlias> {
  const value = new Section(root, 'router_settings').value('model_group_alias');
  const aliases = new Map<string, ModelAlias>();
  if (value === undefined || value.kind === 'none') return aliases;
  const path = 'router_settings.model_group_alias';
  if (value.kind !== 'dict') throw wrongType(path, value, 'a mapping of alias to model');
  for (const entry of value.entries) {
    const name = pyString(entry.key);
    aliases.set(name, alias(entry.value, `${path}.${name}`));
  }
  return aliases;
}
