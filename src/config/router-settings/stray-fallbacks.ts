/**
 * What a fallback list names and nothing stands for: a target, or a group, that no request can reach. LiteLLM starts with
 * it and fails at the request that needs it, so it is told and not refused. So are addresses and keys of single entries,
 * which are not used here.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { OPENAI_CHAT_PARAMS } from '../../providers/openai-param-names.ts';
import { isInternalKey } from '../../providers/internal-keys.ts';
import type { Deployment, ModelAlias } from '../snapshot.ts';
import { misspelledModel } from './fallback-rules.ts';
import { KnownModels } from './known-models.ts';
import type { SettingPath } from './setting-problem.ts';

export interface FallbackSources {
  readonly router: JsonObject;
  readonly litellm: JsonObject;
  readonly deployments: readonly Deployment[];
  readonly aliases: ReadonlyMap<string, ModelAlias>;
}

/** @param at path from the top of the file */
export type TellStray = (at: SettingPath, note: string) => void;

const CHAINS = ['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks'];
const CONNECTION = ['api_key', 'api_base', 'base_url'];

const NO_TARGET =
  'no model group, alias, wildcard or deployment has this name: a request that falls back to it fails there; check the spelling';
const NO_GROUP = 'no request has this model: no model group, alias or wildcard has this name; check the spelling';
const NO_MODEL =
  'no `model` is named, so that the group itself is asked again with these as parameters; write for instance {model: gpt-4o-mini}';
const ONE_NAME =
  'text is read as one name, where LiteLLM takes each letter for a name; write a list, for instance [gpt-4o-mini]';
const NO_CONNECTION =
  'a key or an address of a fallback entry is not used; make a deployment of its own of it and name that';

/** Reads lists whose shapes are right; others were refused before. */
export function tellStrayFallbacks({ router, litellm, deployments, aliases }: FallbackSources, tell: TellStray): void {
  const names = new KnownModels(deployments, aliases);
  const target = (value: JsonValue, at: SettingPath): void => {
    const model = isJsonObject(value) ? value['model'] : value;
    if (typeof model === 'string' && !names.has(model)) tell(at, NO_TARGET);
    if (!isJsonObject(value)) return;
    if (model === undefined && isDoubtful(value)) tell(at, NO_MODEL);
    for (const key of CONNECTION) if (value[key] != null) tell([...at, key], NO_CONNECTION);
  };
  const targets = (value: JsonValue | undefined, at: SettingPath): void => {
    if (typeof value === 'string') {
      tell(at, ONE_NAME);
      target(value, at);
    }
    if (isJsonArray(value)) value.forEach((each, index) => target(each, [...at, index]));
  };
  for (const [section, settings] of Object.entries({ router_settings: router, litellm_settings: litellm })) {
    targets(settings['default_fallbacks'], [section, 'default_fallbacks']);
    for (const chain of CHAINS)
      entriesOf(settings[chain]).forEach((entry, index) => {
        for (const [group, list] of Object.entries(entry)) {
          const at = [section, chain, index, group];
          if (group !== '*' && !names.mayBeAsked(group)) tell(at, NO_GROUP);
          targets(list, at);
        }
      });
  }
}

/** Parameters for another try with the same group are known ones; names of groups, or a slip for `model`, are not. */
function isDoubtful(target: JsonObject): boolean {
  const isParam = (name: string): boolean => isInternalKey(name) || OPENAI_CHAT_PARAMS.has(name);
  return misspelledModel(target) !== null || !Object.keys(target).every(isParam);
}

function entriesOf(value: JsonValue | undefined): readonly JsonObject[] {
  return isJsonArray(value) ? value.filter(isJsonObject) : [];
}
