/**
 * Usage of a stream: what its chunks tell, the last word of each; what none of them tells is counted. LiteLLM-compat:
 * counts of 0 tell nothing, so they are counted too.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { CountRequest } from '../count-request.ts';

export interface StreamedAnswer {
  readonly model: string;
  /** Whole choices of chats or text completions. */
  readonly choices: readonly JsonObject[];
  readonly messages: readonly object[] | null;
  /** LiteLLM-compat: a stream of text alone says that nothing was reasoned. */
  readonly textOnly: boolean;
}

export type CountTokens = (request: CountRequest) => number;

/** Details that the last chunk which has any of them tells. */
const LAST_WORD = ['prompt_tokens_details', 'completion_tokens_details', 'cost', 'server_tool_use'] as const;
/** A 0 of these never replaces more. */
const CACHE_COUNTS = ['cache_creation_input_tokens', 'cache_read_input_tokens'] as const;

export class StreamUsage {
  #promptTokens = 0;
  #completionTokens = 0;
  readonly #beside: Record<string, JsonValue> = {};

  add(usage: JsonObject): void {
    this.#promptTokens = positive(usage['prompt_tokens']) ?? this.#promptTokens;
    this.#completionTokens = positive(usage['completion_tokens']) ?? this.#completionTokens;
    for (const name of CACHE_COUNTS) {
      const value = usage[name];
      if (typeof value === 'number' && (value > 0 || this.#beside[name] === undefined)) this.#beside[name] = value;
    }
    for (const name of LAST_WORD) {
      const value = usage[name];
      if (value !== undefined && value !== null && !isEmpty(value)) this.#beside[name] = value;
    }
  }

  whole(answer: StreamedAnswer, count: CountTokens): JsonObject {
    const promptTokens = this.#promptTokens || countedPrompt(answer, count);
    const completionTokens = this.#completionTokens || countedAnswer(answer, count);
    const details = this.#completionDetails(answer, completionTokens, count);
    const cached = this.#cacheDetails();
    return {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      ...this.#beside,
      ...(cached === null ? {} : { prompt_tokens_details: cached }),
      ...(details === null ? {} : { completion_tokens_details: details }),
    };
  }

  /** LiteLLM-compat: counts that stand beside those of the prompt are told among its details, too. */
  #cacheDetails(): JsonObject | null {
    const { cache_creation_input_tokens: written, cache_read_input_tokens: read } = this.#beside;
    if (written === undefined && read === undefined) return null;
    const told = this.#beside['prompt_tokens_details'];
    return {
      ...(isJsonObject(told) ? told : {}),
      ...(read === undefined ? {} : { cached_tokens: read }),
      ...(written === undefined ? {} : { cache_creation_tokens: written, cache_write_tokens: written }),
    };
  }

  #completionDetails(answer: StreamedAnswer, completionTokens: number, count: CountTokens): JsonObject | null {
    const told = this.#beside['completion_tokens_details'];
    const reasoned = answer.textOnly ? 0 : reasonedTokens(answer, count);
    if (!isJsonObject(told)) return reasoned === null ? null : { reasoning_tokens: reasoned };
    if ((told['reasoning_tokens'] ?? null) !== null || reasoned === null) return told;
    const reasoningTokens = Math.min(Math.max(0, reasoned), completionTokens);
    const textTokens = told['text_tokens'] ?? completionTokens - reasoningTokens;
    return { ...told, reasoning_tokens: reasoningTokens, text_tokens: textTokens };
  }
}

function isEmpty(value: JsonValue): boolean {
  return isJsonObject(value) && Object.values(value).every((member) => member === null);
}

function positive(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && value > 0 ? value : null;
}

/** 0 where it cannot be counted. */
function countedPrompt({ model, messages }: StreamedAnswer, count: CountTokens): number {
  return messages === null ? 0 : counted(count, { model, messages });
}

function countedAnswer({ model, choices }: StreamedAnswer, count: CountTokens): number {
  const text = choices.map(({ text: plain, message }) => textOf(plain) + saidIn(message)).join('');
  return counted(count, { model, text, countResponseTokens: true });
}

/** LiteLLM-compat: calls count as the JSON of their members. */
function saidIn(message: JsonValue | undefined): string {
  if (!isJsonObject(message)) return '';
  const { content, tool_calls: calls, function_call: called } = message;
  const written = [...(isJsonObject(called) ? [called] : []), ...(isJsonArray(calls) ? calls : [])];
  return textOf(content) + written.map((call) => JSON.stringify(call)).join('');
}

function reasonedTokens({ choices }: StreamedAnswer, count: CountTokens): number | null {
  const texts = choices
    .map(({ message }) => (isJsonObject(message) ? textOf(message['reasoning_content']) : ''))
    .filter((text) => text !== '');
  if (texts.length === 0) return null;
  return texts.reduce((sum, text) => sum + counted(count, { text, countResponseTokens: true }), 0);
}

function counted(count: CountTokens, request: CountRequest): number {
  try {
    return count(request);
  } catch (error) {
    if (error instanceof GatewayError) return 0;
    throw error;
  }
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
