/**
 * How a provider bills, as data: one row per provider that does not bill by the general rule alone. Shared code reads
 * the row's properties and never asks for a provider's name.
 */
import type { JsonObject } from '../protocol/json.ts';
import type { ImageCall } from './image-cost.ts';
import type { PricedModel, PricedModels } from './priced-models.ts';
import type { BillingConditions, CostPair } from './token-cost.ts';
import type { TokenUsage } from './usage.ts';

/** One call to be priced by tokens, characters or time. */
export interface TokenCall {
  readonly models: PricedModels;
  readonly provider: string;
  /** The key that the price map lists, else the name as given. */
  readonly model: string;
  /** Without its first path segment. */
  readonly bareModel: string;
  readonly callType: string | null;
  readonly usage: TokenUsage;
  readonly conditions: BillingConditions;
  readonly responseTimeMs: number | null;
  readonly promptCharacters: number | null;
  readonly completionCharacters: number | null;
  /** What the client asked for, where a router of the provider chose the model. */
  readonly requestModel: string | null;
}

export interface ProviderPricing {
  readonly tokenCost?: (call: TokenCall) => CostPair;
  readonly imageCost?: (call: ImageCall) => number;
  /** Cost of the searches that the usage reports; without it searches are billed per call. */
  readonly webSearchCost?: (usage: TokenUsage, model: PricedModel) => number;
  readonly mapsCost?: (usage: TokenUsage, model: PricedModel) => number;
  /** Reranking is billed by tokens instead of by search units. */
  readonly rerankByTokens?: boolean;
  /** Flat price of one generated piece of music or speech; null where the model has none. */
  readonly generationCost?: (model: string, models: PricedModels) => number | null;
  /** Assistant storage, computer use and sessions are billed. */
  readonly assistantPrices?: AssistantPrices;
  /** Characters of prompt and answer decide the price. */
  readonly countsCharacters?: boolean;
  /** Cost beside the tokens of a call, e.g. a router's fee. */
  readonly additionalCost?: (
    priced: string,
    requested: string | null,
    promptTokens: number,
    models: PricedModels,
  ) => number;
  /** The size class under which a model without a listed price is billed. */
  readonly sizeClass?: (model: string, isEmbedding: boolean, models: PricedModels) => string;
  /** Region of a regionalised address, which costs more; null for the usual one. */
  readonly residencyOf?: (apiBase: string) => string | null;
  /** Location that a deployment's parameters name. */
  readonly locationOf?: (params: JsonObject) => string | null;
  readonly searchCost?: (options: Readonly<Record<string, unknown>>, models: PricedModels) => number;
}

/** USD. */
export interface AssistantPrices {
  readonly fileSearchPerGbDay: number;
  readonly vectorStorePerGbDay: number;
  readonly computerInputPer1k: number;
  readonly computerOutputPer1k: number;
}
