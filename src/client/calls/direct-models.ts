/**
 * Models that are called by their own name, without a router: each name with what a call says of its provider (key,
 * address, version, …) is a deployment of its own, and kept, so that addresses and parameter rules are compiled once.
 */
import type { Deployment } from '../../config/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { LruMap } from '../../primitives/lru-map.ts';
import { configuredProvider } from '../../pricing/deployment-prices.ts';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import { looksLikePrice } from '../../providers/internal-keys.ts';
import type { DeploymentFacts } from '../../router/contract.ts';
import { DeploymentFactsTable } from '../../router/deployment-facts.ts';
import type { ModelKnowledge } from '../model-knowledge.ts';

/** Programs that serve many users may have a key for each of them. */
const MODELS_KEPT = 256;

export class DirectModels {
  readonly #knowledge: ModelKnowledge;
  readonly #kept = new LruMap<string, DeploymentFacts>(MODELS_KEPT);
  readonly #deployments = new WeakMap<DeploymentFacts, Deployment>();

  constructor(knowledge: ModelKnowledge) {
    this.#knowledge = knowledge;
  }

  /** @param body of the call, with the parameters of the fallback that led here */
  factsOf(model: string, body: JsonObject): DeploymentFacts {
    const params = providerParameters(model, body);
    const key = JSON.stringify(params);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    // LiteLLM-compat: a group without a name is no router's.
    const deployment: Deployment = Object.freeze({ id: '', modelName: '', model, params, modelInfo: NO_INFO });
    const providerOf = (of: Deployment): string | null =>
      configuredProvider(of) ?? this.#knowledge.providerOf(of.model);
    const [facts] = new DeploymentFactsTable([deployment], { providerOf }).rows;
    if (facts === undefined) throw new Error('a table of one deployment has no row');
    this.#kept.set(key, facts);
    this.#deployments.set(facts, deployment);
    return facts;
  }

  /** @param facts of `factsOf` */
  deploymentOf(facts: DeploymentFacts): Deployment {
    const deployment = this.#deployments.get(facts);
    if (deployment === undefined) throw new GatewayError('internal', 'an attempt at a model that was not asked for');
    return deployment;
  }
}

const NO_INFO: JsonObject = Object.freeze({});

/** Of a call's members those that say who serves the model, where, with which credential, and at which price. */
const PROVIDER_PARAMETERS: ReadonlySet<string> = new Set(
  `api_key api_base base_url api_version organization custom_llm_provider base_model use_litellm_proxy region_name
   client_id client_secret tenant_id`.split(/\s+/),
);
const PROVIDER_PREFIX = /^(?:aws|azure|vertex|watsonx|sap|oci|gigachat)_/;

function providerParameters(model: string, body: JsonObject): JsonObject {
  const params: Record<string, JsonValue> = { model };
  for (const [name, value] of Object.entries(body))
    if (isOfProvider(name) && value !== null && value !== '') params[name] = value;
  return Object.freeze(params);
}

function isOfProvider(name: string): boolean {
  return PROVIDER_PARAMETERS.has(name) || PROVIDER_PREFIX.test(name) || looksLikePrice(name);
}
