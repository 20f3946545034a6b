/** Prices of search providers: per query, by the number of results where the map lists steps. */
import { numberAt, toNumber } from './price-entry.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import type { PricedModels } from './priced-models.ts';

const DEFAULT_RESULTS = 10;

export interface SearchCall {
  readonly model: string;
  readonly provider: string | null;
  readonly queries: number;
  readonly options: JsonObject;
}

export function searchCost(call: SearchCall, models: PricedModels): number {
  const { info } = models.require(call.model, call.provider);
  const steps = isJsonArray(info['tiered_pricing']) ? info['tiered_pricing'].filter(isJsonObject) : [];
  if (steps.length === 0) return call.queries * (numberAt(info, 'input_cost_per_query') ?? 0);
  const results = numberAt(call.options, 'max_results') ?? DEFAULT_RESULTS;
  const step = steps.find((candidate) => holdsFor(candidate, results)) ?? steps.at(-1);
  return call.queries * (step === undefined ? 0 : (numberAt(step, 'input_cost_per_query') ?? 0));
}

function holdsFor(step: JsonObject, results: number): boolean {
  const range = step['max_results_range'];
  if (!isJsonArray(range)) return false;
  const least = toNumber(range[0]);
  const most = toNumber(range[1]);
  return least !== null && most !== null && least <= results && results <= most;
}

const PARALLEL_EXTRA_RESULT = 0.001;
const PARALLEL_USAGE = '_parallel_ai_usage';
const PARALLEL_MODELS: ReadonlyMap<string, string> = new Map([
  ['fast', 'parallel_ai/search-fast'],
  ['turbo', 'parallel_ai/search-turbo'],
]);

/** Parallel: by mode, and results beyond ten cost extra; the usage of the answer wins over the request. */
export function parallelSearchCost(options: Readonly<Record<string, unknown>>, models: PricedModels): number {
  const mode = typeof options['mode'] === 'string' ? options['mode'] : '';
  const { info } = models.require(PARALLEL_MODELS.get(mode) ?? 'parallel_ai/search', 'parallel_ai');
  const usage = Array.isArray(options[PARALLEL_USAGE]) ? (options[PARALLEL_USAGE] as readonly JsonValue[]) : null;
  const requests = usage === null ? null : usedUnits(usage, 'sku_search');
  const reported = usage === null ? null : (usedUnits(usage, 'sku_search_additional_results') ?? 0);
  const extra = reported ?? Math.max(resultsAsked(options) - DEFAULT_RESULTS, 0);
  return (requests ?? 1) * (numberAt(info, 'input_cost_per_query') ?? 0) + extra * PARALLEL_EXTRA_RESULT;
}

function usedUnits(usage: readonly JsonValue[], unit: string): number | null {
  const counts = usage
    .filter(isJsonObject)
    .filter((item) => item['name'] === unit && wholeCount(item['count']) !== null);
  return counts.length === 0 ? null : counts.reduce((sum, item) => sum + (wholeCount(item['count']) ?? 0), 0);
}

function resultsAsked(options: Readonly<Record<string, unknown>>): number {
  const advanced = options['advanced_settings'];
  const nested = typeof advanced === 'object' && advanced !== null ? Reflect.get(advanced, 'max_results') : undefined;
  return wholeCount(nested) ?? wholeCount(options['max_results']) ?? DEFAULT_RESULTS;
}

function wholeCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}
