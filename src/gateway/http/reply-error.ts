/**
 * The one place where an error becomes a reply. What is not a GatewayError is a bug of ours or of a library: logged
 * with its stack, answered 500 without a word about its inside.
 */
import { errorBody } from '../../errors/error-body.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { Exchange, HeaderList } from '../../wire/contract.ts';
import type { Logger } from 'pino';
import { handOver } from './delegating-exchange.ts';

export interface ErrorReply {
  /** Headers that the route already knows: call id, CORS, cost. */
  readonly headers: HeaderList;
  readonly log: Logger;
}

export function replyError(exchange: Exchange, error: unknown, { headers, log }: ErrorReply): void {
  const shown = presentable(error, log, exchange);
  if (exchange.ended || handOver(exchange, shown)) return;
  if (exchange.headSent) {
    // Too late for a status, and only the route knows how its stream says so: cut, so that it never looks complete.
    exchange.abort();
    return;
  }
  const out = ['content-type', 'application/json', ...(shown.options.headers ?? []), ...headers];
  const { retryAfterSeconds } = shown.options;
  if (retryAfterSeconds !== undefined) out.push('retry-after', String(retryAfterSeconds));
  exchange.reply(shown.status, out, errorBody(shown));
}

function presentable(error: unknown, log: Logger, exchange: Exchange): GatewayError {
  if (error instanceof GatewayError) return error;
  log.error({ err: error, method: exchange.method, path: exchange.path }, 'request failed unexpectedly');
  return new GatewayError('internal', 'Internal server error. The log of the gateway has the details.', {
    cause: error,
  });
}

/** FastAPI's answer for a path that no route has. */
export function notFound(): GatewayError {
  return new GatewayError('not_found', 'Not Found', { detail: 'Not Found' });
}

/** FastAPI's answer for a path that has other methods. */
export function methodNotAllowed(allow: string): GatewayError {
  return new GatewayError('method_not_allowed', 'Method Not Allowed', {
    detail: 'Method Not Allowed',
    headers: ['allow', allow],
  });
}
