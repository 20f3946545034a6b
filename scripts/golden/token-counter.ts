/**
 * Golden set `token-counter`: LiteLLM's `token_counter`, in its own mode, without tokenizers of the hub (as recorded).
 * Where LiteLLM raises, any refusal of ours is right: its classes (ValueError, KeyError, TypeError, UnboundLocalError)
 * and texts are Python's. A row of `COUNTED` may be counted instead, as the golden README allows.
 */
import { GatewayError } from '../../src/errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../src/protocol/json.ts';
import type { CountRequest, ModelFamilies, ModelTokenCounter } from '../../src/tokenizer/chat/contract.ts';
import { createModelTokenCounter } from '../../src/tokenizer/chat/model-token-counter.ts';
import { getEncoding } from '../../src/tokenizer/get-encoding.ts';
import { textAt } from '../../src/pricing/price-entry.ts';
import type { PriceLookup } from '../../src/pricing/price-table.ts';
import { priceFamilies } from '../../src/client/model-families.ts';
import { difference, show } from './difference.ts';
import { pricingContext } from './pricing-context.ts';
import type { GoldenRunner } from './runner.ts';

/** Messages of errors where LiteLLM meets something that it should know. */
const COUNTED = /Invalid content item type: (?:input_audio|video_url|redacted_thinking)\b|^'items'$|^'function'$/;

const counters = new Map<string, ModelTokenCounter>();

function counterOf(pricesPath: string): ModelTokenCounter {
  const known = counters.get(pricesPath);
  if (known !== undefined) return known;
  const prices: PriceLookup = pricingContext(pricesPath).prices;
  const families: ModelFamilies = priceFamilies(prices);
  const counter = createModelTokenCounter({ families, encoding: getEncoding, mode: 'litellm' });
  counters.set(pricesPath, counter);
  return counter;
}

function repeatedText([unit, times]: readonly JsonValue[]): string {
  return typeof unit === 'string' && typeof times === 'number' ? unit.repeat(times) : '';
}

function requestOf(input: JsonObject): CountRequest {
  const repeated = input['text_repeat'];
  const given: Record<string, JsonValue | undefined> = {
    model: input['model'],
    text: isJsonArray(repeated) ? repeatedText(repeated) : input['text'],
    messages: input['messages'],
    tools: input['tools'],
    toolChoice: input['tool_choice'],
    countResponseTokens: input['count_response_tokens'],
    useDefaultImageTokenCount: input['use_default_image_token_count'],
    defaultTokenCount: input['default_token_count'],
  };
  // Some rows hold what the types forbid; what becomes of it is recorded, too.
  return given;
}

export const runner: GoldenRunner = {
  sets: /^token-counter$/,
  run(row, context) {
    const input = isJsonObject(row['input']) ? row['input'] : {};
    const counter = counterOf(context.pricesPath);
    try {
      const tokens = counter.count(requestOf(input));
      const error = row['error'];
      if (!isJsonObject(error)) return difference({ tokens: row['tokens'] }, { tokens });
      return COUNTED.test(textAt(error, 'message') ?? '') ? null : `want ${show(error)} got ${tokens}`;
    } catch (error) {
      if (error instanceof GatewayError && row['error'] !== undefined) return null;
      throw error;
    }
  },
};
