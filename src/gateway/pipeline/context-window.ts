/**
 * `enable_pre_call_checks`: deployments whose context window is too small for a request are left out before one is
 * picked. LiteLLM-compat: prompts are counted as for an unknown model, whatever the deployment, once per request and
 * only where a deployment of the group says how much it takes; a prompt that cannot be counted fits everywhere.
 */
import type { Deployment } from '../../config/snapshot.ts';
import { configuredProvider } from '../../pricing/deployment-prices.ts';
import { findModel, type ModelContext } from '../../pricing/model-info.ts';
import { numberAt, textAt } from '../../pricing/price-entry.ts';
import { PriceMemo } from '../../pricing/price-memo.ts';
import type { Candidate, Resolution } from '../../router/model-index.ts';
import type { PromptBodies } from '../counting/prompt-bodies.ts';
import type { RequestFields } from './request-fields.ts';

export class ContextWindow {
  readonly #models: ModelContext;
  readonly #bodies: Pick<PromptBodies, 'windowTokens'>;
  readonly #limits: PriceMemo<number | null>;

  constructor(models: ModelContext, bodies: Pick<PromptBodies, 'windowTokens'>) {
    this.#models = models;
    this.#bodies = bodies;
    this.#limits = new PriceMemo(models.prices);
  }

  /**
   * Tokens of the request; null when nobody asks for them or they cannot be counted. Null at once: no count is needed.
   * Throws or rejects for members that are not JSON.
   */
  inputTokens(fields: RequestFields, { candidates }: Resolution): Promise<number | null> | null {
    if (candidates.every((candidate) => this.limit(candidate) === null)) return null;
    return this.#bodies.windowTokens(fields);
  }

  /** `max_input_tokens` of the deployment, else of its model, wildcards filled in; null: unknown. */
  limit({ deployment, model }: Candidate): number | null {
    const known = this.#limits.get(deployment.id, model);
    if (known !== undefined) return known;
    const own = numberAt(deployment.modelInfo, 'max_input_tokens');
    const query = { model: baseModel(deployment) ?? model, customLlmProvider: configuredProvider(deployment) };
    const listed = own === null ? findModel(query, this.#models) : null;
    return this.#limits.set(own ?? numberAt(listed?.entry ?? {}, 'max_input_tokens'), deployment.id, model);
  }
}

function baseModel(deployment: Deployment): string | null {
  return textAt(deployment.modelInfo, 'base_model') ?? textAt(deployment.params, 'base_model');
}
