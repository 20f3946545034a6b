/** LiteLLM's words for "this needs a database", of which there are several, and the shapes that they come in. */
import { GatewayError } from '../../errors/gateway-error.ts';

export const NOT_CONNECTED =
  'DB not connected. This endpoint needs a database; set DATABASE_URL to a PostgreSQL connection string (postgresql://...) to enable it. See https://docs.litellm.ai/docs/proxy/virtual_keys';

/** `{"detail": {"error": …}}`, the most frequent shape. */
export function databaseNotConnected(status: number): GatewayError {
  return new GatewayError('internal', NOT_CONNECTED, { status, detail: { error: NOT_CONNECTED } });
}
