/**
 * What of an answer must be the same whoever gives it. Left out is what differs from one call to the next (ids, times),
 * what LiteLLM adds to a provider's answer without a client depending on it, and the wording of errors.
 *
 * `same`: both sides got the same words, as from a mock. `alike`: a model was asked twice, so that only the kind of
 * each value counts: texts by being texts, numbers by being numbers.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../../protocol/json.ts';
import type { RecordedAnswer } from './contract.ts';
import { mergedEvents } from './merged-events.ts';

export type Exactness = 'same' | 'alike';

/** Made anew for each answer. */
const VOLATILE: ReadonlySet<string> = new Set([
  'created',
  'created_at',
  'completed_at',
  'id',
  'item_id',
  'response_id',
  'sequence_number',
  'system_fingerprint',
]);
/** LiteLLM's own additions to an answer. */
const ADDED: ReadonlySet<string> = new Set([
  'cost',
  'obfuscation',
  'provider_specific_fields',
  'service_tier',
  'store',
]);
/** Texts that are names, and stand for the kind of thing that they are in. */
const NAMES: ReadonlySet<string> = new Set(['model', 'object', 'role', 'type']);

/** @returns whether a client could tell the two answers apart by more than chance */
export function isComparable(one: RecordedAnswer, other: RecordedAnswer, exactness: Exactness): boolean {
  return comparableAnswer(one, exactness) === comparableAnswer(other, exactness);
}

/** A text that is equal for answers that are. */
function comparableAnswer({ status, headers, body }: RecordedAnswer, exactness: Exactness): string {
  const type = mediaType(headers);
  return JSON.stringify([status, type, comparableBody(type, body, status, exactness)]);
}

function comparableBody(type: string, body: Buffer, status: number, exactness: Exactness): JsonValue {
  if (type === 'text/event-stream') return normal(mergedEvents(body.toString('utf8')), exactness, '');
  if (type !== 'application/json') return exactness === 'same' ? body.toString('base64') : body.length > 0;
  const value = parsed(body);
  return status >= 400 ? errorOf(value) : normal(value, exactness, '');
}

/** Of an error its class and its code; the words are for people. */
function errorOf(value: JsonValue): JsonValue {
  const error = isJsonObject(value) ? value['error'] : undefined;
  if (!isJsonObject(error)) return isJsonObject(value) ? Object.keys(value).sort() : null;
  const { type = null, code = null } = error;
  return { type, code };
}

function normal(value: JsonValue, exactness: Exactness, key: string): JsonValue {
  if (isJsonArray(value)) {
    const items = value.map((item) => normal(item, exactness, key));
    return exactness === 'same' ? items : kindsOf(items);
  }
  if (isJsonObject(value)) return normalObject(value, exactness);
  if (exactness === 'same' || NAMES.has(key) || value === null) return value;
  return typeof value;
}

/** Members in alphabetical order; what says nothing counts as left out. */
function normalObject(object: JsonObject, exactness: Exactness): JsonValue {
  const out: Record<string, JsonValue> = {};
  for (const key of Object.keys(object).sort()) {
    const given = object[key] ?? null;
    if (VOLATILE.has(key) || ADDED.has(key) || isNothing(given)) continue;
    // What a provider kept from the first call shows in the second.
    if (exactness === 'alike' && key.endsWith('_details')) continue;
    const value = normal(given, exactness, key);
    if (!isNothing(value)) out[key] = value;
  }
  return out;
}

function isNothing(value: JsonValue): boolean {
  if (value === null || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** How many there are is the model's choice. */
function kindsOf(items: readonly JsonValue[]): JsonValue {
  return [...new Set(items.map((item) => JSON.stringify(item)))].sort();
}

function parsed(body: Buffer): JsonValue {
  try {
    return JSON.parse(body.toString('utf8')) as JsonValue;
  } catch {
    return 'no JSON';
  }
}

function mediaType(headers: RecordedAnswer['headers']): string {
  for (let index = 0; index + 1 < headers.length; index += 2)
    if (headers[index] === 'content-type') return (headers[index + 1] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return '';
}
