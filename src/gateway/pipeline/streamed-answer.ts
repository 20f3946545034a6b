/**
 * The text of a streamed answer, gathered chunk by chunk for a client that asked for its usage, in case the provider
 * tells none. Keeps the text and the first chunk's head, nothing else. Cost: one `JSON.parse` per chunk of such a stream.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';

const HEAD = ['id', 'created', 'model', 'object', 'system_fingerprint'];

interface StreamedCall {
  id: string;
  name: string;
  text: string;
}

export class StreamedAnswer {
  #head: JsonObject | null = null;
  #content = '';
  #reasoning = '';
  readonly #calls = new Map<JsonValue, StreamedCall>();

  /** What identifies the answer, for a chunk that is added to it. */
  get head(): JsonObject {
    return this.#head ?? {};
  }

  get begun(): boolean {
    return this.#head !== null;
  }

  /** LiteLLM-compat: tool calls are counted as the JSON that they are handed out as. */
  get content(): string {
    const calls = [...this.#calls.values()].map(({ id, name, text }) =>
      JSON.stringify({ function: { arguments: text, name }, id, type: 'function' }),
    );
    return this.#content + calls.join('');
  }

  get reasoning(): string {
    return this.#reasoning;
  }

  add(chunk: JsonObject): void {
    this.#head ??= Object.fromEntries(HEAD.flatMap((name) => (chunk[name] == null ? [] : [[name, chunk[name]]])));
    const choices = chunk['choices'];
    for (const choice of isJsonArray(choices) ? choices : []) {
      if (!isJsonObject(choice)) continue;
      this.#content += textOf(choice['text']);
      const { delta } = choice;
      if (isJsonObject(delta)) this.#addDelta(delta);
    }
  }

  #addDelta(delta: JsonObject): void {
    this.#content += textOf(delta['content']);
    this.#reasoning += textOf(delta['reasoning_content']);
    const calls = delta['tool_calls'];
    for (const piece of isJsonArray(calls) ? calls : []) if (isJsonObject(piece)) this.#addCall(piece);
  }

  #addCall(piece: JsonObject): void {
    const place = piece['index'] ?? 0;
    const call = this.#calls.get(place) ?? { id: '', name: '', text: '' };
    this.#calls.set(place, call);
    const own = piece['function'];
    call.id += textOf(piece['id']);
    if (!isJsonObject(own)) return;
    call.name += textOf(own['name']);
    call.text += textOf(own['arguments']);
  }
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
