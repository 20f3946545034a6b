/** Thinking blocks of one answer: a block ends with its signature; text without one is not handed on. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';

export class ThinkingPieces {
  readonly #blocks: JsonObject[] = [];
  #text = '';
  #signature = '';

  add(pieces: readonly JsonValue[]): void {
    for (const piece of pieces) {
      if (!isJsonObject(piece)) continue;
      const { type, data, thinking, signature } = piece;
      if (type === 'redacted_thinking') {
        this.#endBlock();
        if (typeof data === 'string' && data !== '') this.#blocks.push({ type, data });
        continue;
      }
      if (typeof thinking === 'string') this.#text += thinking;
      if (typeof signature !== 'string' || signature === '') continue;
      this.#signature = signature;
      this.#endBlock();
    }
  }

  /** null: no block is whole. */
  whole(): readonly JsonObject[] | null {
    this.#endBlock();
    return this.#blocks.length === 0 ? null : this.#blocks;
  }

  #endBlock(): void {
    if (this.#text !== '' && this.#signature !== '')
      this.#blocks.push({ type: 'thinking', thinking: this.#text, signature: this.#signature });
    this.#text = '';
    this.#signature = '';
  }
}
