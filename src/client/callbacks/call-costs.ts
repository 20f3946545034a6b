/**
 * What calls of the library cost. Prices are compiled once per deployment and kind of call, when the first cost is asked
 * for; a cost is then about a microsecond.
 */
import type { Deployment } from '../../config/snapshot.ts';
import { compilePrice, type PriceCall } from '../../pricing/compile-price.ts';
import type { CompletionCostContext } from '../../pricing/completion-cost.ts';
import { NO_ADJUSTMENTS } from '../../pricing/cost-adjustments.ts';
import { hasCustomPricing } from '../../pricing/deployment-prices.ts';
import { textAt } from '../../pricing/price-entry.ts';
import { readUsage } from '../../pricing/usage.ts';
import { isJsonObject, type JsonObject } from '../../protocol/json.ts';
import { createCostContext } from '../cost-context.ts';
import { createModelKnowledge, type ModelKnowledge } from '../model-knowledge.ts';
import type { CallFamily } from '../router/families.ts';
import type { RouterTools } from '../router/tools.ts';

export interface CostedCall {
  readonly knowledge: ModelKnowledge;
  readonly deployment: Deployment;
  readonly apiBase: string;
  readonly family: CallFamily;
  readonly body: JsonObject;
}

const TEXT_PROVIDER = 'text-completion-openai';

export class CallCosts {
  readonly #tools: RouterTools;
  readonly #compiled = new WeakMap<Deployment, Map<CallFamily, PriceCall>>();
  readonly #contexts = new WeakMap<ModelKnowledge, CompletionCostContext>();

  constructor(tools: RouterTools) {
    this.#tools = tools;
  }

  /** @param answer the whole answer, of a stream the assembled one @returns USD; null: nothing prices the call */
  costOf(call: CostedCall, answer: JsonObject): number | null {
    const { callType, pricedAs } = call.family;
    const { usage } = answer;
    const { input, n } = call.body;
    const cost = this.#priceOf(call)({
      callType,
      usage: isJsonObject(usage) ? readUsage(usage) : null,
      responseModel: textAt(answer, 'model'),
      serviceTier: textAt(answer, 'service_tier'),
      at: this.#tools.now(),
      prompt: pricedAs === null && typeof input === 'string' ? input : '',
      size: textAt(call.body, 'size'),
      quality: textAt(call.body, 'quality'),
      count: typeof n === 'number' ? n : null,
      response: pricedAs === null ? null : answer,
      responseKind: pricedAs ?? undefined,
    });
    return cost?.total ?? null;
  }

  #priceOf({ knowledge, deployment, apiBase, family }: CostedCall): PriceCall {
    let families = this.#compiled.get(deployment);
    if (families === undefined) this.#compiled.set(deployment, (families = new Map<CallFamily, PriceCall>()));
    const known = families.get(family);
    if (known !== undefined) return known;
    // LiteLLM-compat: text completions of OpenAI are priced under the older API's name.
    const provider = family.family === 'completions' && deployment.model.startsWith('openai/') ? TEXT_PROVIDER : null;
    const context = this.#contextOf(knowledge, deployment);
    const made = compilePrice(deployment, context, { adjustments: NO_ADJUSTMENTS, apiBase, provider });
    families.set(family, made);
    return made;
  }

  #contextOf(knowledge: ModelKnowledge, deployment: Deployment): CompletionCostContext {
    const { environment, prices } = this.#tools;
    // A call's own prices are those of a deployment that no router knows.
    if (deployment.modelName === '' && hasCustomPricing(deployment))
      return createCostContext(createModelKnowledge(prices(), { deployments: [deployment], environment }), environment);
    let context = this.#contexts.get(knowledge);
    if (context === undefined) this.#contexts.set(knowledge, (context = createCostContext(knowledge, environment)));
    return context;
  }
}
