/** One choice of a chat, put together from the deltas of its stream. */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { ThinkingPieces } from './thinking-pieces.ts';
import { ToolCallPieces } from './tool-call-pieces.ts';

/** Members whose presence makes LiteLLM look at a stream in full, which shows in its usage. */
const BESIDE_TEXT = [
  'tool_calls',
  'function_call',
  'reasoning_content',
  'thinking_blocks',
  'annotations',
  'audio',
  'images',
  'provider_specific_fields',
];

export class ChoicePieces {
  readonly #index: number;
  readonly #toolCalls = new ToolCallPieces();
  readonly #thinking = new ThinkingPieces();
  readonly #lists = new Map<string, JsonValue[]>();
  readonly #logprobs = new Map<string, JsonValue[]>();
  #role = '';
  #content: string | null = null;
  #refusal: string | null = null;
  #reasoning: string | null = null;
  #functionName: JsonValue = null;
  #functionArguments: string | null = null;
  #audio: AudioPieces | null = null;
  #fields: JsonObject | null = null;
  readonly #citations: JsonValue[] = [];
  #finishReason = 'stop';
  #textOnly = true;

  constructor(index: number) {
    this.#index = index;
  }

  /** Nothing but text came, as far as LiteLLM looks. */
  get textOnly(): boolean {
    return this.#textOnly;
  }

  add(choice: JsonObject): void {
    const { delta, finish_reason: reason, logprobs } = choice;
    if (typeof reason === 'string') this.#finishReason = reason;
    if (isJsonObject(logprobs))
      for (const [name, list] of Object.entries(logprobs)) if (isJsonArray(list)) extend(this.#logprobs, name, list);
    if (isJsonObject(delta)) this.#addDelta(delta);
  }

  #addDelta(delta: JsonObject): void {
    if (BESIDE_TEXT.some((name) => (delta[name] ?? null) !== null)) this.#textOnly = false;
    const { role, content, refusal, reasoning_content: reasoning, audio } = delta;
    if (this.#role === '' && typeof role === 'string') this.#role = role;
    this.#content = joined(this.#content, content);
    this.#refusal = joined(this.#refusal, refusal);
    this.#reasoning = joined(this.#reasoning, reasoning);
    if (isJsonArray(delta['tool_calls'])) this.#toolCalls.add(delta['tool_calls']);
    if (isJsonArray(delta['thinking_blocks'])) this.#thinking.add(delta['thinking_blocks']);
    if (isJsonObject(delta['function_call'])) this.#addFunctionCall(delta['function_call']);
    for (const name of ['annotations', 'images']) {
      const list = delta[name];
      if (isJsonArray(list)) extend(this.#lists, name, list);
    }
    if (isJsonObject(audio)) (this.#audio ??= new AudioPieces()).add(audio);
    if (isJsonObject(delta['provider_specific_fields'])) this.#addFields(delta['provider_specific_fields']);
  }

  #addFunctionCall({ name, arguments: text }: JsonObject): void {
    this.#functionName ??= name ?? null;
    this.#functionArguments = `${this.#functionArguments ?? ''}${typeof text === 'string' ? text : ''}`;
  }

  #addFields({ citation, ...fields }: JsonObject): void {
    if (citation !== undefined && citation !== null) this.#citations.push(citation);
    this.#fields = { ...this.#fields, ...fields };
  }

  /** @param nowMs for sound that says no end of its life */
  whole(nowMs: number): JsonObject {
    const logprobs = this.#logprobs.size === 0 ? null : Object.fromEntries(this.#logprobs);
    const message = this.#message(nowMs);
    return { finish_reason: this.#finishReason, index: this.#index, logprobs, message };
  }

  #message(nowMs: number): JsonObject {
    const toolCalls = this.#toolCalls.whole();
    const thinking = this.#thinking.whole();
    const fields = this.#wholeFields();
    const called = toolCalls !== null || this.#functionArguments !== null;
    return {
      role: this.#role === '' ? 'assistant' : this.#role,
      content: this.#content ?? (called ? null : ''),
      refusal: this.#refusal,
      ...(toolCalls === null ? {} : { tool_calls: toolCalls }),
      ...(this.#functionArguments === null
        ? {}
        : { function_call: { arguments: this.#functionArguments, name: this.#functionName } }),
      ...(this.#reasoning === null ? {} : { reasoning_content: this.#reasoning }),
      ...(thinking === null ? {} : { thinking_blocks: thinking }),
      ...Object.fromEntries(this.#lists),
      ...(this.#audio === null ? {} : { audio: this.#audio.whole(nowMs) }),
      ...(fields === null ? {} : { provider_specific_fields: fields }),
    };
  }

  /** LiteLLM-compat: single citations are gathered, each in a list of its own where they are no lists themselves. */
  #wholeFields(): JsonObject | null {
    const citations = this.#citations.every((each) => isJsonArray(each)) ? this.#citations : [this.#citations];
    const all: JsonObject = { ...(this.#citations.length === 0 ? {} : { citations }), ...this.#fields };
    return Object.keys(all).length === 0 ? null : all;
  }
}

/** Sound comes in parts, each of them base64 of its own. */
class AudioPieces {
  readonly #data: Buffer[] = [];
  #transcript = '';
  #expiresAt = 0;
  #id: string | null = null;

  add({ data, transcript, expires_at: expiresAt, id }: JsonObject): void {
    if (typeof data === 'string') this.#data.push(Buffer.from(data, 'base64'));
    if (typeof transcript === 'string') this.#transcript += transcript;
    if (typeof expiresAt === 'number') this.#expiresAt = expiresAt;
    if (typeof id === 'string') this.#id = id;
  }

  whole(nowMs: number): JsonObject {
    return {
      data: Buffer.concat(this.#data).toString('base64'),
      expires_at: this.#expiresAt || Math.floor(nowMs / 1000) + SECONDS_KEPT,
      transcript: this.#transcript,
      id: this.#id,
    };
  }
}

const SECONDS_KEPT = 3600;

function joined(before: string | null, piece: JsonValue | undefined): string | null {
  return typeof piece === 'string' ? (before ?? '') + piece : before;
}

function extend(lists: Map<string, JsonValue[]>, name: string, more: readonly JsonValue[]): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [...more]);
  else list.push(...more);
}
