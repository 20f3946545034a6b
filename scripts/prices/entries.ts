/** From the packages' price lists to entries in LiteLLM's format. */
import type { JsonObject, JsonValue } from '../../src/protocol/json.ts';
import type { Amounts, DescribedSource, PricedSource } from './sources.ts';

const PER_MILLION = 1e6;
const PER_THOUSAND = 1e3;
const SECONDS_PER_HOUR = 3600;

/** Our key, and how many of the package's unit make one of ours. */
const FIELDS: ReadonlyMap<string, readonly [key: string, per: number]> = new Map([
  ['input_mtok', ['input_cost_per_token', PER_MILLION]],
  ['output_mtok', ['output_cost_per_token', PER_MILLION]],
  ['cache_read_mtok', ['cache_read_input_token_cost', PER_MILLION]],
  ['cache_write_mtok', ['cache_creation_input_token_cost', PER_MILLION]],
  ['cache_write_1h_mtok', ['cache_creation_input_token_cost_above_1hr', PER_MILLION]],
  ['input_audio_mtok', ['input_cost_per_audio_token', PER_MILLION]],
  ['output_audio_mtok', ['output_cost_per_audio_token', PER_MILLION]],
  ['input_image_mtok', ['input_cost_per_image_token', PER_MILLION]],
  ['output_image_mtok', ['output_cost_per_image_token', PER_MILLION]],
  ['input_video_mtok', ['input_cost_per_video_token', PER_MILLION]],
  ['output_video_mtok', ['output_cost_per_video_token', PER_MILLION]],
  ['output_reasoning_mtok', ['output_cost_per_reasoning_token', PER_MILLION]],
  ['output_citation_mtok', ['citation_cost_per_token', PER_MILLION]],
  ['requests_kcount', ['input_cost_per_query', PER_THOUSAND]],
  ['input_document_kpages', ['ocr_cost_per_page', PER_THOUSAND]],
  ['input_annotated_document_kpages', ['annotation_cost_per_page', PER_THOUSAND]],
  ['audio_hours', ['input_cost_per_second', SECONDS_PER_HOUR]],
  ['input_audio_hours', ['input_cost_per_second', SECONDS_PER_HOUR]],
]);
/** Prices of the other package, under the names of this one. */
const COST_NAMES: ReadonlyMap<string, string> = new Map([
  ['input', 'input_mtok'],
  ['output', 'output_mtok'],
  ['cache_read', 'cache_read_mtok'],
  ['cache_write', 'cache_write_mtok'],
]);
const MODES: readonly (readonly [RegExp, string])[] = [
  [/embed|^voyage-|bge-|gte-/i, 'embedding'],
  [/rerank/i, 'rerank'],
  [/whisper|transcribe/i, 'audio_transcription'],
  [/tts/i, 'audio_speech'],
  [/gpt-image|dall-e|imagen|stable-diffusion|flux/i, 'image_generation'],
  [/moderation/i, 'moderation'],
  [/ocr/i, 'ocr'],
  [/-instruct$|davinci|babbage/i, 'completion'],
];

/** A quotient in as few digits as say the same price. */
const divided = (value: number, by: number): number => Number((value / by).toPrecision(12));

export function priceFields(amounts: Amounts): JsonObject {
  const fields: Record<string, JsonValue> = {};
  for (const [name, amount] of Object.entries(amounts)) {
    const field = FIELDS.get(name);
    if (amount === undefined || field === undefined) continue;
    const [key, per] = field;
    if (typeof amount === 'number') {
      fields[key] = divided(amount, per);
      continue;
    }
    fields[key] = divided(amount.base, per);
    for (const { start, price } of amount.tiers)
      fields[`${key}_above_${start / PER_THOUSAND}k_tokens`] = divided(price, per);
  }
  const searches = amounts['web_searches_kcount'];
  if (typeof searches === 'number') {
    const price = divided(searches, PER_THOUSAND);
    const sizes = ['low', 'medium', 'high'].map((size) => [`search_context_size_${size}`, price]);
    fields['search_context_cost_per_query'] = Object.fromEntries(sizes);
  }
  return fields;
}

/** Prices that hold on `today` (ISO date); hours with a lower price become `off_peak_pricing`. */
export function currentPrices(model: PricedSource, today: string): JsonObject {
  if (!Array.isArray(model.prices)) return priceFields(model.prices);
  let standard: Amounts = {};
  let hours: { readonly from: string; readonly to: string; readonly amounts: Amounts } | null = null;
  for (const { constraint, prices } of model.prices) {
    const from = constraint?.start_date;
    if (constraint === undefined || (from !== undefined && from <= today)) standard = prices;
    if (constraint?.start_time !== undefined && constraint.end_time !== undefined) {
      hours = { from: constraint.start_time.slice(0, 5), to: constraint.end_time.slice(0, 5), amounts: prices };
    }
  }
  if (hours === null) return priceFields(standard);
  // The list names the dear hours; LiteLLM's format names the cheap ones.
  return {
    ...priceFields(hours.amounts),
    off_peak_pricing: { hours_utc: `${hours.to}-${hours.from}`, ...priceFields(standard) },
  };
}

export function describedPrices(model: DescribedSource): JsonObject {
  const amounts: Amounts = {};
  for (const [name, value] of Object.entries(model.cost ?? {})) {
    const known = COST_NAMES.get(name);
    if (known !== undefined && value > 0) amounts[known] = value;
  }
  return priceFields(amounts);
}

export function facts(name: string, priced: PricedSource | null, model: DescribedSource | null): JsonObject {
  const fields: Record<string, JsonValue> = { mode: MODES.find(([pattern]) => pattern.test(name))?.[1] ?? 'chat' };
  const context = model?.limit?.context ?? priced?.context_window;
  const output = model?.limit?.output;
  if (context !== undefined && context > 0) fields['max_input_tokens'] = context;
  if (output !== undefined && output > 0) {
    fields['max_output_tokens'] = output;
    fields['max_tokens'] = output;
  }
  if (model === null) return fields;
  if (model.tool_call === true) {
    fields['supports_function_calling'] = true;
    fields['supports_tool_choice'] = true;
  }
  if (model.reasoning === true) fields['supports_reasoning'] = true;
  const input = model.modalities?.input ?? [];
  if (input.includes('image')) fields['supports_vision'] = true;
  if (input.includes('audio')) fields['supports_audio_input'] = true;
  if (input.includes('pdf')) fields['supports_pdf_input'] = true;
  return fields;
}
