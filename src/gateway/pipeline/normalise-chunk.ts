/**
 * LiteLLM-compat: what its clients find in every chat chunk although some providers leave it out: `type: "function"`
 * in each piece of a tool call, and the name of the object. Only chunks that lack one of them are written anew.
 */
import { findBytes } from '../../primitives/find-bytes.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';

const TOOL_CALLS = Buffer.from('"tool_calls"');
const TYPE = Buffer.from('"type"');

const COLON = 0x3a;

/**
 * Whether the bytes of an event's `choices` may hold a tool call without its type. Looks for two patterns, parses
 * nothing. `"tool_calls"` is also a finish reason: only what a colon follows is a key.
 */
export function mayLackToolType(bytes: Buffer, start: number, end: number): boolean {
  let at = findBytes(bytes, TOOL_CALLS, start, end);
  while (at >= 0) {
    const next = at + TOOL_CALLS.length;
    if (bytes[skipBlanks(bytes, next)] === COLON) return findBytes(bytes, TYPE, next, end) < 0;
    at = findBytes(bytes, TOOL_CALLS, next, end);
  }
  return false;
}

function skipBlanks(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0a || bytes[at] === 0x0d) at += 1;
  return at;
}

/** slow path: adds the missing types. */
export function withToolTypes(event: JsonObject): JsonObject {
  const choices = event['choices'];
  return isJsonArray(choices) ? { ...event, choices: choices.map(completeChoice) } : event;
}

function completeChoice(choice: JsonValue): JsonValue {
  if (!isJsonObject(choice) || !isJsonObject(choice['delta'])) return choice;
  const { delta } = choice;
  const calls = delta['tool_calls'];
  return isJsonArray(calls) ? { ...choice, delta: { ...delta, tool_calls: calls.map(completeCall) } } : choice;
}

function completeCall(call: JsonValue): JsonValue {
  return isJsonObject(call) && call['type'] == null ? { ...call, type: 'function' } : call;
}
