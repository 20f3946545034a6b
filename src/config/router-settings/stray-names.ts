/**
 * Names in the router's settings that nothing stands for: models behind aliases, groups with a retry policy, arguments of
 * the routing strategy. LiteLLM starts with them, so they are told and not refused.
 */
import { nearestName } from '../../errors/nearest-name.ts';
import { isJsonObject, type JsonObject } from '../../protocol/json.ts';
import type { Deployment, ModelAlias } from '../snapshot.ts';
import { KnownModels } from './known-models.ts';
import { STRATEGY_ARGUMENTS } from './router-setting-rules.ts';
import type { TellStray } from './stray-fallbacks.ts';

export interface StrayNameSources {
  readonly router: JsonObject;
  readonly deployments: readonly Deployment[];
  readonly aliases: ReadonlyMap<string, ModelAlias>;
}

const NO_MODEL =
  'no model group, wildcard or deployment has the name that this alias stands for: its requests fail; check the spelling';
const ALIAS_OF_ALIAS =
  'the alias stands for another alias, and aliases are followed once, as in LiteLLM: its requests fail; name the model group';
const NO_GROUP = 'no request has this model, so that its policy is never used; check the spelling';

export function tellStrayNames({ router, deployments, aliases }: StrayNameSources, tell: TellStray): void {
  const behindAliases = new KnownModels(deployments, new Map());
  for (const [alias, { model }] of aliases)
    if (!behindAliases.has(model))
      tell(['router_settings', 'model_group_alias', alias], aliases.has(model) ? ALIAS_OF_ALIAS : NO_MODEL);

  const names = new KnownModels(deployments, aliases);
  for (const group of namesIn(router['model_group_retry_policy']))
    if (!names.mayBeAsked(group)) tell(['router_settings', 'model_group_retry_policy', group], NO_GROUP);

  for (const name of namesIn(router['routing_strategy_args'])) {
    if (STRATEGY_ARGUMENTS.has(name)) continue;
    const known = [...STRATEGY_ARGUMENTS.keys()];
    const nearest = nearestName(name, known);
    const hint = nearest === null ? `known are ${known.join(', ')}` : `did you mean ${nearest}?`;
    tell(
      ['router_settings', 'routing_strategy_args', name],
      `no strategy has this argument, so it does nothing; ${hint}`,
    );
  }
}

function namesIn(value: JsonObject[string] | undefined): readonly string[] {
  return isJsonObject(value) ? Object.keys(value) : [];
}
