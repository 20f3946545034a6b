import { errorBody } from '../../errors/error-body.ts';
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { Exchange, HeaderList } from '../../wire/contract.ts';

/**
 * Answers an exchange with an error: status, JSON body, the error's own headers and the caller's.
 * Does nothing once the head was sent; then only the stream's writer can tell the client.
 */
export function replyError(exchange: Exchange, error: GatewayError, headers: HeaderList = []): void {
  if (exchange.headSent || exchange.ended) return;
  const own = error.options.headers ?? [];
  exchange.reply(error.status, ['content-type', 'application/json', ...own, ...headers], errorBody(error));
}
