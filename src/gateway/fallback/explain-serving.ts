/** Who would serve what with a LiteLLM behind the gateway, told from a configuration alone: for `fast-litellm check`. */
import { createModelKnowledge } from '../../client/model-knowledge.ts';
import type { ServedThing, Serving } from '../../config/serving.ts';
import type { ConfigSnapshot, Deployment } from '../../config/snapshot.ts';
import type { PriceLookup } from '../../pricing/price-table.ts';
import type { RouteFamily } from '../../providers/contract.ts';
import { compileDeployments, createModelIndex, responseIdsOf } from '../pipeline/model-targets.ts';
import { LLM_FAMILIES } from '../pipeline/llm-routes.ts';
import { routingPolicyOf } from '../routing/routing-policy-of.ts';
import { mayHoldModels, unheeded } from './native-settings.ts';
import { NativeCalls } from './native-calls.ts';
import { familyPaths } from './native-routes.ts';

/** By `model_info.mode`; where it says nothing, chat. */
const FAMILY_OF_MODE: ReadonlyMap<unknown, RouteFamily> = new Map<unknown, RouteFamily>([
  ['completion', 'completions'],
  ['embedding', 'embeddings'],
  ['image_generation', 'images.generations'],
  ['audio_transcription', 'audio.transcriptions'],
  ['audio_speech', 'audio.speech'],
  ['moderation', 'moderations'],
  ['rerank', 'rerank'],
  ['responses', 'responses'],
]);

export function explainServing(snapshot: ConfigSnapshot, prices: PriceLookup): Serving {
  const knowledge = createModelKnowledge(prices, snapshot);
  const features = unheeded(snapshot);
  const calls = new NativeCalls({
    snapshot,
    features,
    policy: routingPolicyOf(snapshot),
    index: createModelIndex(snapshot, knowledge),
    compiled: compileDeployments(snapshot, knowledge),
    responseIds: responseIdsOf(snapshot),
  });
  const groups = Map.groupBy(snapshot.deployments, ({ modelName }) => modelName);
  return {
    groups: [...groups].map(([name, deployments]) => ({ name, reason: calls.reasonOf(name, familyOf(deployments)) })),
    routes: familyPaths().map(([family, path]) => ({ name: path, reason: routeReason(family, snapshot) })),
    otherKeys: keysReason(snapshot),
  };
}

function familyOf([first]: readonly Deployment[]): RouteFamily {
  return FAMILY_OF_MODE.get(first?.modelInfo['mode']) ?? 'chat';
}

function routeReason(family: string, snapshot: ConfigSnapshot): ServedThing['reason'] {
  const makesCalls = LLM_FAMILIES.has(family) || family === 'pass-through';
  const feature = makesCalls ? unheeded(snapshot).find(({ scope }) => scope === 'calls') : undefined;
  if (feature !== undefined) return `\`${feature.key}\` is set, which has no effect natively yet.`;
  const restriction = snapshot.restrictions.find(
    ({ scope, masterKeyPasses }) => !masterKeyPasses && (scope === 'all' || (scope === 'llm' && makesCalls)),
  );
  if (restriction !== undefined) return `\`${restriction.key}\` is set and not enforced natively yet.`;
  return family === 'models' && mayHoldModels(snapshot) ? 'A database may hold more models.' : null;
}

/** What makes keys other than the master key LiteLLM's to judge. */
function keysReason({ restrictions, general }: ConfigSnapshot): string | null {
  if (general.masterKey === null) return null;
  const named = restrictions.filter(({ masterKeyPasses }) => masterKeyPasses).map(({ key }) => `\`${key}\``);
  return named.length === 0
    ? 'They cannot be judged here yet.'
    : `They cannot be judged here yet (${named.join(', ')}).`;
}
