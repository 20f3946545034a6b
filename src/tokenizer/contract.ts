/**
 * What a tokenizer is for the rest of the package. Everything that only needs a number takes `TextCounter`; the byte-pair
 * encodings of `get-encoding.ts` and the Hugging Face tokenizers both implement `TextTokenizer`.
 */

/** Counts the tokens of a text. Special tokens in it count as the ordinary text that they are spelt with. */
export interface TextCounter {
  /** @param text any string; a lone surrogate counts as U+FFFD. */
  count(text: string): number;
}

/** Turns texts into token ids and back. */
export interface TextTokenizer extends TextCounter {
  /** The name of the encoding, e.g. `o200k_base`. */
  readonly name: string;
  /** Ids of `text`; nothing in it is read as a special token. */
  encodeOrdinary(text: string): number[];
  /** The text of `ids`; bytes that are no UTF-8 become U+FFFD. Unknown ids throw `bad_request`. */
  decode(ids: Iterable<number>): string;
}

/** A set of special tokens: all that the encoding has, or those listed. */
export type SpecialTokenSet = 'all' | Iterable<string>;

/** Counts texts elsewhere, beside the event loop. */
export interface BackgroundCounter {
  readonly name: string;
  /** Tokens of each text, in order. Rejects when the counter was closed or broke down. */
  counts(texts: readonly string[]): Promise<readonly number[]>;
}

/** Which special tokens `encode` reads as such, and which it refuses to meet; the meaning and the defaults of tiktoken. */
export interface SpecialTokenRules {
  /** Read as special tokens. Default: none. */
  readonly allowedSpecial?: SpecialTokenSet;
  /** Refused when met in the text. Default: all that are not allowed. `[]`: taken as ordinary text. */
  readonly disallowedSpecial?: SpecialTokenSet;
}

/** One of OpenAI's encodings, or Anthropic's published one. */
export interface Encoding extends TextTokenizer {
  /** Special tokens and their ids. */
  readonly specialTokens: ReadonlyMap<string, number>;
  /** Ids of `text`. @throws `bad_request` when the text holds a disallowed special token. */
  encode(text: string, rules?: SpecialTokenRules): number[];
  /** The bytes of `ids`, joined. */
  decodeBytes(ids: Iterable<number>): Uint8Array;
  /** The number of tokens when there are at most `limit`, else false; reads no further than it must. */
  isWithinLimit(text: string, limit: number): number | false;
  /** Counts a text that comes in pieces; the total is that of the joined text. */
  streamCounter(): StreamCounter;
  /** Counts like `count`, giving way after about `sliceBytes` bytes: iterate it from a scheduler of your choice. */
  countInSlices(text: string, sliceBytes?: number): Generator<undefined, number, undefined>;
}

/** The exact count of a text that is still growing. */
export interface StreamCounter {
  /** Takes the next piece of the text, which may end anywhere, even between two surrogates. */
  push(text: string): void;
  /** Tokens of all that was pushed so far. Costs the text behind the last certain boundary. */
  total(): number;
}

/** The names that `getEncoding` takes. `claude` is the encoding that Anthropic published for Claude 2. */
export type EncodingName =
  'o200k_base' | 'o200k_harmony' | 'cl100k_base' | 'p50k_base' | 'p50k_edit' | 'r50k_base' | 'claude';
