import type { Logger } from 'pino';
import { GatewayError } from '../../errors/gateway-error.ts';

/** Logs a fault of ours, and says no more of it to the client than where to look: the cause may hold what others sent. */
export function internalFault(cause: unknown, callId: string, log: Logger): GatewayError {
  log.error({ err: cause, callId }, 'a request failed inside the gateway');
  return new GatewayError('internal', 'Internal server error. The gateway logged the cause with this call id.', {
    cause,
  });
}
