/** `/cost/estimate`: a call that is described by its token counts, priced as a real one; per day and month too. */
import type { Deployment } from '../../config/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { completionCostBreakdown, type CostBreakdown } from '../../pricing/completion-cost.ts';
import { readCustomTokenPrice, type CustomTokenPrice } from '../../pricing/custom-price.ts';
import { configuredProvider } from '../../pricing/deployment-prices.ts';
import { numberAt, textAt } from '../../pricing/price-entry.ts';
import type { PricedModel } from '../../pricing/priced-models.ts';
import { readUsage } from '../../pricing/usage.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { RouteHandler } from '../contract.ts';
import { configuredAdjustments } from '../costing.ts';
import { parseFieldRules } from './field-rules.ts';
import { invalid } from './query.ts';
import { readChecked } from './read-large-json.ts';
import { replyJson } from './reply.ts';
import type { SpendRouteDeps } from './spend-routes.ts';

const FIELDS = parseFieldRules(
  'model!:string input_tokens!:integer output_tokens!:integer cache_read_input_tokens:integer ' +
    'cache_creation_input_tokens:integer reasoning_tokens:integer num_requests_per_day:integer? ' +
    'num_requests_per_month:integer?',
);
const COUNTS = ['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'];

interface Estimate {
  readonly model: string;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number;
  readonly perDay: number | null;
  readonly perMonth: number | null;
}

/** What prices the calls of a model group. */
interface BilledModel {
  readonly model: string;
  readonly provider: string | null;
  readonly custom: CustomTokenPrice | null;
}

export function estimateHandler(deps: SpendRouteDeps): RouteHandler {
  return async (exchange) => {
    const body = await readChecked(exchange, deps.state.snapshot.general.maxRequestBytes, FIELDS);
    const estimate = readEstimate(body);
    const billed = billedModel(estimate.model, deps);
    const cost = priceEstimate(estimate, billed, deps);
    replyJson(exchange, {
      ...described(estimate),
      ...costLines('', cost, 1),
      ...costLines('daily', cost, estimate.perDay),
      ...costLines('monthly', cost, estimate.perMonth),
      ...rates(estimate, billed, deps),
    });
  };
}

function readEstimate(body: JsonObject): Estimate {
  const at = (name: string): number => numberAt(body, name) ?? 0;
  for (const name of [...COUNTS, 'reasoning_tokens', 'num_requests_per_day', 'num_requests_per_month']) {
    if (at(name) >= 0) continue;
    const msg = 'Input should be greater than or equal to 0';
    throw invalid([{ type: 'greater_than_equal', loc: ['body', name], msg, input: body[name], ctx: { ge: 0 } }]);
  }
  const estimate: Estimate = {
    model: textAt(body, 'model') ?? '',
    input: at('input_tokens'),
    output: at('output_tokens'),
    cacheRead: at('cache_read_input_tokens'),
    cacheWrite: at('cache_creation_input_tokens'),
    reasoning: at('reasoning_tokens'),
    perDay: numberAt(body, 'num_requests_per_day'),
    perMonth: numberAt(body, 'num_requests_per_month'),
  };
  if (estimate.cacheRead + estimate.cacheWrite > estimate.input) {
    throw unfit('cache_read_input_tokens plus cache_creation_input_tokens cannot exceed input_tokens', body);
  }
  if (estimate.reasoning > estimate.output) throw unfit('reasoning_tokens cannot exceed output_tokens', body);
  return estimate;
}

function unfit(text: string, body: JsonObject): GatewayError {
  return invalid([
    { type: 'value_error', loc: ['body'], msg: `Value error, ${text}`, input: body, ctx: { error: {} } },
  ]);
}

function billedModel(requested: string, { index, costs }: SpendRouteDeps): BilledModel {
  const resolution = index.resolve(requested);
  const candidate = 'unresolved' in resolution ? undefined : resolution.candidates[0];
  if (candidate === undefined) return { model: requested, provider: null, custom: null };
  const { deployment } = candidate;
  const provider = configuredProvider(deployment);
  const base = textAt(deployment.modelInfo, 'base_model') ?? textAt(deployment.params, 'base_model');
  const model = base ?? candidate.model;
  return { model, provider, custom: configuredPrice(deployment, costs.models.find(model, provider)) };
}

