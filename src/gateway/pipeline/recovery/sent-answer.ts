/** What a client has of a streamed answer: its text, what identifies it, and whether it can be gone on with. */
import type { JsonObject } from '../../../protocol/json.ts';
import { hasFinishReason, plainTextOf } from './plain-chunk.ts';

/** UTF-16 units. A longer answer is not kept, and an error if it breaks off. */
const LONGEST_TEXT = 1 << 20;
/** What makes the chunks of one answer belong together. */
const IDENTITY = ['id', 'created', 'model'] as const;

export class SentAnswer {
  #text = '';
  #isPlain = true;
  #finished = false;
  #identity: JsonObject | null = null;

  get text(): string {
    return this.#text;
  }

  /** `id`, `created` and `model` of its first chunk. */
  get identity(): JsonObject {
    return this.#identity ?? {};
  }

  /** Anything was sent, the role with it. */
  get begun(): boolean {
    return this.#identity !== null;
  }

  /** It is text of one choice and nothing else, and it has not said that it is complete. */
  get canGoOn(): boolean {
    return this.#isPlain && !this.#finished;
  }

  get finished(): boolean {
    return this.#finished;
  }

  add(chunk: JsonObject): void {
    this.#identity ??= Object.fromEntries(
      IDENTITY.flatMap((name) => (chunk[name] == null ? [] : [[name, chunk[name]]])),
    );
    if (hasFinishReason(chunk)) this.#finished = true;
    if (!this.#isPlain) return;
    const text = plainTextOf(chunk);
    if (text !== null && this.#text.length + text.length <= LONGEST_TEXT) this.#text += text;
    else {
      this.#isPlain = false;
      this.#text = '';
    }
  }
}
