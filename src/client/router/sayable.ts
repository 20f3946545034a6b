import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { whyUnsayable } from './as-json.ts';

/**
 * Runs what walks a whole request. A program's objects may have no end, or hold what is no JSON: then it is refused with
 * the member's name, instead of a raw `RangeError` or `TypeError` out of the walk.
 * @throws GatewayError `bad_request`
 */
export function sayable<Made>(body: JsonObject, walk: () => Made): Made {
  try {
    return walk();
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    const [param, cause] = firstUnsayable(body) ?? [null, error];
    if (param === null) throw error;
    // No full stop: what was tried is said behind it.
    const text = `\`${param}\` ${whyUnsayable(cause)}. Hand in plain data: copy the parts that the provider needs`;
    throw new GatewayError('bad_request', text, { param, cause });
  }
}

function firstUnsayable(body: JsonObject): readonly [name: string, cause: unknown] | null {
  for (const [name, value] of Object.entries(body)) {
    try {
      JSON.stringify(value);
    } catch (cause) {
      return [name, cause];
    }
  }
  return null;
}
