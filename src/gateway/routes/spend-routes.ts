/**
 * `/spend/calculate` and `/cost/estimate`: what a call would cost, by the prices, discounts and margins that hold here.
 */
import type { ConfigSnapshot, Deployment } from '../../config/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { completionCost, type CompletionCostContext } from '../../pricing/completion-cost.ts';
import { readCustomTokenPrice, type CustomTokenPrice } from '../../pricing/custom-price.ts';
import { numberAt } from '../../pricing/price-entry.ts';
import { usageFault } from '../../pricing/usage-fault.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../../protocol/json.ts';
import type { Exchange } from '../../wire/contract.ts';
import type { GatewayState, RouteDefinition } from '../contract.ts';
import { configuredAdjustments } from '../costing.ts';
import type { TokenCounting } from '../counting/contract.ts';
import { estimateHandler } from './cost-estimate.ts';
import { parseFieldRules } from './field-rules.ts';
import { readChecked } from './read-large-json.ts';
import { replyJson } from './reply.ts';
import type { ModelIndex } from '../../router/model-index.ts';

export interface SpendRouteDeps {
  readonly state: GatewayState;
  readonly costs: CompletionCostContext;
  readonly counting: TokenCounting;
  readonly index: ModelIndex;
}

const CALCULATE_FIELDS = parseFieldRules('model:string? messages:array? completion_response:object?');
/** LiteLLM-compat: errors of this route name their absent type and parameter in Python's word. */
const NONE = { type: 'None', param: 'None' };

export function spendRoutes(deps: SpendRouteDeps): RouteDefinition[] {
  const post = (path: string, handler: RouteDefinition['handler']): RouteDefinition => ({
    methods: ['POST'],
    path,
    family: 'spend',
    access: 'key',
    handler,
  });
  return [
    post('/spend/calculate', (exchange) => answerCalculate(exchange, deps)),
    post('/cost/estimate', estimateHandler(deps)),
  ];
}

async function answerCalculate(exchange: Exchange, deps: SpendRouteDeps): Promise<void> {
  const { snapshot } = deps.state;
  const body = await readChecked(exchange, snapshot.general.maxRequestBytes, CALCULATE_FIELDS);
  try {
    replyJson(exchange, { cost: await calculated(body, deps) });
  } catch (error) {
    // LiteLLM-compat: what pricing itself refuses has no type here.
    throw error instanceof GatewayError && error.type !== NONE.type ? error.with({ type: null }) : error;
  }
}

async function calculated(body: JsonObject, deps: SpendRouteDeps): Promise<number> {
  const { model, messages, completion_response: response } = body;
  if (typeof model === 'string') {
    if (!isJsonArray(messages)) throw badRequest("messages must be provided if 'model' is provided");
    return promptCost(model, messages.filter(isJsonObject), deps);
  }
  if (isJsonObject(response)) return answerCost(response, deps);
  throw badRequest("Either 'model' or 'completion_response' must be provided");
}

function badRequest(text: string): GatewayError {
  return new GatewayError('bad_request', `Bad Request - ${text}`, NONE);
}

/**
 * The texts are counted under the name that prices them, and which one that is shows only in pricing: the first pass
 * asks, the second one is told.
 */
async function promptCost(requested: string, messages: readonly JsonObject[], deps: SpendRouteDeps): Promise<number> {
  const deployment = lastOfGroup(deps.state.snapshot, requested);
  const counts = new Map<string, number>();
  const asked = new Set<string>();
  const cost = (): number =>
    completionCost(
      {
        model: deployment?.model ?? requested,
        messages,
        customCostPerToken: deployment === undefined ? null : ownTokenPrice(deployment),
        adjustments: configuredAdjustments(deps.state.snapshot),
        at: deps.state.now(),
      },
      {
        ...deps.costs,
        countTokens: ({ model }) => {
          asked.add(model);
          return counts.get(model) ?? 0;
        },
      },
    );
  cost();
  for (const model of asked) counts.set(model, await deps.counting.count({ model, messages }));
  return cost();
}

/** LiteLLM-compat: of several deployments of a group the last one prices. */
function lastOfGroup({ deployments, aliases }: ConfigSnapshot, requested: string): Deployment | undefined {
  const group = aliases.get(requested)?.model ?? requested;
  return deployments.findLast(({ modelName }) => modelName === group);
}

function ownTokenPrice({ params }: Deployment): CustomTokenPrice | null {
  const listed = ['input_cost_per_token', 'output_cost_per_token'].some((field) => numberAt(params, field) !== null);
  return listed ? readCustomTokenPrice(params) : null;
}

function answerCost(response: JsonObject, { costs, state }: SpendRouteDeps): number {
  const fault = usageFault(response['usage'], 'completion_response.usage');
  if (fault !== null) throw badRequest(fault);
  return completionCost(
    { response, responseKind: 'chat', adjustments: configuredAdjustments(state.snapshot), at: state.now() },
    costs,
  );
}
