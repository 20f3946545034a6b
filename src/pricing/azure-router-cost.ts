/**
 * The fee of Azure's Model Router, which is charged once per call on top of the model that it chose.
 */
import { numberAt } from './price-entry.ts';
import type { PricedModels } from './priced-models.ts';
import type { TokenCall } from './provider-pricing.ts';
import { FREE, tokenCost, type CostPair } from './token-cost.ts';

const PROVIDER = 'azure_ai';
const FEE_ENTRIES: ReadonlySet<string> = new Set(['model-router', 'model_router']);

const withoutProvider = (model: string): string => {
  const name = model.toLowerCase();
  return name.startsWith(`${PROVIDER}/`) ? name.slice(PROVIDER.length + 1) : name;
};

function isRouterName(model: string): boolean {
  const name = model.toLowerCase();
  return name.includes('model-router') || name.includes('model_router');
}

function routerFee(model: string, promptTokens: number, models: PricedModels): number {
  if (!isRouterName(model)) return 0;
  const name = withoutProvider(model);
  const { info } = models.require(FEE_ENTRIES.has(name) ? name : 'model_router', PROVIDER);
  const perToken = numberAt(info, 'input_cost_per_token') ?? 0;
  return perToken > 0 ? promptTokens * perToken : 0;
}

export function azureAiCost(call: TokenCall): CostPair {
  const cost = modelCost(call);
  if (FEE_ENTRIES.has(withoutProvider(call.model))) return cost;
  const requested = call.requestModel !== null && isRouterName(call.requestModel) ? call.requestModel : null;
  const feeName = isRouterName(call.model) ? call.model : requested;
  if (feeName === null) return cost;
  return {
    prompt: cost.prompt + routerFee(feeName, call.usage.promptTokens, call.models),
    completion: cost.completion,
  };
}

/** A router deployment that the map does not list costs its fee alone. */
function modelCost(call: TokenCall): CostPair {
  const found = isRouterName(call.model)
    ? call.models.find(call.model, call.provider)
    : call.models.require(call.model, call.provider);
  if (found === null) return FREE;
  return tokenCost(found.prices, call.usage, { ...call.conditions, dataResidency: null, vertexLocation: null });
}

/** The fee beside the tokens of a routed model; a router's own name carries it in its token price already. */
export function azureRouterFee(
  priced: string,
  requested: string | null,
  promptTokens: number,
  models: PricedModels,
): number {
  return isRouterName(priced) ? 0 : routerFee(requested ?? priced, promptTokens, models);
}
