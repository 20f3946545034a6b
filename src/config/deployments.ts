/**
 * `model_list` as LiteLLM's Router takes it in: defaults, ids, organisation lists, environments, credentials. An entry
 * that LiteLLM would leave out (a parameter of a type that cannot be) is left out with a warning; an entry that keeps
 * LiteLLM from starting is an error. A setting that the deployment can do without and that cannot be read counts as not
 * set, with a warning.
 */
import { ConfigError } from './config-error.ts';
import { parseBudget } from './budget-settings.ts';
import { deploymentId } from './deployment-id.ts';
import { type EntrySection, misspelledSetting, unreadableSetting } from './deployment-rules.ts';
import type { Environment } from './environment.ts';
import type { Findings } from './findings.ts';
import { coerceParam, isCallerLimit, isDeploymentLimit, ParamFault } from './param-types.ts';
import { topLevelList, wrongType } from './read-section.ts';
import type { Deployment } from './snapshot.ts';
import { JsonMaker } from './yaml/json.ts';
import { pyString } from './yaml/py-text.ts';
import {
  dictGet,
  kindName,
  type Place,
  placeOf,
  pyDict,
  pyStr,
  type PyDict,
  type PyEntry,
  type PyValue,
} from './yaml/py-value.ts';

export interface DeploymentSources {
  /** The document with every reference resolved. */
  readonly root: PyDict;
  /** The document with references resolved exactly as LiteLLM does; ids are made of it. */
  readonly exact: PyDict;
  readonly environment: Environment;
  readonly findings: Findings;
  /** Settings that cannot be read and misspelled ones are refused instead of told. Default false. */
  readonly strict?: boolean;
}

interface RawEntry {
  readonly path: string;
  readonly modelName: string;
  readonly params: PyDict;
  readonly modelInfo: PyDict;
  readonly whole: PyDict;
}

/** LiteLLM leaves this entry out and starts; `error` is what to say when nothing else is left. */
interface LeftOut {
  readonly error: ConfigError;
}

/** What is wrong with a setting that the deployment can do without. */
interface Slip {
  readonly fault: string;
  /** The fault, and what becomes of it. */
  readonly note: string;
  readonly remedy: string;
}

function requiredDict(entry: PyDict, key: string, path: string): PyDict {
  const value = dictGet(entry, key);
  if (value === undefined) {
    throw new ConfigError(
      'missing_key',
      { ...entry.place, key: path },
      `\`${key}\` is missing`,
      `Add \`${key}:\` to this entry.`,
    );
  }
  if (value.kind !== 'dict') throw wrongType(`${path}.${key}`, value, 'a mapping');
  return value;
}

function requiredString(dict: PyDict, key: string, path: string): string {
  const value = dictGet(dict, key);
  if (value === undefined || value.kind === 'none') {
    const place = { ...(value ?? dict).place, key: path };
    throw new ConfigError('missing_key', place, `\`${key}\` is missing`, `Add \`${key}:\` with a name.`);
  }
  if (value.kind !== 'str') throw wrongType(`${path}.${key}`, value, 'a string');
  return value.value;
}

function readEntry(value: PyValue, path: string): RawEntry {
  if (value.kind !== 'dict') throw wrongType(path, value, 'a mapping with `model_name` and `litellm_params`');
  const modelName = requiredString(value, 'model_name', path);
  const params = requiredDict(value, 'litellm_params', path);
  requiredString(params, 'model', `${path}.litellm_params`);
  const info = dictGet(value, 'model_info');
  const modelInfo = info === undefined || info.kind === 'none' ? pyDict([], value.place) : info;
  if (modelInfo.kind !== 'dict') throw wrongType(`${path}.model_info`, modelInfo, 'a mapping');
  return { path, modelName, params, modelInfo, whole: value };
}

/** LiteLLM-compat: an unquoted number as name stops the start, but only where an id has to be made of it. */
function isNumberedEntry(value: PyValue): boolean {
  if (value.kind !== 'dict') return false;
  const name = dictGet(value, 'model_name');
  const info = dictGet(value, 'model_info');
  if (name === undefined || name.kind === 'str' || name.kind === 'none' || info?.kind !== 'dict') return false;
  return dictGet(info, 'id') !== undefined;
}

function withEntry(dict: PyDict, key: string, value: PyValue): PyDict {
  const entries = dict.entries.filter((entry) => entry.key.kind !== 'str' || entry.key.value !== key);
  return { ...dict, entries: [...entries, { key: pyStr(key, value.place), value }] };
}

function withDefault(dict: PyDict, key: string, value: PyValue | undefined): PyDict {
  const own = dictGet(dict, key);
  if (value === undefined || value.kind === 'none' || (own !== undefined && own.kind !== 'none')) return dict;
  return withEntry(dict, key, value);
}

/** `model_info.id`, or null when LiteLLM would derive one. @throws ParamFault */
function givenId(modelInfo: PyDict): string | null {
  const id = dictGet(modelInfo, 'id');
  if (id === undefined || id.kind === 'none') return null;
  if (id.kind === 'str') return id.value;
  if (id.kind === 'int' || id.kind === 'bool') return pyString(id);
  throw new ParamFault(`expected a string, found ${kindName(id)}`);
}

