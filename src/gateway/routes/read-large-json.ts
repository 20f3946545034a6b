/** JSON bodies of routes that take whole prompts: as large as an LLM call's may be, not as a management call's. */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { ByteSegments } from '../../primitives/byte-segments.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { Exchange } from '../../wire/contract.ts';
import { readWholeBody } from '../pipeline/whole-body.ts';
import { findInvalidFields, type FieldRules } from './field-rules.ts';
import { invalid } from './query.ts';

export function readBytes(exchange: Exchange, limitBytes: number): Promise<ByteSegments> {
  return new Promise((resolve, reject) => {
    readWholeBody(exchange, limitBytes, { onBody: resolve, onRefused: reject });
  });
}

/** @throws GatewayError 422 as FastAPI for what does not fit the rules, 413 beyond the limit */
export async function readChecked(exchange: Exchange, limitBytes: number, rules: FieldRules): Promise<JsonObject> {
  const bytes = await readBytes(exchange, limitBytes);
  const body = bytes.length === 0 ? undefined : parse(bytes.text());
  const findings = findInvalidFields(body, rules);
  if (findings.length > 0 || !isJsonObject(body)) throw invalid(findings);
  return body;
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw invalid([{ type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error', input: {} }]);
  }
}

/** FastAPI's plain refusal. */
export function refusal(detail: unknown): GatewayError {
  return new GatewayError('bad_request', typeof detail === 'string' ? detail : 'The request cannot be served.', {
    detail,
  });
}
