/** Maps what undici and the socket report to the transport's few codes, by table; the message holds no secret. */
import type { TransportErrorCode } from './contract.ts';

export interface Failure {
  readonly code: TransportErrorCode;
  readonly reason: string;
}

/** Failures of a request that was being sent or answered; what is not listed is a reset. */
const AFTER_SENT = new Map<string, Failure>([
  ['UND_ERR_HEADERS_OVERFLOW', { code: 'malformed-reply', reason: 'the head of the reply is larger than 64 KB' }],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', { code: 'reset', reason: 'the reply ended before its content-length' }],
  ['UND_ERR_DESTROYED', { code: 'closed', reason: 'connections are being closed' }],
  ['UND_ERR_CLOSED', { code: 'closed', reason: 'connections are being closed' }],
]);

const INVALID_REQUEST = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);

/** undici's words for bytes that come where none may. */
const OUT_OF_TURN = new Set(['bad response', 'bad upgrade']);

export function describeFailure(error: Error, sent: boolean): Failure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (INVALID_REQUEST.has(code))
    return { code: 'invalid-request', reason: `the request cannot be sent: ${error.message}` };
  if (!sent) return describeConnectFailure(code);
  const known = AFTER_SENT.get(code);
  if (known !== undefined) return known;
  // undici gives its parser's errors no code, only llhttp's words, which are fixed texts without any bytes of the reply.
  if (error.name === 'HTTPParserError' && !error.message.includes('Invalid EOF state')) {
    return { code: 'malformed-reply', reason: error.message };
  }
  if (OUT_OF_TURN.has(error.message))
    return { code: 'malformed-reply', reason: `the reply is not valid HTTP (${error.message})` };
  return { code: 'reset', reason: `the connection ended before the reply did${code === '' ? '' : ` (${code})`}` };
}

function describeConnectFailure(code: string): Failure {
  if (code === 'CONNECT_TIMEOUT' || code === 'ETIMEDOUT')
    return { code: 'connect-timeout', reason: 'no connection in time' };
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED')
    return { code: 'closed', reason: 'connections are being closed' };
  return { code: 'connect-failed', reason: `no connection${code === '' ? '' : ` (${code})`}` };
}
