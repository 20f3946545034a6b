/** What the model names and deployments of a configuration come to: for requests, and for whoever asks beforehand. */
import type { ConfigSnapshot, Deployment } from '../../config/snapshot.ts';
import type { ModelKnowledge } from '../../client/model-knowledge.ts';
import { LruMap } from '../../primitives/lru-map.ts';
import type { RouteFamily } from '../../providers/contract.ts';
import { compileTarget } from '../../providers/target.ts';
import { ModelIndex, type Resolution, type Unresolved } from '../../router/model-index.ts';
import { LITELLM_VERSION } from '../litellm-version.ts';
import { hasMock } from '../mock/mock-plan.ts';
import { mockedTarget } from '../mock/mocked-target.ts';
import { defaultFallbackModel } from '../routes/configured-fallbacks.ts';
import { createCompiledDeployments, type CompiledDeployments, type CompileTarget } from './compiled-deployments.ts';
import { ResponseIds } from './response-ids.ts';

/** Names that clients make up must not grow the process. */
const RESOLUTION_CACHE_ENTRIES = 1024;

/** What the names of models stand for. */
export function createModelIndex(snapshot: ConfigSnapshot, knowledge: ModelKnowledge): ModelIndex {
  return new ModelIndex({
    deployments: snapshot.deployments,
    aliases: snapshot.aliases,
    providerOf: (model) => knowledge.providerOf(model),
    defaultFallback: defaultFallbackModel(snapshot),
    cache: new LruMap<string, Resolution | Unresolved>(RESOLUTION_CACHE_ENTRIES),
  });
}

function targetCompiler(snapshot: ConfigSnapshot, knowledge: ModelKnowledge): CompileTarget {
  const settings = { dropParams: snapshot.litellm.dropParams, modifyParams: snapshot.litellm.modifyParams };
  const compile = (deployment: Deployment, model: string, family: RouteFamily, env: ReadonlyMap<string, string>) =>
    compileTarget({
      model,
      params: deployment.params,
      modelInfo: deployment.modelInfo,
      family,
      env,
      settings,
      modelFacts: knowledge.facts,
    });
  return (deployment, model, family) =>
    hasMock(deployment.params)
      ? mockedTarget(deployment, model, (one) => compile(one, model, family, NO_ENVIRONMENT))
      : compile(deployment, model, family, snapshot.environment);
}

/** The targets of all deployments. */
export function compileDeployments(snapshot: ConfigSnapshot, knowledge: ModelKnowledge): CompiledDeployments {
  return createCompiledDeployments(targetCompiler(snapshot, knowledge), LITELLM_VERSION);
}

const NO_ENVIRONMENT: ReadonlyMap<string, string> = new Map();

/** `disable_responses_id_security` leaves the ids readable, as in LiteLLM. */
export function responseIdsOf({ general, environment }: ConfigSnapshot): ResponseIds {
  if (general.raw['disable_responses_id_security'] === true) return new ResponseIds(null);
  return new ResponseIds(environment.get('LITELLM_SALT_KEY') ?? general.masterKey);
}
