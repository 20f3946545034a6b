/** What the simulated provider answers, before it is cut into timed chunks. */
import type { HeaderList } from '../../wire/contract.ts';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';
import type { Behaviour } from './behaviour.ts';

/** One request as the families see it. */
export interface SimulatedRequest {
  readonly model: string;
  readonly body: JsonObject;
  readonly behaviour: Behaviour;
  /** From every byte of the request. */
  readonly seed: number;
  /** Seconds since 1970. */
  readonly nowSeconds: number;
}

export interface SimulatedReply {
  readonly status: number;
  readonly headers: HeaderList;
  /**
   * Pieces in the order in which they go out, made one at a time. A stream waits before each of them; a plain answer
   * has one.
   */
  readonly parts: Iterable<string | Buffer>;
  readonly streamed: boolean;
  /** How many pieces of a stream the answer would have been: the time that a plain answer takes. */
  readonly steps: number;
  /** Event that tells of a failure in the middle of a stream. */
  readonly errorEvent: string;
}

const JSON_TYPE = ['content-type', 'application/json'] as const;
const SSE_TYPE = ['content-type', 'text/event-stream; charset=utf-8'] as const;
const MIDSTREAM_MESSAGE = 'The simulated provider failed in the middle of its answer';

export function jsonReply(body: JsonValue, steps = 0): SimulatedReply {
  return bytesReply(JSON_TYPE[1], JSON.stringify(body), steps);
}

export function bytesReply(contentType: string, body: string | Buffer, steps = 0): SimulatedReply {
  const headers = ['content-type', contentType, 'content-length', String(Buffer.byteLength(body))];
  return { status: 200, headers, parts: [body], streamed: false, steps, errorEvent: '' };
}

export function streamReply(parts: Iterable<string>): SimulatedReply {
  const errorEvent = dataEvent({ error: errorObject(MIDSTREAM_MESSAGE, 'server_error', null) });
  return { status: 200, headers: SSE_TYPE, parts, streamed: true, steps: 0, errorEvent };
}

export function dataEvent(body: JsonValue): string {
  return `data: ${JSON.stringify(body)}\n\n`;
}

/** OpenAI's error envelope. */
export function errorReply(
  status: number,
  error: { readonly message: string; readonly type: string; readonly code: string | null },
  headers: HeaderList = [],
): SimulatedReply {
  const body = JSON.stringify({ error: errorObject(error.message, error.type, error.code) });
  const all = [...JSON_TYPE, 'content-length', String(Buffer.byteLength(body)), ...headers];
  return { status, headers: all, parts: [body], streamed: false, steps: 0, errorEvent: '' };
}

export function invalidRequest(message: string): SimulatedReply {
  return errorReply(400, { message, type: 'invalid_request_error', code: null });
}

export function errorObject(message: string, type: string, code: string | null): JsonObject {
  return { message, type, param: null, code };
}
