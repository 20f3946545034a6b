/**
 * Values of a program as JSON values: what `undefined` is set to is left out, as `JSON.stringify` does; what JSON cannot
 * say is refused by name. Nothing is copied where nothing has to change.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
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
    throw new GatewayError(
      'bad_request',
      `${name} holds something that JSON cannot say: functions, NaN, bigints, cycles.`,
      {
        param: name,
        cause,
      },
    );
  }
  return text === undefined ? null : (JSON.parse(text) as JsonValue);
}

/** What JSON would leave out, or write as null, as if it had not been said. */
function refuseUnsayable(_key: string, value: unknown): unknown {
  if (typeof value === 'function') throw new TypeError('a function is not JSON');
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} is not JSON`);
  return value;
}

/** For request bodies, which may be large: only their own members are looked at, the rest is written as JSON later. */
export function withoutUndefined(members: Readonly<Record<string, unknown>>): JsonObject {
  const out = Object.create(null) as Record<string, JsonValue>;
  for (const [name, value] of Object.entries(members)) if (value !== undefined) out[name] = value as JsonValue;
  return out;
}
