/**
 * LiteLLM's functions about tokens as a library: counting, encoding, trimming. Encodings are loaded when first used;
 * tokenizers of the Hugging Face hub only by `loadTokenizer`.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { numberAt } from '../pricing/price-entry.ts';
import type { PriceLookup } from '../pricing/price-table.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { ModelTokenCounter, TokenCount } from '../tokenizer/chat/contract.ts';
import { createModelTokenCounter } from '../tokenizer/chat/model-token-counter.ts';
import { selectTokenizer } from '../tokenizer/chat/select-tokenizer.ts';
import type { TextTokenizer } from '../tokenizer/contract.ts';
import { getEncoding } from '../tokenizer/get-encoding.ts';
import { loadHuggingFaceTokenizer, type HuggingFaceSource } from '../tokenizer/hugging-face.ts';
import { checkModel, checkQuestion, type Members } from './check-question.ts';
import { asJson, type CountRequest } from './count-request.ts';
import { HubTokenizers } from './hub-tokenizers.ts';
import { priceFamilies } from './model-families.ts';
import { trim, type TrimmedMessages, type TrimOptions } from './trim-messages.ts';

/** Whose ids: those of a model's tokenizer, or of one's own. */
export interface TokenizerQuestion {
  readonly model?: string | undefined;
  readonly customTokenizer?: TextTokenizer | null | undefined;
  /** LiteLLM's choice, which is `cl100k_base` for every OpenAI model, instead of the model's own encoding. */
  readonly compat?: 'litellm' | undefined;
}

export interface EncodeQuestion extends TokenizerQuestion {
  readonly text: string;
}

export interface DecodeQuestion extends TokenizerQuestion {
  readonly tokens: Iterable<number>;
}

export interface TokenLibrary {
  /** LiteLLM's `token_counter`. @throws GatewayError `bad_request` when the request cannot be counted */
  tokenCounter(request: CountRequest): number;
  /** The count together with its exactness and the tokenizer that counted. @throws GatewayError `bad_request` */
  countTokens(request: CountRequest): TokenCount;
  /** LiteLLM's `encode`; special tokens in the text are ordinary text. @throws GatewayError `bad_request` */
  encode(question: EncodeQuestion): number[];
  /** LiteLLM's `decode`. @throws GatewayError `bad_request` for ids that the tokenizer does not have */
  decode(question: DecodeQuestion): string;
  /** LiteLLM's `trim_messages`. @throws GatewayError `bad_request` for what is no list of messages */
  trimMessages<Message extends object>(messages: readonly Message[], options?: TrimOptions): TrimmedMessages<Message>;
  /**
   * Loads the tokenizer of the Hugging Face hub that LiteLLM's rules name for a model (Llama 2 and 3, Command R), so
   * that counts for it are exact from then on. False: the model needs none, or it could not be loaded.
   */
  loadTokenizer(model: string, source?: HuggingFaceSource): Promise<boolean>;
}

export interface TokenLibraryOptions {
  /** The price table, asked at the first use. */
  readonly prices: () => PriceLookup;
  /** Takes a sentence when a tokenizer cannot be loaded. */
  readonly report: (message: string) => void;
  /** Default `loadHuggingFaceTokenizer`. */
  readonly loadTokenizer?: typeof loadHuggingFaceTokenizer;
}

interface Opened {
  readonly prices: PriceLookup;
  readonly counter: ModelTokenCounter;
}

