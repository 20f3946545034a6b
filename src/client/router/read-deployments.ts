/**
 * `modelList` as the gateway reads `model_list`: the same ids, types, `os.environ/` references and defaults. Where the
 * gateway leaves a wrong entry out with a warning, the library refuses it, unless `ignoreInvalidDeployments` is set.
 */
import { ConfigError } from '../../config/config-error.ts';
import { buildDeployments } from '../../config/deployments.ts';
import type { Environment } from '../../config/environment.ts';
import { Findings } from '../../config/findings.ts';
import { KNOWN_KEYS } from '../../config/known-keys.ts';
import { ReferenceResolver } from '../../config/references.ts';
import type { Deployment } from '../../config/snapshot.ts';
import { dictFromJson } from '../../config/yaml/json.ts';
import { NOWHERE } from '../../config/yaml/py-value.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import { isInternalKey } from '../../providers/internal-keys.ts';
import { OPENAI_CHAT_PARAMS } from '../../providers/openai-param-names.ts';
import { asJson, isRecord } from './as-json.ts';
import { camelCase, snakeCase, unknownName } from './names.ts';

/** An entry in LiteLLM's spelling, and the deployments that it makes: one, several for a list of organisations, or none. */
export interface ReadEntry {
  readonly entry: JsonObject;
  readonly deployments: readonly Deployment[];
}

export interface EntryRules {
  readonly environment: Environment;
  /** `default_litellm_params`. */
  readonly defaults: JsonObject;
  readonly ignoreInvalid: boolean;
}

/** @param name of the option, for messages @throws GatewayError `bad_request` */
export function readEntries(list: unknown, rules: EntryRules, name = 'modelList'): readonly ReadEntry[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw wrong(name, `has to be an array of deployments; got ${kindOfValue(list)}`);
  return list.flatMap((value: unknown, index) => {
    const read = readEntry(value, rules, `${name}[${index}]`);
    return read === null ? [] : [read];
  });
}

/** @returns null for an invalid entry that is to be ignored */
export function readEntry(value: unknown, rules: EntryRules, name: string): ReadEntry | null {
  try {
    const entry = spelled(value, rules, name);
    refuseNotYet(entry, name);
    return { entry, deployments: build(entry, rules, name) };
  } catch (error) {
    // What is right and not there yet is no invalid entry.
    if (!rules.ignoreInvalid || !(error instanceof GatewayError) || error.code === 'not_implemented') throw error;
    return null;
  }
}

const MEMBERS = ['model_name', 'litellm_params', 'model_info', 'rpm', 'tpm'];

function spelled(value: unknown, { defaults }: EntryRules, name: string): JsonObject {
  if (!isRecord(value))
    throw wrong(name, `has to be {modelName: '…', litellmParams: {model: '…'}}; got ${kindOfValue(value)}`);
  const json = asJson(value, name) as JsonObject;
  const entry = Object.create(null) as Record<string, JsonValue>;
  for (const [given, member] of Object.entries(json)) {
    const key = given === 'params' ? 'litellm_params' : snakeCase(given);
    if (!MEMBERS.includes(key))
      throw unknownName(`member of ${name}`, given, ['modelName', 'litellmParams', 'modelInfo']);
    entry[key] = member;
  }
  if (isRecord(entry['litellm_params']))
    entry['litellm_params'] = { ...defaults, ...respelled(entry['litellm_params'], isParamName) };
  if (isRecord(entry['model_info'])) entry['model_info'] = respelled(entry['model_info'], () => true);
  return entry;
}

/** Limits that only the gateway keeps: ignored they would be no limits. */
const NOT_YET = [
  'max_budget',
  'budget_duration',
  'itpm',
  'otpm',
  'default_api_key_rpm_limit',
  'default_api_key_tpm_limit',
] as const;

/** @throws GatewayError `not_implemented` */
function refuseNotYet(entry: JsonObject, name: string): void {
  const params = entry['litellm_params'];
  const found = NOT_YET.find((each) => isRecord(params) && (params[each] ?? null) !== null);
  if (found === undefined) return;
  const text = `${name}: ${camelCase(found)} is not there yet in the library. Leave it out, or use the gateway for it.`;
  throw new GatewayError('not_implemented', text, { param: name });
}

/** Settings are known by their names; any other parameter is the provider's, and stays as it is written. */
export function isParamName(name: string): boolean {
  return isInternalKey(name) || OPENAI_CHAT_PARAMS.has(name) || KNOWN_KEYS.litellm_params.has(name);
}

export function respelled(object: JsonObject, isKnown: (name: string) => boolean): JsonObject {
  const out = Object.create(null) as Record<string, JsonValue>;
  for (const [given, value] of Object.entries(object)) {
    const name = snakeCase(given);
    out[isKnown(name) ? name : given] = value;
  }
  return out;
}

/** The gateway's reading of one entry. */
function build(entry: JsonObject, { environment }: EntryRules, name: string): readonly Deployment[] {
  const written = dictFromJson({ model_list: [entry] }, NOWHERE);
  const lookup = (variable: string): string | undefined => environment.get(variable);
  const exact = new ReferenceResolver({ lookup, listItems: false }).dict(written, '');
  const root = new ReferenceResolver({
    lookup,
    listItems: true,
    onMissing: ({ path, name: variable }) => {
      if (path.endsWith('.model')) throw wrong(name, `names the environment variable ${variable}, which is not set`);
    },
  }).dict(written, '');
  try {
    return buildDeployments({ root, exact, environment, findings: new Findings(), strict: true });
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    const text = cause.message
      .replace(/^config(?::\d+)?: model_list\[0\]/, name)
      .replace('; no other deployment is left to serve.', ', or let `ignoreInvalidDeployments` leave the entry out.');
    throw new GatewayError('bad_request', text, { param: name, cause });
  }
}

function wrong(name: string, what: string): GatewayError {
  return new GatewayError('bad_request', `${name} ${what}.`, { param: name });
}
