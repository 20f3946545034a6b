/** Under which names a call is looked up in the price map, most telling first. */
import type { CostContext } from './cost-per-token.ts';
import { hasOwnBasePrice } from './deployment-prices.ts';
import type { PriceLookup } from './price-table.ts';

export interface NamedCost {
  /** What the caller asked for. */
  readonly model: string | null;
  /** What the answer calls itself. */
  readonly responseModel: string | null;
  readonly baseModel: string | null;
  readonly provider: string | null;
  /** The call has prices of its own. */
  readonly customPricing: boolean;
  readonly routerModelId: string | null;
  readonly isProvider: (name: string) => boolean;
}

/** A name with the provider under which it is priced. */
export interface BillingName {
  readonly model: string | null;
  readonly provider: string | null;
}

/** The names with their providers; kept per request and answer where nothing but their names decides. */
export function billingNames(cost: NamedCost, context: CostContext): readonly BillingName[] {
  if (cost.customPricing || cost.baseModel !== null) return resolvedNames(cost, context);
  const memo = context.models.billingNames;
  return (
    memo.get(cost.provider, cost.model, cost.responseModel) ??
    memo.set(resolvedNames(cost, context), cost.provider, cost.model, cost.responseModel)
  );
}

function resolvedNames(cost: NamedCost, context: CostContext): readonly BillingName[] {
  let { provider } = cost;
  return costModelNames(cost, context).map((name) => {
    if (provider !== null || name === null) return { model: name, provider };
    const resolved = context.models.context.resolveProvider(name, null);
    // LiteLLM-compat: the provider that one name has resolved to holds for the names after it.
    provider = resolved?.provider ?? null;
    return { model: resolved?.model ?? name, provider };
  });
}

/** At most three names; the first one that has a price decides. */
export function costModelNames(cost: NamedCost, context: CostContext): readonly (string | null)[] {
  const names: (string | null)[] = [selectedName(cost, context), cost.responseModel];
  if (cost.model !== null) names.push(cost.model);
  return names;
}

function selectedName(cost: NamedCost, context: CostContext): string | null {
  const { prices } = context.models.context;
  const provider = cost.provider ?? providerOf(cost.model, context);
  const name = unprefixedName(cost, prices);
  if (name === null || provider === null || startsWithProvider(name, cost.isProvider)) return name;
  // LiteLLM-compat: the region's own price is left aside, for a name with its provider is listed under no other region.
  return withoutUnknownSegments(provider, name, prices, cost.isProvider);
}

function unprefixedName(cost: NamedCost, prices: PriceLookup): string | null {
  if (cost.customPricing) {
    const own = cost.routerModelId === null ? undefined : prices.get(cost.routerModelId);
    const name = own !== undefined && hasOwnBasePrice(own) ? cost.routerModelId : cost.model;
    return name ?? cost.responseModel;
  }
  return cost.baseModel ?? cost.responseModel ?? cost.model;
}

function providerOf(model: string | null, context: CostContext): string | null {
  return model === null ? null : (context.models.context.resolveProvider(model, null)?.provider ?? null);
}

function startsWithProvider(name: string, isProvider: (name: string) => boolean): boolean {
  return isProvider(name.split('/', 1)[0] ?? '');
}

/** `vertex_ai/vertex/claude-x` is listed as `vertex_ai/claude-x`: segments of an alias go until a key is listed. */
function withoutUnknownSegments(
  provider: string,
  name: string,
  prices: PriceLookup,
  isProvider: (name: string) => boolean,
): string {
  const whole = `${provider}/${name}`;
  if (prices.get(name) !== undefined) return whole;
  const tail = name.split('/');
  const firstProvider = tail.findIndex(isProvider);
  const most = Math.min(firstProvider < 0 ? tail.length : firstProvider, tail.length - 1);
  for (let start = 0; start <= most; start++) {
    const candidate = `${provider}/${tail.slice(start).join('/')}`;
    if (prices.get(candidate) !== undefined) return candidate;
  }
  return whole;
}
