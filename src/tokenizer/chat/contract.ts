/**
 * Counting what a model will be billed for a chat: the question, the answer, and what the counter has to be told about
 * models. `model-token-counter.ts` implements it; `client/` and `gateway/` hand in the model families from the price map.
 */
import type { JsonValue } from '../../protocol/json.ts';
import type { Encoding, EncodingName, TextTokenizer } from '../contract.ts';

/** `exact`: every text counted whole, by the model's own encoding. `litellm`: the numbers that LiteLLM gives. */
export type CountMode = 'exact' | 'litellm';

/** What is counted: a text, or messages with their tools. LiteLLM's arguments of `token_counter`. */
export interface CountRequest {
  /** Default: a model that nobody knows, counted with `cl100k_base`. */
  readonly model?: string | null | undefined;
  /** A text, or texts that are joined (anything else in the list is left out). Not together with `messages`. */
  readonly text?: string | readonly JsonValue[] | null | undefined;
  /** Chat messages in OpenAI's or Anthropic's form. */
  readonly messages?: readonly JsonValue[] | null | undefined;
  /** Tool definitions in OpenAI's or Anthropic's form. */
  readonly tools?: readonly JsonValue[] | null | undefined;
  /** `none`, `auto`, `required`, or an object that names a function. */
  readonly toolChoice?: JsonValue | undefined;
  /** The messages are an answer: no priming, tools or tool choice are added. Default false. */
  readonly countResponseTokens?: boolean | null | undefined;
  /** Every image counts 250 tokens, whatever its size. Default false. */
  readonly useDefaultImageTokenCount?: boolean | null | undefined;
  /** Tokens for the content of a message that cannot be counted. Default: it is refused. */
  readonly defaultTokenCount?: number | null | undefined;
  /** Counts with this tokenizer instead of the model's. */
  readonly customTokenizer?: TextTokenizer | null | undefined;
  /** LiteLLM's numbers instead of exact ones; wins over the counter's own mode. */
  readonly compat?: 'litellm' | undefined;
}

/** A count, and how far it can be trusted. */
export interface TokenCount {
  readonly tokens: number;
  /**
   * `exact`: the model's own tokenizer, over texts only. `estimate`: another tokenizer stood in, a text was cut into
   * chunks or sampled, or something was counted by rule of thumb (tool definitions, images, files, audio).
   */
  readonly exactness: 'exact' | 'estimate';
  /** Name of the tokenizer that counted, e.g. `o200k_base`. */
  readonly tokenizer: string;
}

/** Counts tokens for any model. */
export interface ModelTokenCounter {
  /** @throws GatewayError `bad_request` when the request cannot be counted. */
  count(request: CountRequest): number;
  /** The count with its exactness. @throws GatewayError `bad_request` */
  measure(request: CountRequest): TokenCount;
  /** The tokenizer that counts for a model; `mode` defaults to the counter's own. */
  tokenizerOf(model: string, mode?: CountMode): SelectedTokenizer;
}

/** Which names belong to which vendor; in the gateway and the library read from the price map. */
export interface ModelFamilies {
  /** Grows when the answers may have changed. */
  readonly version: number;
  /** LiteLLM's `open_ai_chat_completion_models`: entries of provider `openai`, fine-tuned ones excepted. */
  isOpenaiModel(model: string): boolean;
  /** LiteLLM's `anthropic_models`. */
  isAnthropicModel(model: string): boolean;
  /** LiteLLM's `cohere_models`. */
  isCohereModel(model: string): boolean;
}

/** The tokenizers of the Hugging Face hub that LiteLLM's model rules name. */
export type HubTokenizerName =
  'Xenova/c4ai-command-r-v01-tokenizer' | 'hf-internal-testing/llama-tokenizer' | 'Xenova/llama-3-tokenizer';

/** What the rules say about a model's name, before anything is loaded. */
export interface TokenizerChoice {
  /** The encoding that counts; a stand-in when `wanted` is set. */
  readonly encoding: EncodingName;
  /** The tokenizer that would count if it were loaded. */
  readonly wanted: HubTokenizerName | null;
  /** Whether `encoding` is the model's own. */
  readonly own: boolean;
  /** `gpt-3.5-turbo-0301` has constants of its own. */
  readonly legacy: boolean;
}

/** A tokenizer that was chosen for a model. */
export interface SelectedTokenizer {
  readonly tokenizer: TextTokenizer;
  /** Whether it is the model's own; else its counts are estimates. */
  readonly own: boolean;
}

export interface ImageSize {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** What a counter is made of. */
export interface ModelTokenCounterOptions {
  readonly families: ModelFamilies;
  /** `getEncoding`. */
  readonly encoding: (name: EncodingName) => Encoding;
  /** Default `exact`. */
  readonly mode?: CountMode;
  /** Tokenizers that were loaded beforehand; without them `cl100k_base` stands in, as in LiteLLM without network. */
  readonly hubTokenizer?: (name: HubTokenizerName) => TextTokenizer | null;
  /** Size of an image that is given by address; nothing is fetched here. Without it such an image is 300 × 300. */
  readonly remoteImageSize?: (url: string) => ImageSize | null;
}
