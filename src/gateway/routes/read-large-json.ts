/** JSON bodies of routes that take whole prompts: as large as an LLM call's may be, not as a management call's. */
import { GatewayError } from '../../errors/gateway-error.ts';
import { ByteSegments } from '../../primitives/byte-segments.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { ShallowJsonScanner, type ShallowScan } from '../../protocol/shallow-json-scanner.ts';
import type { Exchange } from '../../wire/contract.ts';
import { bodyFailure } from '../pipeline/request-document.ts';
import { readWholeBody } from '../pipeline/whole-body.ts';
import { findInvalidFields, type FieldRules } from './field-rules.ts';
import { invalid } from './query.ts';

export function readBytes(exchange: Exchange, limitBytes: number): Promise<ByteSegments> {
  return new Promise((resolve, reject) => {
    readWholeBody(exchange, limitBytes, { onBody: resolve, onRefused: reject });
  });
}

export interface ScannedBody {
  readonly bytes: ByteSegments;
  /** Null where there is no body. */
  readonly scan: ShallowScan | null;
}

/** Scans each chunk as it comes, so that no turn of the loop walks the whole. @throws InvalidJsonError at the end */
export function readScanned(exchange: Exchange, limitBytes: number): Promise<ScannedBody> {
  return new Promise((resolve, reject) => {
    const bytes = new ByteSegments();
    const scanner = new ShallowJsonScanner();
    let isScanned = true;
    exchange.readBody(
      {
        onBodyChunk: (chunk) => {
          bytes.append(chunk);
          isScanned &&= accepts(scanner, chunk);
        },
        onBodyEnd: () => {
          try {
            resolve({ bytes, scan: bytes.length === 0 ? null : scanner.finish() });
          } catch (error) {
            reject(error);
          }
        },
        onBodyError: (error) => reject(bodyFailure(error)),
      },
      limitBytes,
    );
  });
}

/** What is wrong is said at the end, since what is wrong with the body itself comes first. */
function accepts(scanner: ShallowJsonScanner, chunk: Buffer): boolean {
  try {
    scanner.push(chunk);
    return true;
  } catch {
    return false;
  }
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
