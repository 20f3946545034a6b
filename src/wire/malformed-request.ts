/** What is answered to bytes that are not a valid HTTP/1 request: status by the parser's code, LiteLLM's error body. */
import { errorBody } from '../errors/error-body.ts';
import { GatewayError } from '../errors/gateway-error.ts';

export interface MalformedRequest {
  readonly status: number;
  /** For the client and the log; holds nothing of what was sent. */
  readonly message: string;
  /** The parser's code, e.g. `HPE_INVALID_HEADER_TOKEN`. */
  readonly code: string;
}

const REASONS = new Map<number, string>([
  [400, 'Bad Request'],
  [405, 'Method Not Allowed'],
  [408, 'Request Timeout'],
  [413, 'Payload Too Large'],
  [431, 'Request Header Fields Too Large'],
  [501, 'Not Implemented'],
  [505, 'HTTP Version Not Supported'],
]);

const BY_CODE = new Map<string, readonly [number, string]>([
  ['HPE_HEADER_OVERFLOW', [431, 'The request headers are larger than this server accepts.']],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', [413, 'The chunk extensions of the request body are too large.']],
  ['ERR_HTTP_REQUEST_TIMEOUT', [408, 'The request did not arrive completely in time.']],
  ['HPE_INVALID_VERSION', [505, 'Use HTTP/1.1 or HTTP/1.0.']],
  ['HPE_PAUSED_H2_UPGRADE', [505, 'HTTP/2 is not spoken on this port; use HTTP/1.1.']],
  ['HPE_INVALID_EOF_STATE', [400, 'The connection was closed before the request was complete.']],
]);

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) \S+ HTTP\/1\.[01]\r?\n/;
const HTTP2_PREFACE = /^PRI \* HTTP\/2/;

/** The packet in which the parser found an error, and how far it had read it. */
export interface MalformedPacket {
  readonly bytes: Buffer;
  readonly parsedBytes: number;
}

/** Judges the parser's error. */
export function judgeMalformed(parserCode: string, packet: MalformedPacket | null): MalformedRequest {
  const start = packet?.bytes.subarray(0, 4096).toString('latin1') ?? '';
  const line = REQUEST_LINE.exec(start);
  const code = HTTP2_PREFACE.test(start) ? 'HPE_PAUSED_H2_UPGRADE' : parserCode;
  // The parser stops inside the method; further on, the error is in a later request of the same packet.
  if (code === 'HPE_INVALID_METHOD' && line !== null && (packet?.parsedBytes ?? 0) <= (line[1] ?? '').length) {
    return { status: 501, message: 'The request method is not known.', code };
  }
  // The parser also complains of the version when its line ends in a bare line feed.
  if (code === 'HPE_INVALID_VERSION' && line !== null) return { status: 400, message: 'End lines with CR LF.', code };
  const known = BY_CODE.get(code);
  if (known !== undefined) return { status: known[0], message: known[1], code };
  return { status: 400, message: `The request is not valid HTTP (${code}).`, code };
}

/** Complete reply that ends its connection. */
export function malformedReply(judged: MalformedRequest): string {
  const body = malformedBody(judged);
  return (
    `HTTP/1.1 ${judged.status} ${REASONS.get(judged.status) ?? 'Error'}\r\n` +
    `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  );
}

/** The JSON body alone. */
export function malformedBody(judged: MalformedRequest): string {
  return errorBody(new GatewayError('bad_request', judged.message, { status: judged.status }));
}
