/**
 * A whole answer from the chunks of its stream: LiteLLM's `stream_chunk_builder`, one pass over the chunks.
 *
 * Differs on purpose: with `n` above 1 every choice keeps its own text (LiteLLM joins them all into the first), refusals,
 * log probabilities and the service tier are kept, and the price is not looked up (`completionCost` gives it).
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { ChoicePieces } from './choice-pieces.ts';
import { type CountTokens, StreamUsage } from './stream-usage.ts';

export interface BuildTools {
  readonly countTokens: CountTokens;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** @returns null: there are no chunks. @throws GatewayError `bad_request` for what is no chunk */
export function buildAnswer(
  chunks: readonly unknown[],
  messages: readonly object[] | null,
  tools: BuildTools,
): JsonObject | null {
  const events = chunks.map(checkedChunk);
  const [first] = events;
  if (first === undefined) return null;
  const isText = events.some(({ choices }) => isJsonArray(choices) && isJsonObject(choices[0]) && 'text' in choices[0]);
  const usage = new StreamUsage();
  for (const event of events) {
    const told = event['usage'] ?? hiddenUsage(event);
    if (isJsonObject(told)) usage.add(told);
  }
  const head = headOf(events, first);
  const { choices, textOnly } = isText ? textChoices(events) : chatChoices(events, tools.nowMs);
  const model = typeof head['model'] === 'string' ? head['model'] : '';
  return {
    ...head,
    object: isText ? 'text_completion' : 'chat.completion',
    choices,
    usage: usage.whole({ model, choices, messages, textOnly }, tools.countTokens),
  };
}

/** Of streams whose reader did not ask for usage. */
function hiddenUsage({ _hidden_params: hidden }: JsonObject): JsonValue | undefined {
  return isJsonObject(hidden) ? hidden['usage'] : undefined;
}

function checkedChunk(chunk: unknown, index: number): JsonObject {
  if (isJsonObject(chunk as JsonValue)) return chunk as JsonObject;
  const text = `streamChunkBuilder: chunk ${index} has to be a chunk of a stream, an object; got ${kindOfValue(chunk)}.`;
  throw new GatewayError('bad_request', text, { param: 'chunks' });
}

/** The first id that is one; the model that differs from the first chunk's, which may be a router's name. */
function headOf(events: readonly JsonObject[], first: JsonObject): JsonObject {
  const id = events.find((event) => typeof event['id'] === 'string' && event['id'] !== '')?.['id'] ?? '';
  const asked = first['model'] ?? null;
  const answered = events.find(({ model }) => typeof model === 'string' && model !== '' && model !== asked)?.['model'];
  const fingerprint = first['system_fingerprint'];
  const tier = events.findLast((event) => typeof event['service_tier'] === 'string')?.['service_tier'];
  return {
    id,
    created: first['created'] ?? 0,
    model: answered ?? asked,
    ...(fingerprint === undefined || fingerprint === null ? {} : { system_fingerprint: fingerprint }),
    ...(tier === undefined ? {} : { service_tier: tier }),
  };
}

interface Choices {
  readonly choices: readonly JsonObject[];
  readonly textOnly: boolean;
}

function chatChoices(events: readonly JsonObject[], nowMs: number): Choices {
  const pieces = new Map<number, ChoicePieces>();
  for (const choice of choicesOf(events)) {
    const index = indexOf(choice);
    let own = pieces.get(index);
    if (own === undefined) pieces.set(index, (own = new ChoicePieces(index)));
    own.add(choice);
  }
  if (pieces.size === 0) pieces.set(0, new ChoicePieces(0));
  const ordered = [...pieces].sort(([left], [right]) => left - right).map(([, each]) => each);
  return {
    choices: ordered.map((each) => each.whole(nowMs)),
    textOnly: ordered.every((each) => each.textOnly),
  };
}

function textChoices(events: readonly JsonObject[]): Choices {
  const texts = new Map<number, { text: string; reason: JsonValue; logprobs: JsonValue }>();
  for (const choice of choicesOf(events)) {
    const index = indexOf(choice);
    const own = texts.get(index) ?? { text: '', reason: null, logprobs: null };
    texts.set(index, own);
    if (typeof choice['text'] === 'string') own.text += choice['text'];
    own.reason = choice['finish_reason'] ?? own.reason;
    own.logprobs = choice['logprobs'] ?? own.logprobs;
  }
  const choices = [...texts]
    .sort(([left], [right]) => left - right)
    .map(([index, { text, reason, logprobs }]) => ({ finish_reason: reason, index, logprobs, text }));
  return { choices, textOnly: false };
}

function* choicesOf(events: readonly JsonObject[]): Iterable<JsonObject> {
  for (const { choices } of events)
    if (isJsonArray(choices)) for (const choice of choices) if (isJsonObject(choice)) yield choice;
}

function indexOf({ index }: JsonObject): number {
  return typeof index === 'number' ? index : 0;
}
