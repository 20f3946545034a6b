import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonValue } from '../../protocol/json.ts';
import type { BodyError, Exchange } from '../../wire/contract.ts';
import { invalid } from './query.ts';

/** Bodies of management calls are small; nothing of what exceeds this is kept. */
const LIMIT_BYTES = 1024 * 1024;

/**
 * The request body as JSON; undefined when there is none.
 * @throws GatewayError 422 for text that is not JSON, 413 beyond 1 MB, 400 for a body that broke off
 */
export async function readJsonBody(exchange: Exchange): Promise<JsonValue | undefined> {
  const bytes = await readBytes(exchange);
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8')) as JsonValue;
  } catch {
    throw invalid([{ type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error', input: {} }]);
  }
}

function readBytes(exchange: Exchange): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    exchange.readBody(
      {
        onBodyChunk: (chunk) => chunks.push(chunk),
        onBodyEnd: () => resolve(Buffer.concat(chunks)),
        onBodyError: (error) => reject(bodyFailure(error)),
      },
      LIMIT_BYTES,
    );
  });
}

function bodyFailure({ reason, message }: BodyError): GatewayError {
  if (reason === 'incomplete') return new GatewayError('bad_request', message);
  return new GatewayError('request_too_large', 'The body of a management call may have at most 1 MB.');
}
