import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';

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
    const param = Object.keys(body).find((name) => !isJson(body[name]));
    if (param === undefined) throw error;
    const text =
      `\`${param}\` holds something that JSON cannot say: a reference to itself, nesting without end, or a bigint. ` +
      'Hand in plain data: copy the parts that the provider needs.';
    throw new GatewayError('bad_request', text, { param, cause: error });
  }
}

function isJson(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch {
    return false;
  }
}
