/**
 * LiteLLM-compat: what its clients find in every chat chunk although some providers leave it out: `type: "function"`
 * in each piece of a tool call, and the name of the object. Only chunks that lack one of them are written anew.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';

const TOOL_CALLS = Buffer.from('"tool_calls"');
const TYPE = Buffer.from('"type"');

/** Whether the bytes of an event's `choices` may hold a tool call without its type. Looks for two patterns, parses nothing. */
export function mayLackToolType(bytes: Buffer, start: number, end: number): boolean {
  const at = bytes.indexOf(TOOL_CALLS, start);
  if (at < 0 || at >= end) return false;
  const type = bytes.indexOf(TYPE, at);
  return type < 0 || type >= end;
}

/** slow path: adds the missing types. */
export function withToolTypes(event: JsonObject): JsonObject {
  return { ...event, choices: mapArray(event['choices'], completeChoice) };
}

function completeChoice(choice: JsonValue): JsonValue {
  if (!isJsonObject(choice) || !isJsonObject(choice['delta'])) return choice;
  const { delta } = choice;
  return { ...choice, delta: { ...delta, tool_calls: mapArray(delta['tool_calls'], completeCall) } };
}

function completeCall(call: JsonValue): JsonValue {
  return isJsonObject(call) && call['type'] == null ? { ...call, type: 'function' } : call;
}

function mapArray(value: JsonValue | undefined, change: (item: JsonValue) => JsonValue): JsonValue {
  return Array.isArray(value) ? value.map(change) : (value ?? null);
}
