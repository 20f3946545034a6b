/**
 * Prices of tools that a provider runs itself: web search, maps, file search, and Azure's assistant features. A call is
 * seen in the answer (annotations, output items) or in the usage.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import { numberAt, textAt, toNumber } from './price-entry.ts';
import type { PricedModel, PricedModels } from './priced-models.ts';
import type { AssistantPrices } from './provider-pricing.ts';
import { providerPricing } from './provider-rows.ts';
import type { TokenUsage } from './usage.ts';

/** The tools that a request has asked for, in LiteLLM's `standard_built_in_tools_params` shape. */
export type BuiltInTools = JsonObject;

export interface ToolCall {
  readonly models: PricedModels;
  readonly model: string;
  readonly provider: string | null;
  readonly response: JsonObject | null;
  /** What shape the answer has; `json` is a plain object of any provider. */
  readonly responseKind: 'chat' | 'responses' | 'json' | 'other';
  readonly usage: TokenUsage | null;
  readonly tools: BuiltInTools;
}

/** OpenAI's list price of one file search. */
const FILE_SEARCH_COST = 2.5 / 1000;
const NO_OBJECT: JsonObject = {};

export function builtInToolCost(call: ToolCall): number {
  const maps = mapsCost(call);
  if (usedWebSearch(call)) return maps + webSearchCost(call);
  if (usedFileSearch(call)) return maps + fileSearchCost(call);
  const { assistantPrices } = providerPricing(call.provider);
  return assistantPrices === undefined ? maps : maps + assistantCost(call, assistantPrices);
}

/** The model under the call's provider, else under the provider that its own prefix names. */
function resolve(call: ToolCall): { readonly model: PricedModel; readonly provider: string | null } | null {
  const direct = call.models.find(call.model, call.provider);
  if (direct !== null) return { model: direct, provider: call.provider ?? textAt(direct.info, 'litellm_provider') };
  const prefixed = call.model.includes('/') ? call.models.find(call.model, null) : null;
  return prefixed === null ? null : { model: prefixed, provider: textAt(prefixed.info, 'litellm_provider') };
}

function mapsCost(call: ToolCall): number {
  if (call.usage?.prompt?.mapsRequests == null) return 0;
  const found = resolve(call);
  return found === null ? 0 : (providerPricing(found.provider).mapsCost?.(call.usage, found.model) ?? 0);
}

function usedWebSearch(call: ToolCall): boolean {
  const { response, usage, responseKind } = call;
  if (responseKind === 'json' && anthropicSearches(response) !== null) return true;
  if (responseKind === 'responses') return hasOutputItem(response, 'web_search_call');
  if (responseKind === 'chat' && hasAnnotation(response, 'url_citation')) return true;
  if (usage === null) return false;
  return usage.prompt?.webSearches != null || usage.webSearchRequests !== null || (usage.webSearchCalls ?? 0) > 0;
}

function usedFileSearch(call: ToolCall): boolean {
  if (call.responseKind === 'chat') return hasAnnotation(call.response, 'file_citation');
  return call.responseKind === 'responses' && hasOutputItem(call.response, 'file_search_call');
}

function webSearchCost(call: ToolCall): number {
  const found = resolve(call);
  if (found !== null && found.provider !== null) {
    const reported = call.usage?.webSearchRequests ?? null;
    const inAnswer = reported === null && call.responseKind === 'json' ? anthropicSearches(call.response) : null;
    const usage =
      inAnswer === null || call.usage === null ? call.usage : { ...call.usage, webSearchRequests: inAnswer };
    const cost = usage === null ? undefined : providerPricing(found.provider).webSearchCost?.(usage, found.model);
    if (cost !== undefined) return cost;
  }
  const options = isJsonObject(call.tools['web_search_options']) ? call.tools['web_search_options'] : NO_OBJECT;
  return found === null ? 0 : perSearchPrice(found.model, options) * searchCalls(call);
}

function perSearchPrice(model: PricedModel, options: JsonObject): number {
  const prices = model.info['search_context_cost_per_query'];
  const size = textAt(options, 'search_context_size');
  const known = size === 'low' || size === 'high' ? size : 'medium';
  return isJsonObject(prices) ? (numberAt(prices, `search_context_size_${known}`) ?? 0) : 0;
}