/** Prices of the deployment; what it leaves out of the cache's comes from the model's entry. */
function configuredPrice({ params, modelInfo }: Deployment, listed: PricedModel | null): CustomTokenPrice | null {
  const own = (field: string): number | null => numberAt(params, field) ?? numberAt(modelInfo, field);
  if (own('input_cost_per_token') === null && own('output_cost_per_token') === null) return null;
  const price: Record<string, number> = {};
  for (const field of ['input_cost_per_token', 'output_cost_per_token', ...CACHE_FIELDS]) {
    const value = own(field) ?? (CACHE_FIELDS.includes(field) ? numberAt(listed?.info ?? {}, field) : null);
    if (value !== null) price[field] = value;
  }
  return readCustomTokenPrice(price);
}

const CACHE_FIELDS = ['cache_read_input_token_cost', 'cache_creation_input_token_cost'];

function usageOf(estimate: Estimate): JsonObject {
  const { cacheRead, cacheWrite } = estimate;
  const details = { cached_tokens: cacheRead, cache_creation_tokens: cacheWrite };
  return {
    prompt_tokens: estimate.input,
    completion_tokens: estimate.output,
    total_tokens: estimate.input + estimate.output,
    reasoning_tokens: estimate.reasoning,
    ...(cacheRead + cacheWrite > 0 ? { prompt_tokens_details: details } : {}),
  };
}

/** @throws GatewayError 404: the model has no price */
function priceEstimate(estimate: Estimate, billed: BilledModel, { costs, state }: SpendRouteDeps): CostBreakdown {
  try {
    return completionCostBreakdown(
      {
        response: { model: billed.model, usage: usageOf(estimate) },
        responseKind: 'chat',
        model: billed.model,
        customLlmProvider: billed.provider,
        customCostPerToken: billed.custom,
        adjustments: configuredAdjustments(state.snapshot),
        at: state.now(),
      },
      costs,
    );
  } catch (cause) {
    if (!(cause instanceof GatewayError)) throw cause;
    const named = `'${estimate.model}' (resolved to '${billed.model}')`;
    const error = `Could not calculate cost for model ${named}: ${cause.message}`;
    throw new GatewayError('not_found', error, { detail: { error }, cause });
  }
}

function described(estimate: Estimate): JsonObject {
  return {
    model: estimate.model,
    input_tokens: estimate.input,
    output_tokens: estimate.output,
    cache_read_input_tokens: estimate.cacheRead,
    cache_creation_input_tokens: estimate.cacheWrite,
    reasoning_tokens: estimate.reasoning,
    num_requests_per_day: estimate.perDay,
    num_requests_per_month: estimate.perMonth,
  };
}

/** Of one request (`''`) or of a period; nulls for a period without requests. */
function costLines(period: '' | 'daily' | 'monthly', cost: CostBreakdown, requests: number | null): JsonObject {
  const lines = {
    '': cost.total,
    input_: cost.prompt,
    output_: cost.completion,
    margin_: cost.marginAmount,
    cache_read_: cost.cacheRead,
    cache_creation_: cost.cacheWrite,
    reasoning_: cost.reasoning,
  };
  const named = Object.entries(lines).map(([name, usd]): [string, number | null] => [
    period === '' ? `${name}cost_per_request` : `${period}_${name}cost`,
    requests === null || requests === 0 ? null : usd * requests,
  ]);
  return Object.fromEntries(named);
}

/** USD per token, as billed for this number of tokens. */
function rates(estimate: Estimate, { model, provider, custom }: BilledModel, deps: SpendRouteDeps): JsonObject {
  const { models } = deps.costs;
  const found = models.find(model, provider);
  const { promptTokens } = readUsage(usageOf(estimate));
  const listed = found?.prices.rates(promptTokens, null, deps.state.now()) ?? null;
  return {
    input_cost_per_token: custom?.input ?? listed?.input ?? null,
    output_cost_per_token: custom?.output ?? listed?.output ?? null,
    cache_read_input_token_cost: custom?.cacheRead ?? listed?.cacheRead ?? null,
    cache_creation_input_token_cost: custom?.cacheWrite ?? listed?.cacheWrite ?? null,
    output_cost_per_reasoning_token: custom?.output ?? listed?.reasoning ?? listed?.output ?? null,
    provider: textAt(found?.info ?? {}, 'litellm_provider') ?? provider,
  };
}
