/**
 * Values of a program as JSON values: what `undefined` is set to is left out, as `JSON.stringify` does; what JSON cannot
 * say is refused by name. Nothing is copied where nothing has to change.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import { shownName } from '../../errors/shown-name.ts';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** For settings and deployments, which are small. @throws GatewayError `bad_request` for what JSON cannot say */
export function asJson(value: unknown, name: string): JsonValue {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, refuseUnsayable);
  } catch (cause) {
    throw new GatewayError('bad_request', `${name} ${whyUnsayable(cause)}.`, { param: name, cause });
  }
  return text === undefined ? null : (JSON.parse(text) as JsonValue);
}

class Unsayable extends Error {}

/** What JSON would leave out, or write as null, as if it had not been said. */
function refuseUnsayable(key: string, value: unknown): unknown {
  if (typeof value === 'function' || (typeof value === 'number' && !Number.isFinite(value)))
    throw new Unsayable(`holds something that JSON cannot say: ${kindOfValue(value)}${key && ` as ${shownName(key)}`}`);
  return value;
}

/**
 * Why `JSON.stringify` threw, behind the name of what was to be written. Engines throw a `TypeError` for cycles and bigints
 * and a `RangeError` for nesting without end; anything else is a `toJSON` of the program's own, which keeps its message.
 */
export function whyUnsayable(error: unknown): string {
  if (error instanceof Unsayable) return error.message;
  const isEngines = error instanceof RangeError || (error instanceof TypeError && ENGINES_TEXT.test(error.message));
  if (isEngines) return 'holds something that JSON cannot say: a reference to itself, nesting without end, or a bigint';
  const own = error instanceof Error ? error.message : String(error);
  return `cannot be written as JSON: ${own.replace(/\.$/, '')}`;
}

const ENGINES_TEXT = /circular structure|cyclic|BigInt/i;

/** For request bodies, which may be large: only their own members are looked at, the rest is written as JSON later. */
export function withoutUndefined(members: Readonly<Record<string, unknown>>): JsonObject {
  const out = Object.create(null) as Record<string, JsonValue>;
  for (const [name, value] of Object.entries(members)) if (value !== undefined) out[name] = value as JsonValue;
  return out;
}
