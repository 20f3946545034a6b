/**
 * From the bytes of a JSON request to the members that are decided on, and what a client is told when they are none.
 * A repeated or escaped top-level key takes the slow path: the document is written anew, so that what was decided on is
 * what the provider reads, whichever of two members its parser would take.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { ByteSegments } from '../../primitives/byte-segments.ts';
import { InvalidJsonError } from '../../protocol/invalid-json-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { scanShallow, type ShallowScan } from '../../protocol/shallow-json-scanner.ts';
import type { BodyError } from '../../wire/contract.ts';
import { readRequestFields, type RequestFields } from './request-fields.ts';

/** @throws GatewayError `invalid_json` for a document that is no object */
export function readDocument(bytes: ByteSegments, scan: ShallowScan): RequestFields {
  if (scan.slow === null) return readRequestFields(bytes, scan);
  if (scan.slow === 'not-object')
    throw new GatewayError('invalid_json', 'Invalid request body: expected a JSON object.', { param: 'request_body' });
  // slow path: parsed (of two equal keys the last one wins) and written anew.
  return writtenFields(JSON.parse(bytes.text()) as JsonObject);
}

/** Fields of a document that the gateway writes itself. */
export function writtenFields(document: JsonObject): RequestFields {
  const buffer = Buffer.from(JSON.stringify(document));
  const bytes = new ByteSegments();
  bytes.append(buffer);
  // A key that needs an escape even when written anew stays marked; its member is read by no decision.
  return readRequestFields(bytes, { ...scanShallow(buffer), slow: null });
}

export function bodyFailure(error: BodyError): GatewayError {
  return new GatewayError(error.reason === 'too-large' ? 'request_too_large' : 'bad_request', error.message);
}

/** Whatever a parser says of the client's document is the client's error; everything else stays what it is. */
export function documentFailure(error: unknown): unknown {
  if (!(error instanceof InvalidJsonError) && !(error instanceof SyntaxError)) return error;
  return new GatewayError('invalid_json', `Invalid JSON payload: ${error.message}`, { param: 'request_body' });
}
