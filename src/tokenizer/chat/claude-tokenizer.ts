/**
 * Anthropic's published encoding as Hugging Face's tokenizers run it: the five special tokens (`<EOT>`, `<META>`…) are
 * read as such wherever they stand.
 * Source: npm `@anthropic-ai/tokenizer`, LiteLLM `anthropic_tokenizer.json`.
 */
import type { Encoding, SpecialTokenRules, TextTokenizer } from '../contract.ts';

const WITH_SPECIAL: SpecialTokenRules = { allowedSpecial: 'all' };

export class ClaudeTokenizer implements TextTokenizer {
  readonly name: string;
  readonly #encoding: Encoding;

  constructor(encoding: Encoding) {
    this.name = encoding.name;
    this.#encoding = encoding;
  }

  count(text: string): number {
    return this.#hasSpecial(text) ? this.#encoding.encode(text, WITH_SPECIAL).length : this.#encoding.count(text);
  }

  /** Ids of the text, special tokens read as such. */
  encodeOrdinary(text: string): number[] {
    return this.#encoding.encode(text, WITH_SPECIAL);
  }

  /** The text of `ids`, special tokens left out. */
  decode(ids: Iterable<number>): string {
    const special = new Set(this.#encoding.specialTokens.values());
    return this.#encoding.decode([...ids].filter((id) => !special.has(id)));
  }

  #hasSpecial(text: string): boolean {
    if (!text.includes('<')) return false;
    for (const token of this.#encoding.specialTokens.keys()) if (text.includes(token)) return true;
    return false;
  }
}
