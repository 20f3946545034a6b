/**
 * Usage of a stream whose provider does not tell it, where the caller asked: counted from what was sent and what came,
 * as LiteLLM does, in one last chunk. A part that cannot be counted counts nothing.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../../protocol/json.ts';
import type { CountRequest } from '../count-request.ts';

export class CountedUsage {
  readonly #model: string;
  readonly #body: JsonObject;
  readonly #count: (request: CountRequest) => number;
  #text = '';
  #head: JsonObject = {};

  constructor(model: string, body: JsonObject, count: (request: CountRequest) => number) {
    this.#model = model;
    this.#body = body;
    this.#count = count;
  }

  add(event: JsonObject): void {
    const { choices, usage: _usage, ...head } = event;
    this.#head = head;
    if (!isJsonArray(choices)) return;
    for (const choice of choices) {
      if (!isJsonObject(choice)) continue;
      const content = isJsonObject(choice['delta']) ? choice['delta']['content'] : choice['text'];
      if (typeof content === 'string') this.#text += content;
    }
  }

  chunk(): { readonly usage: JsonObject; readonly chunk: JsonObject } {
    const model = this.#model;
    const promptTokens = this.#countOrZero(this.#prompt());
    const completionTokens = this.#countOrZero({ model, text: this.#text, countResponseTokens: true });
    const usage = {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    };
    return { usage, chunk: { ...this.#head, choices: [], usage } };
  }

  #prompt(): CountRequest {
    const { messages, prompt } = this.#body;
    const model = this.#model;
    if (isJsonArray(messages)) return { model, messages: messages.filter(isJsonObject) };
    if (typeof prompt === 'string') return { model, messages: [{ role: 'user', content: prompt }] };
    return { model, text: isJsonArray(prompt) ? prompt : '' };
  }

  #countOrZero(request: CountRequest): number {
    try {
      return this.#count(request);
    } catch (error) {
      if (error instanceof GatewayError) return 0;
      throw error;
    }
  }
}
