/**
 * LiteLLM's `trim_messages`: leaves out or shortens the oldest messages until the rest fits a model's context window.
 *
 * Promises: the system messages, joined into one, come first; tool messages at the end stay as they are; a message that
 * does not fit is shortened in its middle; the messages handed in are not changed; what cannot be counted or shortened
 * is handed back as it came. Each message is counted once, and shortened ones at most ten times more.
 * Source: LiteLLM `utils.py` (`trim_messages`), after KillianLucas/tokentrim.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { countCodePoints, skipCodePoints, skipCodePointsBack } from '../primitives/code-points.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import type { CountRequest } from '../tokenizer/chat/contract.ts';

const DEFAULT_TRIM_RATIO = 0.75;
const MOST_ATTEMPTS = 10;
/** Every reply is primed with these; they are in each count, and no message is. */
const PRIMING_TOKENS = 3;
/** A blank message costs an OpenAI model seven tokens: nothing is shortened below this. */
const LEAST_GPT_TOKENS = 10;

export interface TrimOptions {
  /** Its context window is the limit, unless `maxTokens` is given. */
  readonly model?: string | undefined;
  /** Part of the context window that may be used; default 0.75. */
  readonly trimRatio?: number | undefined;
  /** The limit itself. */
  readonly maxTokens?: number | undefined;
  /** Whether the tokens that are left for the answer are wanted, too. Default false. */
  readonly returnResponseTokens?: boolean | undefined;
  /** LiteLLM's numbers instead of exact ones. */
  readonly compat?: 'litellm' | undefined;
}

export interface TrimmedMessages<Message = JsonObject> {
  /** A list of its own, of messages that may be those handed in. */
  readonly messages: Message[];
  /** Tokens of the limit that are left for the answer; null when nothing was trimmed, or they are not wanted. */
  readonly responseTokens: number | null;
}

/** What trimming has to ask. */
export interface TrimContext {
  count(request: CountRequest): number;
  /** `max_input_tokens` of a listed model, else its `max_tokens`; null: not known. */
  contextWindow(model: string): number | null;
}

export function trim(messages: readonly JsonObject[], options: TrimOptions, context: TrimContext): TrimmedMessages {
  const { model, trimRatio = DEFAULT_TRIM_RATIO } = options;
  const window = model === undefined ? null : context.contextWindow(model);
  const limit = options.maxTokens ?? (window === null ? null : Math.trunc(window * trimRatio));
  const untouched: TrimmedMessages = { messages: [...messages], responseTokens: null };
  if (limit === null) return untouched;
  try {
    return new Trimmer(options, context).trim(messages, limit);
  } catch (error) {
    // LiteLLM-compat: messages that it cannot work with go back as they came.
    if (error instanceof GatewayError) return untouched;
    throw error;
  }
}

class Trimmer {
  readonly #options: TrimOptions;
  readonly #context: TrimContext;

  constructor(options: TrimOptions, context: TrimContext) {
    this.#options = options;
    this.#context = context;
  }

  trim(messages: readonly JsonObject[], limit: number): TrimmedMessages {
    const system = joinSystemMessages(messages);
    let end = messages.length;
    while (end > 0 && messages[end - 1]?.['role'] === 'tool') end--;
    const tools = messages.slice(end);
    const counted = messages.slice(0, end).map((message) => ({ message, tokens: this.#count(message) }));
    if (sum(counted) + PRIMING_TOKENS < limit) return { messages: [...messages], responseTokens: null };
    if (system === '') {
      const kept = this.#fit(counted, limit);
      return this.#result([...kept, ...tools], limit);
    }
    const head = this.#systemMessage(system, limit);
    const left = limit - this.#count(head) - PRIMING_TOKENS;
    if (left === 0) return { messages: [head], responseTokens: null };
    const others = counted.filter(({ message }) => message['role'] !== 'system');
    // LiteLLM-compat: it takes the system message off its limit twice.
    return this.#result(
      [head, ...this.#fit(others, left), ...tools],
      this.#options.compat === 'litellm' ? left : limit,
    );
  }

  #result(messages: JsonObject[], limit: number): TrimmedMessages {
    if (this.#options.returnResponseTokens !== true) return { messages, responseTokens: null };
    let tokens = PRIMING_TOKENS;
    for (const message of messages) tokens += this.#count(message);
    return { messages, responseTokens: limit - tokens };
  }

  #systemMessage(text: string, limit: number): JsonObject {
    const message: JsonObject = { role: 'system', content: text };
    return this.#count(message) + PRIMING_TOKENS > limit ? this.#shortened(message, limit) : message;
  }

  /** The newest messages that fit, oldest first; those that do not are shortened, or left out. */
  #fit(messages: readonly CountedMessage[], limit: number): readonly JsonObject[] {
    const kept: JsonObject[] = [];
    let used = PRIMING_TOKENS;
    for (const { message, tokens } of messages.toReversed()) {
      const available = limit - used;
      if (available <= 3) break;
      if (used + tokens <= limit) {
        kept.push(message);
        used += tokens;
      } else if (!Object.hasOwn(message, 'function_call')) {
        const shortened = this.#shortened(message, available);
        const shortenedTokens = this.#count(shortened);
        if (used + shortenedTokens > limit) continue;
        kept.push(shortened);
        used += shortenedTokens;
      }
    }
    return kept.reverse();
  }

  /** A copy of the message with the middle of its content replaced by two points, so that it has about `tokens` tokens. */
  #shortened(message: JsonObject, tokens: number): JsonObject {
    if (this.#options.model?.includes('gpt') === true && tokens <= LEAST_GPT_TOKENS) return message;
    let shortened = message;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const total = this.#count(shortened) + PRIMING_TOKENS;
      if (total <= tokens) break;
      const content = shortened['content'];
      if (typeof content !== 'string')
        throw new GatewayError('bad_request', 'A message without a text cannot be shortened.');
      shortened = { ...shortened, content: this.#cut(content, tokens / total) };
    }
    return shortened;
  }

  #cut(content: string, ratio: number): string {
    const half = Math.floor(Math.max(0, Math.trunc(countCodePoints(content) * ratio) - 1) / 2);
    const head = content.slice(0, skipCodePoints(content, 0, half));
    if (half > 0) return `${head}..${content.slice(skipCodePointsBack(content, half))}`;
    // LiteLLM-compat: its `content[-0:]` is the whole text, so that a message grows instead of shrinking.
    return this.#options.compat === 'litellm' ? `..${content}` : '..';
  }

  #count(message: JsonObject): number {
    const { model = '', compat } = this.#options;
    return this.#context.count({ model, compat, messages: [message] }) - PRIMING_TOKENS;
  }
}

interface CountedMessage {
  readonly message: JsonObject;
  readonly tokens: number;
}

function sum(messages: readonly CountedMessage[]): number {
  let tokens = 0;
  for (const message of messages) tokens += message.tokens;
  return tokens;
}

function joinSystemMessages(messages: readonly JsonObject[]): string {
  let joined = '';
  for (const message of messages) {
    if (!isJsonObject(message) || message['role'] === undefined)
      throw new GatewayError('bad_request', 'A message without a role cannot be trimmed.');
    if (message['role'] !== 'system') continue;
    if (joined !== '') joined += '\n';
    joined += systemText(message['content']);
  }
  return joined;
}

function systemText(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  const kind = isJsonArray(content) ? 'parts' : 'no text';
  throw new GatewayError('bad_request', `A system message with ${kind} cannot be trimmed.`);
}
