/**
 * The tokenizers of the Hugging Face hub that LiteLLM's model rules name, once they were asked for. A tokenizer that
 * cannot be loaded is reported once, and `cl100k_base` goes on counting for it, as in LiteLLM.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import type { HubTokenizerName } from '../tokenizer/chat/contract.ts';
import type { TextTokenizer } from '../tokenizer/contract.ts';
import { loadHuggingFaceTokenizer, type HuggingFaceSource } from '../tokenizer/hugging-face.ts';

export interface HubTokenizersOptions {
  /** Default `loadHuggingFaceTokenizer`. */
  readonly load?: (source: HuggingFaceSource) => Promise<TextTokenizer>;
  /** Takes one sentence, once per tokenizer that cannot be loaded. */
  readonly report: (message: string) => void;
}

export class HubTokenizers {
  readonly #load: (source: HuggingFaceSource) => Promise<TextTokenizer>;
  readonly #report: (message: string) => void;
  readonly #loaded = new Map<HubTokenizerName, TextTokenizer>();
  readonly #loading = new Map<HubTokenizerName, Promise<TextTokenizer | null>>();
  readonly #reported = new Set<HubTokenizerName>();

  constructor(options: HubTokenizersOptions) {
    this.#load = options.load ?? loadHuggingFaceTokenizer;
    this.#report = options.report;
  }

  /** The tokenizer if it was loaded. */
  get(name: HubTokenizerName): TextTokenizer | null {
    return this.#loaded.get(name) ?? null;
  }

  /** Loads a tokenizer, from its repository if no other source is given; null when that failed. */
  load(name: HubTokenizerName, source: HuggingFaceSource = { identifier: name }): Promise<TextTokenizer | null> {
    const loaded = this.#loaded.get(name);
    if (loaded !== undefined) return Promise.resolve(loaded);
    let loading = this.#loading.get(name);
    if (loading === undefined) {
      loading = this.#tryToLoad(name, source).finally(() => this.#loading.delete(name));
      this.#loading.set(name, loading);
    }
    return loading;
  }

  async #tryToLoad(name: HubTokenizerName, source: HuggingFaceSource): Promise<TextTokenizer | null> {
    try {
      const tokenizer = await this.#load(source);
      this.#loaded.set(name, tokenizer);
      return tokenizer;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      if (!this.#reported.has(name)) {
        this.#reported.add(name);
        this.#report(`${error.message} Until then cl100k_base counts in its place.`);
      }
      return null;
    }
  }
}