/** They stand in for those of `litellm_params`. */
const RATES_OF_MODEL_INFO = ['rpm', 'tpm'];

const ENVIRONMENTS: readonly string[] = ['development', 'staging', 'production'];

/** `model_info.supported_environments` against LITELLM_ENVIRONMENT. @throws ParamFault */
function isActive(modelInfo: PyDict, environment: Environment): boolean {
  const supported = dictGet(modelInfo, 'supported_environments');
  if (supported === undefined || supported.kind === 'none') return true;
  if (supported.kind !== 'list') throw new ParamFault(`expected a list, found ${kindName(supported)}`);
  const names = supported.items.map(pyString);
  const own = environment.get('LITELLM_ENVIRONMENT');
  if (own === undefined) throw new ParamFault('the variable LITELLM_ENVIRONMENT is not set');
  if (![own, ...names].every((name) => ENVIRONMENTS.includes(name))) {
    throw new ParamFault(`environments are ${ENVIRONMENTS.join(', ')}`);
  }
  return names.includes(own);
}

type Credentials = ReadonlyMap<string, PyDict>;

/** `credential_list` by name. @throws ConfigError */
function readCredentials(root: PyDict): Credentials {
  const credentials = new Map<string, PyDict>();
  topLevelList(root, 'credential_list').items.forEach((item, index) => {
    const path = `credential_list[${index}]`;
    if (item.kind !== 'dict') throw wrongType(path, item, 'a mapping');
    const name = requiredString(item, 'credential_name', path);
    // LiteLLM-compat: the first of two credentials with one name counts.
    if (!credentials.has(name)) credentials.set(name, requiredDict(item, 'credential_values', path));
  });
  return credentials;
}

class DeploymentBuilder {
  readonly #sources: DeploymentSources;
  readonly #credentials: Credentials;
  readonly #json = new JsonMaker();

  constructor(sources: DeploymentSources) {
    this.#sources = sources;
    this.#credentials = readCredentials(sources.root);
  }

