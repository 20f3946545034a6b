/**
 * Tokens of a chat by LiteLLM's rules, with one tokenizer: constants around messages and names, every text field, tool
 * calls, content parts, tool definitions, tool choice.
 *
 * Promises: linear; no allocation of its own for messages of texts; hostile nesting is refused. A count belongs to one
 * call: not to be entered again from the tokenizer that it calls.
 * Source: LiteLLM `litellm_core_utils/token_counter.py`.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { pythonCompactJson, pythonStr } from '../../protocol/python-text.ts';
import type { TextCounter, TextTokenizer } from '../contract.ts';
import { countParts, isFalsy } from './content-parts.ts';
import type { CountMode, CountRequest, ImageSize, TokenCount } from './contract.ts';
import { CountScope } from './count-scope.ts';
import { LitellmTextCounter } from './litellm-text-counter.ts';
import { formatToolDefinitions } from './tool-definitions.ts';

/** Every reply is primed with `<|start|>assistant<|message|>`. */
const PRIMING_TOKENS = 3;
const TOOLS_TOKENS = 9;
/** Tools and a system message share some. */
const TOOLS_WITH_SYSTEM_TOKENS = -4;
const NAMED_TOOL_TOKENS = 7;

export interface ChatCounterOptions {
  readonly tokenizer: TextTokenizer;
  /** Whether the tokenizer is the model's own. */
  readonly own: boolean;
  readonly mode: CountMode;
  /** Whether LiteLLM cuts texts for this tokenizer. */
  readonly inChunks: boolean;
  /** The constants of `gpt-3.5-turbo-0301`: 4 for a message and -1 for a name, instead of 3 and 1. */
  readonly legacy: boolean;
  readonly remoteImageSize: ((url: string) => ImageSize | null) | null;
}

export class ChatCounter {
  readonly tokenizer: TextTokenizer;
  readonly own: boolean;
  readonly #texts: TextCounter;
  readonly #chunked: LitellmTextCounter | null;
  readonly #scope: CountScope;
  readonly #perMessage: number;
  readonly #perName: number;

  constructor(options: ChatCounterOptions) {
    this.tokenizer = options.tokenizer;
    this.own = options.own;
    this.#chunked = options.mode === 'litellm' ? new LitellmTextCounter(options.tokenizer, options.inChunks) : null;
    this.#texts = this.#chunked ?? options.tokenizer;
    this.#scope = new CountScope(this.#texts, options.mode, options.remoteImageSize);
    this.#perMessage = options.legacy ? 4 : 3;
    this.#perName = options.legacy ? -1 : 1;
  }

  /** @throws GatewayError `bad_request` */
  count(request: CountRequest): number {
    const { text, messages } = request;
    this.#scope.begin(request);
    if (text !== undefined && text !== null) {
      if (messages !== undefined && messages !== null) throw refused('`text` and `messages` are both given; send one');
      return this.#countText(text, request);
    }
    if (messages === undefined || messages === null) throw refused('neither `messages` nor `text` is given; send one');
    const listed = isJsonArray(messages) ? messages : noMessages(messages);
    let tokens = 0;
    for (const message of listed) tokens += this.#countMessage(message);
    const counts = request.countResponseTokens;
    // LiteLLM-compat: null, too, counts as an answer.
    return counts === undefined || counts === false ? tokens + this.#countExtra(request, listed) : tokens;
  }

  /** @throws GatewayError `bad_request` */
  measure(request: CountRequest): TokenCount {
    if (this.#chunked !== null) this.#chunked.approximated = false;
    const tokens = this.count(request);
    const isExact = this.own && !this.#scope.guessed && this.#chunked?.approximated !== true;
    return { tokens, exactness: isExact ? 'exact' : 'estimate', tokenizer: this.tokenizer.name };
  }

  #countText(text: string | readonly JsonValue[], request: CountRequest): number {
    if (!isFalsy(request.tools ?? undefined) || !isFalsy(request.toolChoice))
      throw refused('`tools` and `toolChoice` belong to `messages`, not to `text`; leave them out');
    if (typeof text === 'string') return this.#texts.count(text);
    if (!isJsonArray(text)) throw refused('`text` is neither a text nor a list of texts');
    return this.#texts.count(text.filter((piece) => typeof piece === 'string').join(''));
  }

