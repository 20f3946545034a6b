/**
 * Prices of generated pictures: by the tokens that the answer reports, else by picture, else by pixel, from keys that
 * may name quality and size (`hd/1024-x-1792/dall-e-3`).
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { shownName } from '../errors/shown-name.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../protocol/json.ts';
import { vertexSearchCost } from './google-cost.ts';
import { numberAt, textAt } from './price-entry.ts';
import type { PricedModel, PricedModels } from './priced-models.ts';
import { tokenCost, type BillingConditions } from './token-cost.ts';
import { plainUsage, readUsage, type CompletionDetails, type PromptDetails, type TokenUsage } from './usage.ts';

export interface ImageCall {
  readonly models: PricedModels;
  readonly model: string;
  readonly provider: string | null;
  readonly response: JsonObject;
  readonly quality: string | null;
  readonly size: string | null;
  readonly count: number | null;
  readonly options: JsonObject;
  readonly at: number;
}

const DEFAULT_SIZE = '1024-x-1024';
const SIZE = /^\d+(?:x|-x-)\d+$/;

const pictures = (call: ImageCall): number => {
  const { data } = call.response;
  return isJsonArray(data) ? data.length : 0;
};

function sizeOf(call: ImageCall): string {
  const asked = textAt(call.options, 'size');
  const known = call.size || textAt(call.response, 'size') || (asked !== null && SIZE.test(asked) ? asked : null);
  return known ?? DEFAULT_SIZE;
}

function qualityOf(call: ImageCall): string {
  return call.quality || textAt(call.response, 'quality') || textAt(call.options, 'quality') || 'standard';
}

/** By picture or by pixel, under the most exact key that the map has. @throws GatewayError `not_found` */
export function listedImageCost(call: ImageCall): number {
  const { model, provider } = call;
  const written = sizeOf(call);
  const size = written.includes('x') && !written.includes('-x-') ? written.replaceAll('x', '-x-') : written;
  const [height = Number.NaN, width = Number.NaN] = size.split('-x-').map(Number);
  const quality = qualityOf(call);
  const prefix = provider === null ? null : `${provider}/`;
  const bare = prefix !== null && model.startsWith(prefix) ? model.replaceAll(prefix, '') : null;
  const base = bare === null ? `${size}/${model}` : `${prefix}${size}/${bare}`;
  const last = `${size}/${model.slice(model.lastIndexOf('/') + 1)}`;
  const keys = [`${quality}/${base}`, base, `high/${base}`, `${quality}/${last}`, last, model, bare];
  const tried = keys.map((key) => (key === null ? 'None' : `'${shownName(key)}'`)).join(', ');
  const entry = keys.map((key) => (key === null ? undefined : call.models.context.prices.get(key))).find(Boolean);
  if (entry === undefined) {
    throw new GatewayError('not_found', `Model not found in cost map. Tried checking [${tried}]`);
  }
  const count = call.count ?? pictures(call);
  const perImage = numberAt(entry, 'input_cost_per_image');
  if (perImage !== null) return perImage * count;
  const perPixel = numberAt(entry, 'input_cost_per_pixel');
  if (perPixel !== null) return perPixel * height * width * count;
  throw new GatewayError(
    'not_found',
    `No pricing information found for model ${shownName(model)}. Tried checking [${tried}]`,
  );
}

/** OpenAI: its newer models by tokens, the others by picture. */
export function openaiImageCost(call: ImageCall): number {
  if (!call.model.toLowerCase().includes('gpt-image')) return listedImageCost(call);
  const { usage } = call.response;
  if (!isJsonObject(usage)) return 0;
  const model = call.models.require(call.model, call.provider);
  const chat = 'prompt_tokens' in usage ? readUsage(usage) : null;
  if (chat !== null && (chat.completion !== null || usage['input_tokens'] === undefined))
    return total(model, chat, call);
  return usageCost(model, call) ?? 0;
}

/** Per picture made. */
export function perPictureCost(call: ImageCall): number {
  const { info } = call.models.require(call.model, call.provider);
  return (numberAt(info, 'output_cost_per_image') ?? 0) * pictures(call);
}

/** By the tokens reported, else per picture. */
export function tokensOrPictureCost(call: ImageCall): number {
  const model = call.models.require(call.model, call.provider);
  return usageCost(model, call) ?? perPictureCost(call);
}

