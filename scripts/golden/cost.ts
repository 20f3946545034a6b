import { completionCost, type ResponseKind } from '../../src/pricing/completion-cost.ts';
import { readAdjustments } from '../../src/pricing/cost-adjustments.ts';
import { costPerToken } from '../../src/pricing/cost-per-token.ts';
import { readCustomTokenPrice } from '../../src/pricing/custom-price.ts';
import { numberAt, textAt } from '../../src/pricing/price-entry.ts';
import { readRerankUnits } from '../../src/pricing/unit-costs.ts';
import { readUsage } from '../../src/pricing/usage.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/protocol/json.ts';
import { difference } from './difference.ts';
import { pricingContext, type PricingContext } from './pricing-context.ts';
import type { GoldenRunner } from './runner.ts';

const NO_OBJECT: JsonObject = {};
const TOLERANCE = 1e-9;
/** When the recordings were made, see the golden README. */
const RECORDED_AT = '2026-11-02T12:00:00Z';

const KINDS: ReadonlyMap<string, ResponseKind> = new Map([
  ['ModelResponse', 'chat'],
  ['TextCompletionResponse', 'text'],
  ['EmbeddingResponse', 'embedding'],
  ['ImageResponse', 'image'],
  ['TranscriptionResponse', 'transcription'],
  ['RerankResponse', 'rerank'],
  ['VideoObject', 'video'],
  ['ResponsesAPIResponse', 'responses'],
  ['OCRResponse', 'ocr'],
  ['dict', 'json'],
]);

export const runner: GoldenRunner = {
  sets: /^cost$/,
  run(row, golden) {
    const context = pricingContext(golden.pricesPath);
    const got = answer(row, context);
    const wanted: Record<string, JsonValue> = {};
    for (const key of ['total', 'prompt_cost', 'completion_cost', 'error']) {
      const value = row[key];
      if (value !== undefined) wanted[key] = isJsonObject(value) ? (value['message'] ?? null) : value;
    }
    return difference(wanted, got, { tolerance: TOLERANCE });
  },
};

function answer(row: JsonObject, context: PricingContext): JsonObject {
  try {
    return row['fn'] === 'cost_per_token' ? tokenCost(row, context) : { total: wholeCost(row, context) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

const objectAt = (source: JsonObject, key: string): JsonObject | null => {
  const value = source[key];
  return isJsonObject(value) ? value : null;
};

const billedAt = (row: JsonObject): number => Date.parse(textAt(row, 'billing_time') ?? RECORDED_AT);

function shared(row: JsonObject, args: JsonObject) {
  const price = objectAt(args, 'custom_cost_per_token');
  return {
    customLlmProvider: textAt(row, 'custom_llm_provider'),
    callType: textAt(row, 'call_type'),
    customCostPerToken: price === null ? null : readCustomTokenPrice(price),
    customCostPerSecond: numberAt(args, 'custom_cost_per_second'),
    serviceTier: textAt(args, 'service_tier'),
    dataResidency: textAt(args, 'data_residency'),
    vertexLocation: textAt(args, 'vertex_location'),
    at: billedAt(row),
  };
}

function tokenCost(row: JsonObject, context: PricingContext): JsonObject {
  const args = objectAt(row, 'args') ?? NO_OBJECT;
  const units = objectAt(args, 'rerank_billed_units');
  const cost = costPerToken(
    {
      ...shared(row, args),
      model: textAt(row, 'model'),
      usage: readUsage(objectAt(row, 'usage') ?? args),
      ...(args['response_time_ms'] === undefined ? {} : { responseTimeMs: numberAt(args, 'response_time_ms') }),
      promptCharacters: numberAt(args, 'prompt_characters'),
      completionCharacters: numberAt(args, 'completion_characters'),
      numberOfQueries: numberAt(args, 'number_of_queries'),
      rerankUnits: units === null ? null : readRerankUnits(units),
      audioSeconds: numberAt(args, 'audio_transcription_file_duration') ?? 0,
    },
    context,
  );
  return { prompt_cost: cost.prompt, completion_cost: cost.completion, total: cost.prompt + cost.completion };
}

function wholeCost(row: JsonObject, context: PricingContext): number {
  const args = objectAt(row, 'args') ?? NO_OBJECT;
  const settings = objectAt(row, 'settings') ?? NO_OBJECT;
  const kind = KINDS.get(textAt(row, 'response_type') ?? '');
  const messages = args['messages'];
  return completionCost(
    {
      ...shared(row, args),
      model: textAt(row, 'model'),
      response: objectAt(row, 'response'),
      ...(kind === undefined ? {} : { responseKind: kind }),
      prompt: textAt(args, 'prompt') ?? '',
      messages: Array.isArray(messages) ? messages.filter(isJsonObject) : [],
      completion: textAt(args, 'completion') ?? '',
      totalTimeMs: numberAt(args, 'total_time'),
      regionName: textAt(args, 'region_name'),
      size: textAt(args, 'size'),
      quality: textAt(args, 'quality'),
      count: numberAt(args, 'n'),
      customPricing: args['custom_pricing'] === true,
      optionalParams: objectAt(args, 'optional_params'),
      baseModel: textAt(args, 'base_model'),
      builtInTools: objectAt(args, 'standard_built_in_tools_params'),
      adjustments: readAdjustments(settings['cost_discount_config'], settings['cost_margin_config']),
    },
    context,
  );
}
