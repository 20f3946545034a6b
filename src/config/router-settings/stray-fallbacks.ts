/**
 * What a fallback list names and nothing stands for: a target, or a group, that no request can reach. LiteLLM starts with
 * it and fails at the request that needs it, so it is told and not refused. So are addresses and keys of single entries,
 * which are not used here.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { ModelIndex } from '../../router/model-index.ts';
import type { Deployment, ModelAlias } from '../snapshot.ts';
import { pathText } from './check-router-settings.ts';
import type { SettingPath } from './setting-problem.ts';

export interface FallbackSources {
  readonly router: JsonObject;
  readonly litellm: JsonObject;
  readonly deployments: readonly Deployment[];
  readonly aliases: ReadonlyMap<string, ModelAlias>;
}

/** @param key path from the top of the file */
export type TellStray = (key: string, note: string) => void;

const CHAINS = ['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks'];
const CONNECTION = ['api_key', 'api_base', 'base_url'];

const NO_TARGET =
  'no model group, alias, wildcard or deployment has this name: a request that falls back to it fails there; check the spelling';
const NO_GROUP = 'no request has this model: no model group, alias or wildcard has this name; check the spelling';
const NO_CONNECTION =
  'a key or an address of a fallback entry is not used; make a deployment of its own of it and name that';

/** Reads lists whose shapes are right; others were refused before. */
export function tellStrayFallbacks({ router, litellm, deployments, aliases }: FallbackSources, tell: TellStray): void {
  const names = new KnownModels(deployments, aliases);
  const target = (value: JsonValue, at: SettingPath): void => {
    const model = isJsonObject(value) ? value['model'] : value;
    if (typeof model === 'string' && !names.has(model)) tell(pathText(at), NO_TARGET);
    if (isJsonObject(value))
      for (const key of CONNECTION) if (value[key] != null) tell(pathText([...at, key]), NO_CONNECTION);
  };
  const targets = (value: JsonValue | undefined, at: SettingPath): void => {
    if (typeof value === 'string') target(value, at);
    if (isJsonArray(value)) value.forEach((each, index) => target(each, [...at, index]));
  };
  for (const [section, settings] of Object.entries({ router_settings: router, litellm_settings: litellm })) {
    targets(settings['default_fallbacks'], [section, 'default_fallbacks']);
    for (const chain of CHAINS)
      entriesOf(settings[chain]).forEach((entry, index) => {
        for (const [group, list] of Object.entries(entry)) {
          const at = [section, chain, index, group];
          if (group !== '*' && !names.mayBeAsked(group)) tell(pathText(at), NO_GROUP);
          targets(list, at);
        }
      });
  }
}

function entriesOf(value: JsonValue | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}

class KnownModels {
  readonly #index: ModelIndex;
  readonly #names: readonly string[];

  constructor(deployments: readonly Deployment[], aliases: ReadonlyMap<string, ModelAlias>) {
    this.#index = new ModelIndex({
      deployments,
      aliases,
      providerOf: () => null,
      defaultFallback: null,
      cache: new Map(),
    });
    this.#names = [...deployments.map(({ modelName }) => modelName), ...aliases.keys()];
  }

  has(model: string): boolean {
    const found = this.#index.resolve(model);
    if (!('unresolved' in found) || found.unresolved === 'blocked') return true;
    // A bare name may be one of a wildcard such as `openai/*`: which provider it has is not known here.
    return this.#index.hasWildcards && !model.includes('/');
  }

  /** LiteLLM-compat: an entry also holds for `provider/name` where it says `name`. */
  mayBeAsked(group: string): boolean {
    return this.has(group) || this.#names.some((name) => name.endsWith(`/${group}`));
  }
}
