/** What has to be counted of a call because no usage tells it: tokens, characters, units of reranking. */
import { isJsonArray, isJsonObject, type JsonObject } from '../protocol/json.ts';
import type { CompletionCostContext, ReadCall } from './completion-cost.ts';
import { textAt } from './price-entry.ts';
import { exactProviderPricing } from './provider-rows.ts';
import { countCharacters, readRerankUnits, type RerankUnits } from './unit-costs.ts';
import { plainUsage, type TokenUsage } from './usage.ts';

const NO_OBJECT: JsonObject = {};

/** Without an answer the texts themselves are counted. */
export function countedUsage(model: string, call: ReadCall, context: CompletionCostContext): TokenUsage {
  const { messages = [], prompt = '', completion = '' } = call.request;
  let promptTokens = 0;
  if (messages.length > 0) promptTokens = context.countTokens({ model, messages });
  else if (prompt !== '') promptTokens = context.countTokens({ model, text: prompt });
  return plainUsage(promptTokens, completion === '' ? 0 : context.countTokens({ model, text: completion }));
}

interface CharacterCounts {
  readonly promptCharacters: number | null;
  readonly completionCharacters: number | null;
}

const NO_CHARACTERS: CharacterCounts = { promptCharacters: null, completionCharacters: null };

export function characterCounts(provider: string | null, call: ReadCall): CharacterCounts {
  const byCharacter = exactProviderPricing(provider ?? '').countsCharacters === true;
  if (!byCharacter && call.callType !== 'speech') return NO_CHARACTERS;
  const { request, response } = call;
  const spoken = call.callType === 'speech' ? countCharacters(request.prompt ?? '') : null;
  if (!byCharacter) return { promptCharacters: spoken, completionCharacters: null };
  const { messages = [] } = request;
  const prompt =
    messages.length > 0 ? countCharacters(messages.map((message) => textOf(message['content'])).join('')) : null;
  const answer = request.responseKind === 'chat' && response !== null ? countCharacters(answerText(response)) : null;
  return { promptCharacters: spoken ?? prompt, completionCharacters: answer };
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (isJsonObject(part) ? (textAt(part, 'text') ?? '') : '')).join('');
}

function answerText(response: JsonObject): string {
  const { choices } = response;
  if (!isJsonArray(choices)) return '';
  return choices
    .map((choice) =>
      isJsonObject(choice) && isJsonObject(choice['message']) ? textOf(choice['message']['content']) : '',
    )
    .join('');
}

export function rerankUnits(response: JsonObject | null): RerankUnits | null {
  const meta = response === null ? undefined : response['meta'];
  const units = isJsonObject(meta) ? meta['billed_units'] : undefined;
  return response === null ? null : readRerankUnits(isJsonObject(units) ? units : NO_OBJECT);
}