/** Google: the same, and the searches made for the picture. */
export function googleImageCost(call: ImageCall): number {
  const model = call.models.require(call.model, call.provider);
  const { usage } = call.response;
  const searches = isJsonObject(usage) ? (numberAt(usage, 'web_search_requests') ?? 0) : 0;
  const cost = usageCost(model, call) ?? perPictureCost(call);
  if (searches === 0) return cost;
  return cost + vertexSearchCost(readUsage({ prompt_tokens_details: { web_search_requests: searches } }), model);
}

/** Bedrock: Stability's first models are listed by size and steps. */
export function bedrockImageCost(call: ImageCall): number {
  const { model } = call;
  if (model.includes('amazon.titan')) return perPictureCost({ ...call, provider: null });
  const listedByName = ['amazon.nova-canvas', 'sd3', 'stable-image'].some((word) => model.includes(word));
  if (listedByName) return perPictureCost(call);
  const steps = (numberAt(call.options, 'steps') ?? 50) > 50 ? 'max-steps' : '50-steps';
  return perPictureCost({ ...call, model: `${sizeOf(call)}/${steps}/${model}` });
}

const FAL_SIZES: ReadonlyMap<string, string> = new Map([
  ['square_hd', '1024-x-1024'],
  ['square', '512-x-512'],
  ['portrait_4_3', '768-x-1024'],
  ['portrait_16_9', '576-x-1024'],
  ['landscape_4_3', '1024-x-768'],
  ['landscape_16_9', '1024-x-576'],
]);
const FAL_DEFAULT_SIZE = '1024-x-768';

/** fal.ai: by quality and size where the map lists them, else per picture. */
export function falImageCost(call: ImageCall): number {
  const prefix = `${call.provider}/`;
  const model = call.model.startsWith(prefix) ? call.model.slice(prefix.length) : call.model;
  const size = falSize(model, call.options);
  const asked = textAt(call.options, 'quality');
  const quality = asked === null || asked === 'auto' ? 'high' : asked;
  const entry = size === null ? undefined : call.models.context.prices.get(`${prefix}${quality}/${size}/${model}`);
  const keyed = entry === undefined ? null : numberAt(entry, 'output_cost_per_image');
  return keyed === null ? perPictureCost({ ...call, model }) : keyed * pictures(call);
}

function falSize(model: string, options: JsonObject): string | null {
  const asked = options['image_size'];
  if (asked == null) return model.endsWith('/edit') ? null : FAL_DEFAULT_SIZE;
  if (typeof asked === 'string') return FAL_SIZES.get(asked) ?? null;
  if (!isJsonObject(asked)) return null;
  const width = numberAt(asked, 'width');
  const height = numberAt(asked, 'height');
  return width === null || height === null ? null : `${width}-x-${height}`;
}

/** null: the answer reports no usage. Output that is not broken down is pictures. */
function usageCost(model: PricedModel, call: ImageCall): number | null {
  const { usage } = call.response;
  if (!isJsonObject(usage)) return null;
  const input = numberAt(usage, 'input_tokens');
  const output = numberAt(usage, 'output_tokens');
  if (input === null || output === null || (input === 0 && output === 0)) return null;
  return total(model, { ...plainUsage(input, output), ...details(usage, output) }, call);
}

function details(usage: JsonObject, output: number): { prompt: PromptDetails | null; completion: CompletionDetails } {
  const given = usage['completion_tokens_details'] ?? usage['output_tokens_details'];
  const inputDetails = usage['input_tokens_details'];
  const prompt = isJsonObject(inputDetails)
    ? readUsage({
        prompt_tokens: 0,
        prompt_tokens_details: {
          text_tokens: numberAt(inputDetails, 'text_tokens'),
          image_tokens: numberAt(inputDetails, 'image_tokens'),
        },
      }).prompt
    : null;
  if (!isJsonObject(given)) {
    return { prompt, completion: { text: 0, image: output, audio: 0, reasoning: 0, video: 0 } };
  }
  const part = (key: string): number => numberAt(given, key) ?? 0;
  const known = part('text_tokens') + part('image_tokens') + part('audio_tokens') + part('reasoning_tokens');
  return {
    prompt,
    completion: {
      text: part('text_tokens') + Math.max(0, output - known),
      image: part('image_tokens'),
      audio: part('audio_tokens'),
      reasoning: part('reasoning_tokens'),
      video: 0,
    },
  };
}

function total(model: PricedModel, usage: TokenUsage, call: ImageCall): number {
  const conditions: BillingConditions = { serviceTier: null, dataResidency: null, vertexLocation: null, at: call.at };
  const cost = tokenCost(model.prices, usage, conditions);
  return cost.prompt + cost.completion;
}
