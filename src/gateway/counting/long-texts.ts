/**
 * Takes the long texts out of a request that is to be counted and leaves a mark in the place of each, so that nobody
 * has to walk them in one turn. A mark cannot be guessed: text of clients is never taken for one.
 */
import { randomUUID } from 'node:crypto';
import { isJsonArray, isJsonObject, type JsonValue } from '../../protocol/json.ts';
import type { CountRequest } from '../../tokenizer/chat/contract.ts';

/** Code units from which on a text is long. */
export const LONG_TEXT = 16_384;

const MARK = `${randomUUID()} `;

export class LongTexts {
  readonly request: CountRequest;
  readonly #texts: string[] = [];

  /** The texts of messages and of their parts; tools and what else is written anew to be counted stays as it is. */
  constructor(request: CountRequest) {
    const { text, messages } = request;
    this.request = {
      ...request,
      ...(typeof text === 'string' ? { text: this.#marked(text) } : {}),
      ...(isJsonArray(messages ?? undefined) ? { messages: this.#markedMessages(messages ?? []) } : {}),
    };
  }

  /** The text that a mark stands for; null for any other text. */
  behind(text: string): string | null {
    return text.startsWith(MARK) ? (this.#texts[Number(text.slice(MARK.length))] ?? null) : null;
  }

  #marked(text: string): string {
    return text.length < LONG_TEXT ? text : `${MARK}${this.#texts.push(text) - 1}`;
  }

  #markedMessages(messages: readonly JsonValue[]): readonly JsonValue[] {
    return messages.map((message) => {
      if (!isJsonObject(message)) return message;
      const { content } = message;
      if (typeof content === 'string') return this.#replace(message, 'content', content);
      return isJsonArray(content) ? { ...message, content: content.map((part) => this.#markedPart(part)) } : message;
    });
  }

  #markedPart(part: JsonValue): JsonValue {
    if (typeof part === 'string') return this.#marked(part);
    if (!isJsonObject(part) || typeof part['text'] !== 'string') return part;
    return this.#replace(part, 'text', part['text']);
  }

  /** Objects without a long text are passed on themselves. */
  #replace(from: Readonly<Record<string, JsonValue>>, name: string, text: string): JsonValue {
    return text.length < LONG_TEXT ? from : { ...from, [name]: this.#marked(text) };
  }
}