  #countMessage(message: JsonValue): number {
    if (!isJsonObject(message)) throw refused('a message is not an object');
    let tokens = this.#perMessage;
    // slow in a null-prototype object, but a copy of keys or entries would be an allocation for every message
    for (const key in message) {
      const value = message[key];
      if (typeof value !== 'string') tokens += this.#countField(key, value);
      else if (key === 'tool_calls' || key === 'function_call') throw refused(`\`${key}\` of a message is a text`);
      else tokens += this.#texts.count(value) + (key === 'name' ? this.#perName : 0);
    }
    return tokens;
  }

  /** A field that is not a text; those without a rule count nothing. */
  #countField(key: string, value: JsonValue | undefined): number {
    if (value === undefined || value === null) return 0;
    if (key === 'content') return isJsonArray(value) ? countParts(value, this.#scope) : 0;
    if (key === 'tool_calls') return this.#countToolCalls(value);
    if (key === 'function_call') {
      if (!isJsonObject(value)) throw refused('`function_call` of a message is not an object');
      return this.#countArguments(value);
    }
    if (key === 'search_results' && isJsonArray(value)) return this.#texts.count(searchResultsText(value));
    return 0;
  }

  #countToolCalls(calls: JsonValue): number {
    if (!isJsonArray(calls)) throw refused('`tool_calls` of a message is not a list');
    let tokens = 0;
    for (const call of calls) {
      if (!isJsonObject(call)) throw refused('a tool call is not an object');
      const { function: called, custom } = call;
      if (isJsonObject(called)) tokens += this.#countArguments(called);
      // OpenAI's custom tools have a text for input; LiteLLM does not know them and refuses.
      else if (this.#scope.mode === 'exact' && isJsonObject(custom)) tokens += this.#countStr(custom['input'] ?? '');
      else throw refused('a tool call has no `function`');
    }
    return tokens;
  }

  #countArguments(called: JsonObject): number {
    const given = called['arguments'];
    return given === undefined ? 0 : this.#countStr(given);
  }

  /** Texts as they are, however long; anything else as Python writes it. */
  #countStr(value: JsonValue): number {
    return this.#texts.count(typeof value === 'string' ? value : pythonStr(value));
  }

  #countExtra(request: CountRequest, messages: readonly JsonValue[]): number {
    const { tools, toolChoice } = request;
    let tokens = PRIMING_TOKENS;
    if (tools !== undefined && tools !== null && !isFalsy(tools)) {
      if (typeof tools === 'number' || typeof tools === 'boolean') throw refused('`tools` is not a list');
      this.#scope.guessed = true;
      tokens += TOOLS_TOKENS + this.#texts.count(formatToolDefinitions(isJsonArray(tools) ? tools : []));
      if (messages.some(isSystemMessage)) tokens += TOOLS_WITH_SYSTEM_TOKENS;
    }
    if (toolChoice === undefined || toolChoice === null) return tokens;
    if (toolChoice === 'none') return tokens + 1;
    return isJsonObject(toolChoice) ? tokens + this.#countNamedTool(toolChoice) : tokens;
  }

  /** OpenAI's `{type, function: {name}}`; LiteLLM fails on Anthropic's `{type, name}` and on a bare `{type}`. */
  #countNamedTool(choice: JsonObject): number {
    this.#scope.guessed = true;
    const { function: called, name = null } = choice;
    if (isJsonObject(called)) {
      const given = called['name'];
      return NAMED_TOOL_TOKENS + (given === undefined ? 0 : this.#countStr(given));
    }
    return typeof name === 'string' ? NAMED_TOOL_TOKENS + this.#texts.count(name) : 0;
  }
}

/** LiteLLM-compat: an empty text and an empty object are no messages. @throws GatewayError for anything else */
function noMessages(given: JsonValue): readonly JsonValue[] {
  if (given === '' || (isJsonObject(given) && isFalsy(given))) return [];
  throw refused('`messages` is not a list');
}

const isSystemMessage = (message: JsonValue): boolean => isJsonObject(message) && message['role'] === 'system';

/** What the model sees of a tool message's `search_results`, joined as LiteLLM joins it. */
function searchResultsText(results: readonly JsonValue[]): string {
  let text = '';
  for (const result of results) {
    if (!isJsonObject(result)) continue;
    const { source, title, content, citations } = result;
    if (typeof source === 'string') text += source;
    if (typeof title === 'string') text += title;
    if (isJsonArray(content)) {
      for (const block of content) if (isJsonObject(block) && typeof block['text'] === 'string') text += block['text'];
    }
    if (citations !== undefined && citations !== null) text += pythonCompactJson(citations);
  }
  return text;
}

const refused = (what: string): GatewayError => new GatewayError('bad_request', `Tokens cannot be counted: ${what}.`);
