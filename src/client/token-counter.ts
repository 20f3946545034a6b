/**
 * LiteLLM's functions about tokens, as functions over the process's own model library: what `registerModel` adds is
 * known here, too.
 */
import type { TokenCount } from '../tokenizer/chat/contract.ts';
import type { HuggingFaceSource } from '../tokenizer/hugging-face.ts';
import type { CountRequest } from './count-request.ts';
import { processLibrary } from './process-library.ts';
import type { DecodeQuestion, EncodeQuestion } from './token-library.ts';
import type { TrimmedMessages, TrimOptions } from './trim-messages.ts';

const { tokens } = processLibrary;

/**
 * Tokens of a text or of messages with their tools: LiteLLM's `token_counter`, exact unless `compat: 'litellm'` asks for
 * its numbers.
 * @throws GatewayError `bad_request` when the request cannot be counted
 */
export function tokenCounter(request: CountRequest): number {
  return tokens.tokenCounter(request);
}

/**
 * The same count with how far it can be trusted, and the tokenizer that counted.
 * @throws GatewayError `bad_request` when the request cannot be counted
 */
export function countTokens(request: CountRequest): TokenCount {
  return tokens.countTokens(request);
}

/** Token ids of a text: LiteLLM's `encode`. Special tokens in it are ordinary text. @throws GatewayError `bad_request` */
export function encode(question: EncodeQuestion): number[] {
  return tokens.encode(question);
}

/** The text of token ids: LiteLLM's `decode`. @throws GatewayError `invalid_request` for an unknown id */
export function decode(question: DecodeQuestion): string {
  return tokens.decode(question);
}

/**
 * Messages that fit the model's context window (three quarters of it, see `trimRatio`) or `maxTokens`: LiteLLM's
 * `trim_messages`. Messages that cannot be trimmed are handed back, in a list of their own.
 * @throws GatewayError `bad_request` for what is no list of messages
 */
export function trimMessages<Message extends object>(
  messages: readonly Message[],
  options: TrimOptions & { readonly returnResponseTokens: true },
): TrimmedMessages<Message>;
export function trimMessages<Message extends object>(messages: readonly Message[], options?: TrimOptions): Message[];
export function trimMessages<Message extends object>(
  messages: readonly Message[],
  options: TrimOptions = {},
): TrimmedMessages<Message> | Message[] {
  const trimmed = tokens.trimMessages(messages, options);
  return options.returnResponseTokens === true ? trimmed : trimmed.messages;
}

/**
 * Loads the Hugging Face tokenizer that LiteLLM's rules name for a model (`llama-3`, `llama-2`, `command-r`), from the
 * hub or from `source`; counts for it are exact from then on. Needs the optional package `@huggingface/tokenizers`.
 * False: the model needs none, or it could not be loaded, of which the process is warned once.
 */
export function loadTokenizer(model: string, source?: HuggingFaceSource): Promise<boolean> {
  return tokens.loadTokenizer(model, source);
}