  /** @throws ConfigError */
  entry(raw: RawEntry, exact: RawEntry): readonly Deployment[] | LeftOut {
    let at = `${raw.path}.model_info.id`;
    try {
      const id = givenId(raw.modelInfo) ?? deploymentId(exact.modelName, exact.params);
      at = `${raw.path}.model_info.supported_environments`;
      if (!isActive(raw.modelInfo, this.#sources.environment)) return this.#inactive(raw);
      const params = this.#credentialed(
        withDefault(withDefault(raw.params, 'rpm', dictGet(raw.whole, 'rpm')), 'tpm', dictGet(raw.whole, 'tpm')),
        raw,
      );
      for (const name of RATES_OF_MODEL_INFO) {
        at = `${raw.path}.model_info.${name}`;
        coerceParam(name, dictGet(raw.modelInfo, name) ?? { kind: 'none', place: raw.modelInfo.place });
      }
      return this.#perOrganization(params).map((own) => {
        const coerced = this.#coerced(own, (key) => (at = `${raw.path}.litellm_params.${key}`));
        this.#tellMisspelled(raw.path, coerced);
        this.#checkBudget(raw.path, coerced);
        return this.#deployment(raw, id, this.#readable(raw.path, 'litellm_params', coerced));
      });
    } catch (error) {
      if (!(error instanceof ParamFault)) throw error;
      return this.#leftOut(raw, at, error.message);
    }
  }

  #inactive(raw: RawEntry): readonly Deployment[] {
    const note = 'this deployment is not for the environment that LITELLM_ENVIRONMENT names and is left out';
    this.#sources.findings.warn(`${raw.path}.model_info.supported_environments`, raw.modelInfo.place, note);
    return [];
  }

  /** @throws ConfigError for a limit of callers, which must not vanish with its deployment */
  #leftOut(raw: RawEntry, key: string, fault: string): LeftOut {
    const name = key.slice(key.lastIndexOf('.') + 1);
    const place = (dictGet(raw.params, name) ?? dictGet(raw.modelInfo, name) ?? dictGet(raw.whole, name) ?? raw.whole)
      .place;
    if (isCallerLimit(name))
      throw new ConfigError('invalid_value', { ...place, key }, fault, 'Write for instance 60, or leave it out.');
    const why = isDeploymentLimit(name) ? 'so that no limit is lost' : 'as LiteLLM leaves it out';
    this.#sources.findings.warn(key, place, `${fault}; the deployment is left out, ${why}`);
    return {
      error: new ConfigError(
        'wrong_type',
        { ...place, key },
        fault,
        'Correct the value; no other deployment is left to serve.',
      ),
    };
  }

  /** Parameters of the named credential where the deployment has none of its own. */
  #credentialed(params: PyDict, raw: RawEntry): PyDict {
    const name = dictGet(params, 'litellm_credential_name');
    if (name === undefined || name.kind !== 'str') return params;
    const values = this.#credentials.get(name.value);
    if (values === undefined) {
      const note = 'no entry of `credential_list` has this name; the deployment has only its own credentials';
      this.#sources.findings.warn(`${raw.path}.litellm_params.litellm_credential_name`, name.place, note);
      return params;
    }
    return values.entries.reduce((all, { key, value }) => withDefault(all, pyString(key), value), params);
  }

  /** LiteLLM-compat: one deployment for each organisation of a list, all with the same id. */
  #perOrganization(params: PyDict): readonly PyDict[] {
    const organization = dictGet(params, 'organization');
    if (organization?.kind !== 'list') return [params];
    return organization.items.map((own) => withEntry(params, 'organization', own));
  }

  #coerced(params: PyDict, visiting: (key: string) => void): PyDict {
    const entries: PyEntry[] = [];
    for (const { key, value } of params.entries) {
      const name = pyString(key);
      visiting(name);
      if (key.kind !== 'str') throw new ParamFault(`expected a string as key, found ${kindName(key)}`);
      const read = coerceParam(name, value);
      if (read.kind !== 'none') entries.push({ key, value: read });
    }
    return { ...params, entries };
  }

  /** Without the settings that cannot be read. @throws ConfigError for one of them, if strict */
  #readable(path: string, section: EntrySection, dict: PyDict): PyDict {
    const entries = dict.entries.filter(({ key, value }) => {
      const name = pyString(key);
      const unreadable = unreadableSetting(section, name, this.#json.value(value));
      if (unreadable === null) return true;
      const { fault, instead, remedy } = unreadable;
      const note = `${fault}: it counts as not set, so that ${instead}`;
      this.#tell(`${path}.${section}.${name}`, value.place, { fault, note, remedy });
      return false;
    });
    return entries.length === dict.entries.length ? dict : { ...dict, entries };
  }

  /** @throws ConfigError for a name that is nearly the name of a setting, if strict */
  #tellMisspelled(path: string, params: PyDict): void {
    for (const { key, value } of params.entries) {
      const near = misspelledSetting(pyString(key));
      if (near === null) continue;
      const fault = `no setting has this name, ${near} has: it goes to the provider and sets nothing here`;
      const remedy = `Write ${near}, or put what is meant for the provider under \`extra_body\`.`;
      this.#tell(`${path}.litellm_params.${pyString(key)}`, value.place, { fault, note: fault, remedy });
    }
  }

  /** @throws ConfigError for a budget that is below nothing, or whose period cannot be read */
  #checkBudget(path: string, params: PyDict): void {
    const { max_budget: limit = null, budget_duration: duration = null } = this.#json.object(params);
    const read = limit === null ? null : parseBudget({ limit, duration });
    if (read === null || !('problem' in read)) return;
    const name = read.of === 'limit' ? 'max_budget' : 'budget_duration';
    const place = { ...placeOf(params, name), key: `${path}.litellm_params.${name}` };
    const remedy = 'Write for instance max_budget: 100 and budget_duration: 30d (s, m, h, d, w or mo).';
    throw new ConfigError('invalid_value', place, read.problem, remedy);
  }

  #tell(key: string, place: Place, { fault, note, remedy }: Slip): void {
    if (this.#sources.strict === true) throw new ConfigError('invalid_value', { ...place, key }, fault, remedy);
    this.#sources.findings.warn(key, place, `${note}. ${remedy.slice(0, -1)}`);
  }

  #deployment(raw: RawEntry, id: string, params: PyDict): Deployment {
    const modelInfo = this.#json.object(this.#readable(raw.path, 'model_info', raw.modelInfo));
    const info = Object.assign(Object.create(null) as Record<string, unknown>, modelInfo, { id });
    for (const [key, value] of Object.entries(info)) if (value === null) delete info[key];
    info['db_model'] ??= false;
    const frozen = new JsonMaker().object(params);
    return Object.freeze({
      id,
      modelName: raw.modelName,
      model: requiredString(params, 'model', raw.path),
      params: frozen,
      modelInfo: Object.freeze(info),
    });
  }
}

/**
 * @throws ConfigError for an entry that LiteLLM would not start with, and when no entry of a list that has some is
 * usable
 */
export function buildDeployments(sources: DeploymentSources): readonly Deployment[] {
  const builder = new DeploymentBuilder(sources);
  const entries = topLevelList(sources.root, 'model_list').items;
  const exact = topLevelList(sources.exact, 'model_list').items;
  const deployments: Deployment[] = [];
  let firstFault: ConfigError | null = null;
  entries.forEach((value, index) => {
    const path = `model_list[${index}]`;
    if (isNumberedEntry(value)) {
      firstFault ??= wrongType(`${path}.model_name`, value, 'a string');
      const note = 'expected a string; the deployment is left out, as LiteLLM leaves it out';
      sources.findings.warn(`${path}.model_name`, value.place, note);
      return;
    }
    const raw = readEntry(value, path);
    const exactEntry = exact[index];
    const made = builder.entry(raw, exactEntry === undefined ? raw : readEntry(exactEntry, path));
    if ('error' in made) firstFault ??= made.error;
    else deployments.push(...made);
  });
  if (deployments.length === 0 && firstFault !== null) throw firstFault as ConfigError;
  return Object.freeze(deployments);
}