export function createTokenLibrary(options: TokenLibraryOptions): TokenLibrary {
  const { report, loadTokenizer: load = loadHuggingFaceTokenizer } = options;
  const hub = new HubTokenizers({ report, load });
  let opened: Opened | null = null;
  const open = (): Opened => (opened ??= openLibrary(options.prices(), hub));
  const tokenizerFor = (question: TokenizerQuestion): TextTokenizer => {
    const { customTokenizer, compat } = question;
    const model = question.model ?? '';
    if (customTokenizer != null) return customTokenizer;
    const { tokenizer } = open().counter.tokenizerOf(model, compat);
    return compat === 'litellm' && OPENAI_ENCODINGS.has(tokenizer.name) ? getEncoding('cl100k_base') : tokenizer;
  };
  return {
    tokenCounter: (request) => open().counter.count(asJson(checkQuestion('tokenCounter', request, COUNTING))),
    countTokens: (request) => open().counter.measure(asJson(checkQuestion('countTokens', request, COUNTING))),
    encode: (asked) => {
      const question = checkQuestion('encode', asked, ENCODING);
      if (typeof question.text !== 'string') throw wanted('encode takes the text to be encoded as `text`');
      return tokenizerFor(question).encodeOrdinary(question.text);
    },
    decode: (asked) => {
      const question = checkQuestion('decode', asked, DECODING);
      if (!isIterable(question.tokens)) throw wanted('decode takes a list of token ids as `tokens`');
      return tokenizerFor(question).decode(question.tokens);
    },
    trimMessages: <Message extends object>(messages: readonly Message[], options: TrimOptions = {}) => {
      if (!Array.isArray(messages)) throw wanted('trimMessages takes a list of messages, and then its options');
      const trimming = checkQuestion('trimMessages', options, TRIMMING);
      const { prices, counter } = open();
      const trimmed = trim(messages as readonly object[] as readonly JsonObject[], trimming, {
        count: (request) => counter.count(request),
        contextWindow: (model) => contextWindow(prices, model),
      });
      return trimmed as TrimmedMessages<object> as TrimmedMessages<Message>;
    },
    loadTokenizer: async (model, source) => {
      checkModel('loadTokenizer', model);
      const choice = selectTokenizer(model, 'exact', priceFamilies(open().prices));
      return choice.wanted !== null && (await hub.load(choice.wanted, source)) !== null;
    },
  };
}

const TOKENIZER = [
  ['model', 'text'],
  ['customTokenizer', 'object'],
  ['compat', 'compat'],
] as const;
const ENCODING: Members = new Map([...TOKENIZER, ['text', 'any']]);
const DECODING: Members = new Map([...TOKENIZER, ['tokens', 'any']]);
/** What the counter checks itself is `any`. */
const COUNTING: Members = new Map([
  ['model', 'any'],
  ['text', 'any'],
  ['messages', 'any'],
  ['tools', 'objects'],
  ['toolChoice', 'any'],
  ['countResponseTokens', 'flag'],
  ['useDefaultImageTokenCount', 'flag'],
  ['defaultTokenCount', 'any'],
  ['customTokenizer', 'any'],
  ['compat', 'compat'],
]);
const TRIMMING: Members = new Map([
  ['model', 'text'],
  ['trimRatio', 'count'],
  ['maxTokens', 'count'],
  ['returnResponseTokens', 'flag'],
  ['compat', 'compat'],
]);

const wanted = (what: string): GatewayError => new GatewayError('bad_request', `${what}.`);

const isIterable = (value: object | undefined): boolean =>
  typeof value === 'object' && value !== null && Symbol.iterator in value;

const OPENAI_ENCODINGS: ReadonlySet<string> = new Set([
  'o200k_base',
  'o200k_harmony',
  'p50k_base',
  'p50k_edit',
  'r50k_base',
]);

function openLibrary(prices: PriceLookup, hub: HubTokenizers): Opened {
  const families = priceFamilies(prices);
  const counter = createModelTokenCounter({ families, encoding: getEncoding, hubTokenizer: (name) => hub.get(name) });
  return { prices, counter };
}

/** LiteLLM-compat: an entry without `max_tokens` has no context window for it, whatever its `max_input_tokens`. */
function contextWindow(prices: PriceLookup, model: string): number | null {
  const entry = prices.get(model);
  if (entry === undefined || entry['max_tokens'] === undefined) return null;
  return entry['max_input_tokens'] === undefined ? numberAt(entry, 'max_tokens') : numberAt(entry, 'max_input_tokens');
}