/** A chat answer does not count its searches: one is billed. */
function searchCalls(call: ToolCall): number {
  if (call.responseKind !== 'responses' || call.response === null) return 1;
  const toolUsage = call.response['tool_usage'];
  const search = isJsonObject(toolUsage) ? toolUsage['web_search'] : undefined;
  const reported = isJsonObject(search) ? toNumber(search['num_requests']) : null;
  return reported ?? Math.max(1, outputItems(call.response, 'web_search_call').length);
}

function outputItems(response: JsonObject | null, type: string): readonly JsonValue[] {
  const output = response?.['output'];
  return isJsonArray(output) ? output.filter((item) => isJsonObject(item) && item['type'] === type) : [];
}

const hasOutputItem = (response: JsonObject | null, type: string): boolean => outputItems(response, type).length > 0;

function hasAnnotation(response: JsonObject | null, type: string): boolean {
  const choices = response?.['choices'];
  if (!isJsonArray(choices)) return false;
  for (const choice of choices) {
    const message = isJsonObject(choice) ? choice['message'] : undefined;
    const annotations = isJsonObject(message) ? message['annotations'] : undefined;
    if (!isJsonArray(annotations)) continue;
    for (const item of annotations) if (isJsonObject(item) && item['type'] === type) return true;
  }
  return false;
}

/** Searches counted in a raw Anthropic answer. */
function anthropicSearches(response: JsonObject | null): number | null {
  const usage = response?.['usage'];
  const tools = isJsonObject(usage) ? usage['server_tool_use'] : undefined;
  return isJsonObject(tools) ? toNumber(tools['web_search_requests']) : null;
}

function fileSearchCost(call: ToolCall): number {
  const search = call.tools['file_search'];
  if (!isJsonObject(search) || Object.keys(search).length === 0) return 0;
  const { assistantPrices } = providerPricing(call.provider);
  const info = call.models.find(call.model, call.provider)?.info ?? NO_OBJECT;
  if (assistantPrices === undefined) return numberAt(info, 'file_search_cost_per_1k_calls') ?? FILE_SEARCH_COST;
  const perDay = numberAt(info, 'file_search_cost_per_gb_per_day') ?? assistantPrices.fileSearchPerGbDay;
  return (numberAt(search, 'storage_gb') ?? 0) * (numberAt(search, 'days') ?? 0) * perDay;
}

function assistantCost(call: ToolCall, prices: AssistantPrices): number {
  const info = call.models.find(call.model, call.provider)?.info ?? NO_OBJECT;
  return storageCost(call, info, prices) + computerCost(call, info, prices) + sessionCost(call, info);
}

function storageCost(call: ToolCall, info: JsonObject, prices: AssistantPrices): number {
  const used = call.tools['vector_store_usage'];
  if (!isJsonObject(used)) return 0;
  const perDay = numberAt(info, 'vector_store_cost_per_gb_per_day') ?? prices.vectorStorePerGbDay;
  return (numberAt(used, 'storage_gb') ?? 0) * (numberAt(used, 'days') ?? 0) * perDay;
}

function computerCost(call: ToolCall, info: JsonObject, prices: AssistantPrices): number {
  const used = call.tools['computer_use_usage'];
  if (!isJsonObject(used)) return 0;
  const listedInput = numberAt(info, 'computer_use_input_cost_per_1k_tokens') ?? 0;
  const listedOutput = numberAt(info, 'computer_use_output_cost_per_1k_tokens') ?? 0;
  const listed = listedInput !== 0 || listedOutput !== 0;
  const input =
    (Math.trunc(numberAt(used, 'input_tokens') ?? 0) / 1000) * (listed ? listedInput : prices.computerInputPer1k);
  const output =
    (Math.trunc(numberAt(used, 'output_tokens') ?? 0) / 1000) * (listed ? listedOutput : prices.computerOutputPer1k);
  return input + output;
}

function sessionCost(call: ToolCall, info: JsonObject): number {
  const sessions = Math.trunc(toNumber(call.tools['code_interpreter_sessions']) ?? 0);
  if (sessions === 0) return 0;
  const own = numberAt(info, 'code_interpreter_cost_per_session');
  if (own !== null) return sessions * own;
  const container = call.models.find(`${call.provider}/container`, call.provider);
  const entry = container === null ? undefined : call.models.context.prices.get(container.key);
  return sessions * (entry === undefined ? 0 : (numberAt(entry, 'code_interpreter_cost_per_session') ?? 0));
}
