/**
 * A router's deployments and rules, compiled: what is made anew when either changes. Calls under way keep the set-up
 * that they began with. Deployments that stay keep what is known of them (cooldowns, usage, latencies).
 */
import type { ModelAlias } from '../../config/snapshot.ts';
import { LruMap } from '../../primitives/lru-map.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { findProvider } from '../../providers/catalogue/catalogue.ts';
import { ModelIndex, type Resolution, type Unresolved } from '../../router/model-index.ts';
import { RouterCore } from '../../router/router-core.ts';
import { readRoutingPolicy, SAFE_RESILIENCE, type RoutingPolicy } from '../../router/routing-policy.ts';
import { createModelKnowledge } from '../model-knowledge.ts';
import { deploymentKnowledge } from './deployment-knowledge.ts';
import type { CallGround } from './call-ground.ts';
import type { ReadEntry } from './read-deployments.ts';
import type { RouterTools } from './tools.ts';

/** Names that a program's own callers make up must not grow the process. */
const RESOLUTION_CACHE_ENTRIES = 1024;

const OWN_PARAMETERS = [
  'api_key',
  'api_base',
  'base_url',
  'api_version',
  'organization',
  'custom_llm_provider',
  'azure_ad_token',
];

export interface SetUp extends CallGround {
  readonly entries: readonly ReadEntry[];
  readonly settings: JsonObject;
  readonly aliases: ReadonlyMap<string, ModelAlias>;
  readonly policy: RoutingPolicy;
  readonly core: RouterCore;
}

export interface SetUpParts {
  readonly entries: readonly ReadEntry[];
  /** As `router_settings`. */
  readonly settings: JsonObject;
  readonly tools: RouterTools;
  /** Whose state goes on; null: none. */
  readonly previous: SetUp | null;
}

export function createSetUp({ entries, settings, tools, previous }: SetUpParts): SetUp {
  const deployments = entries.flatMap((entry) => entry.deployments);
  const { environment } = tools;
  const knowledge = createModelKnowledge(tools.prices(), { deployments, environment });
  const dropParams = settings['drop_params'] === true;
  const policy = readRoutingPolicy({
    router: settings,
    litellm: { drop_params: dropParams },
    resilience: SAFE_RESILIENCE,
  });
  const aliases = readAliases(settings['model_group_alias']);
  const core = new RouterCore({
    deployments,
    index: new ModelIndex({
      deployments,
      aliases,
      providerOf: (model) => knowledge.providerOf(model),
      defaultFallback: defaultFallback(policy),
      cache: new LruMap<string, Resolution | Unresolved>(RESOLUTION_CACHE_ENTRIES),
    }),
    policy,
    knowledge: deploymentKnowledge(knowledge, policy),
    isProvider: (name) => findProvider(name) !== null,
    now: tools.now,
    random: tools.random,
  });
  if (previous !== null) core.carryOver(previous.core);
  return {
    entries,
    settings,
    aliases,
    policy,
    core,
    knowledge,
    ownParameters: OWN_PARAMETERS,
    course: ({ routing }) => core.route(routing),
    deploymentOf: ({ deployment: { slot } }) => {
      const deployment = deployments[slot];
      if (deployment === undefined) throw new Error('the router chose a deployment that it does not have');
      return deployment;
    },
  };
}

function readAliases(value: JsonValue | undefined): ReadonlyMap<string, ModelAlias> {
  const aliases = new Map<string, ModelAlias>();
  for (const [name, target] of isJsonObject(value) ? Object.entries(value) : []) {
    const model = isJsonObject(target) ? target['model'] : target;
    const hidden = isJsonObject(target) && target['hidden'] === true;
    if (typeof model === 'string') aliases.set(name, { model, hidden });
  }
  return aliases;
}

/** First model of the `"*"` entry of the fallbacks, for names that no group has. */
function defaultFallback({ fallbacks }: RoutingPolicy): string | null {
  const first = fallbacks?.entries.find(({ group }) => group === '*')?.targets[0];
  if (typeof first === 'string') return first;
  const model = first?.['model'];
  return typeof model === 'string' ? model : null;
}
