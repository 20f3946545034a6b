/** Facts of the configured deployments: what routing reads of `litellm_params` and `model_info`, typed and numbered. */
import type { Deployment } from '../config/snapshot.ts';
import { isJsonArray, type JsonObject, type JsonValue } from '../protocol/json.ts';
import { pythonStr } from '../protocol/python-text.ts';
import type { DeploymentFacts } from './contract.ts';
import { readFailurePolicy } from './read-settings.ts';

/** What other folders know of a deployment. Each may answer null: unknown. */
export interface DeploymentKnowledge {
  readonly providerOf?: (deployment: Deployment) => string | null;
  /** @param model its model, wildcards filled in */
  readonly maxInputTokensOf?: (deployment: Deployment, model: string) => number | null;
  /** USD of one input and one output token together. */
  readonly costPerTokenPairOf?: (deployment: Deployment) => number | null;
  readonly supportsResponseFormat?: (deployment: Deployment) => boolean;
  /** Opaque text, equal for deployments that send the same credential; a hash, never the credential. */
  readonly credentialKeyOf?: (deployment: Deployment) => string | null;
  readonly defaultMaxParallelRequests?: number | null;
}

export class DeploymentFactsTable {
  /** By slot. */
  readonly rows: readonly DeploymentFacts[];
  readonly #knowledge: DeploymentKnowledge;
  readonly #byDeployment = new Map<Deployment, DeploymentFacts>();
  readonly #byId = new Map<string, DeploymentFacts>();

  constructor(deployments: readonly Deployment[], knowledge: DeploymentKnowledge = {}) {
    this.#knowledge = knowledge;
    const sizes = new Map<string, number>();
    for (const { modelName } of deployments) sizes.set(modelName, (sizes.get(modelName) ?? 0) + 1);
    this.rows = deployments.map((deployment, slot) => {
      const facts = compileFacts(deployment, knowledge, slot, sizes.get(deployment.modelName) ?? 1);
      this.#byDeployment.set(deployment, facts);
      this.#byId.set(deployment.id, facts);
      return facts;
    });
  }

  /** Of a model that a wildcard deployment was asked for. */
  inputLimit(deployment: Deployment, model: string): number | null {
    const facts = this.of(deployment);
    if (facts === undefined || model === deployment.model) return facts?.maxInputTokens ?? null;
    return facts.maxInputTokens ?? this.#knowledge.maxInputTokensOf?.(deployment, model) ?? null;
  }

  of(deployment: Deployment): DeploymentFacts | undefined {
    return this.#byDeployment.get(deployment) ?? this.#byId.get(deployment.id);
  }

  byId(id: string): DeploymentFacts | undefined {
    return this.#byId.get(id);
  }
}

function compileFacts(
  deployment: Deployment,
  knowledge: DeploymentKnowledge,
  slot: number,
  groupSize: number,
): DeploymentFacts {
  const { params, modelInfo } = deployment;
  const rpm = number(params['rpm']) ?? number(modelInfo['rpm']);
  const tpm = number(params['tpm']) ?? number(modelInfo['tpm']);
  return {
    id: deployment.id,
    slot,
    group: deployment.modelName,
    groupSize,
    model: deployment.model,
    provider: knowledge.providerOf?.(deployment) ?? null,
    tags: texts(params['tags']),
    tagPatterns: patterns(params['tag_regex']),
    order: number(params['order']) ?? number(modelInfo['order']),
    weight: number(params['weight']),
    rpm,
    tpm,
    maxParallelRequests: parallelRequests(params, rpm, tpm) ?? knowledge.defaultMaxParallelRequests ?? null,
    region: text(params['region_name']),
    maxInputTokens:
      number(modelInfo['max_input_tokens']) ?? knowledge.maxInputTokensOf?.(deployment, deployment.model) ?? null,
    supportsResponseFormat: knowledge.supportsResponseFormat?.(deployment) ?? true,
    supportsWebSearch: modelInfo['supports_web_search'] !== false,
    costPerTokenPairUsd: knowledge.costPerTokenPairOf?.(deployment) ?? null,
    teamId: text(modelInfo['team_id']),
    blocked: modelInfo['blocked'] === true,
    timeoutNote: timeoutNote(params),
    numRetries: number(params['num_retries']),
    cooldownSeconds: notNegative(number(modelInfo['cooldown_time']) ?? number(params['cooldown_time'])),
    // LiteLLM-compat: of these two only model_info counts.
    allowedFails: number(modelInfo['allowed_fails']),
    allowedFailsPolicy: readFailurePolicy(modelInfo['allowed_fails_policy'], 'AllowedFails'),
    credentialKey: knowledge.credentialKeyOf?.(deployment) ?? null,
  };
}

/** `max_parallel_requests`, else `rpm`, else six requests a minute for every 1,000 tokens a minute. */
function parallelRequests(params: JsonObject, rpm: number | null, tpm: number | null): number | null {
  const own = positive(params['max_parallel_requests']);
  // Whole calls only: half a place would look free and never be.
  if (own !== null) return Math.max(1, Math.floor(own));
  if (rpm !== null && rpm > 0) return Math.max(1, Math.floor(rpm));
  return tpm === null || tpm <= 0 ? null : Math.max(1, Math.floor((tpm / 1000) * 6));
}

function timeoutNote(params: JsonObject): string {
  const shown = (key: string): string => pythonStr(params[key] ?? null);
  return `\n\nDeployment Info: request_timeout: ${shown('request_timeout')}\ntimeout: ${shown('timeout')}`;
}

function number(value: JsonValue | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}

function positive(value: JsonValue | undefined): number | null {
  const parsed = number(value);
  return parsed !== null && parsed > 0 ? parsed : null;
}

function notNegative(value: number | null): number | null {
  return value !== null && value >= 0 ? value : null;
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function texts(value: JsonValue | undefined): readonly string[] {
  return isJsonArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function patterns(value: JsonValue | undefined): readonly RegExp[] {
  return texts(value).flatMap((source) => {
    try {
      return [new RegExp(source)];
    } catch {
      return [];
    }
  });
}
