/** Asks LiteLLM who somebody is that shows a credential which only it knows, and what of this gateway is theirs. */
import { isJsonObject, type JsonValue } from '../../protocol/json.ts';
import type { Exchange, HeaderList } from '../../wire/contract.ts';
import type { AdminRole } from '../acceleration/acceleration-routes.ts';
import { usableOrigin } from './fallback-state.ts';
import { requestHeaders } from './relayed-headers.ts';
import type { Relay } from './relayed-request.ts';

const PATH = '/v2/user/info';
const ANSWER_MS = 5_000;
const MOST_BYTES = 256 * 1024;
/** About the body and the form of the question that came here, not of the one that is asked. */
const NOT_ASKED: ReadonlySet<string> = new Set(['content-type', 'accept', 'accept-encoding', 'origin', 'cookie']);

const ROLES: ReadonlyMap<JsonValue, AdminRole> = new Map<JsonValue, AdminRole>([
  ['proxy_admin', 'admin'],
  ['proxy_admin_viewer', 'viewer'],
]);

/** @returns null for everybody else, and when LiteLLM gives no answer */
export async function askRole(relay: Relay, exchange: Exchange): Promise<AdminRole | null> {
  const origin = usableOrigin(relay.states.current());
  if (origin === null) return null;
  const answer = await ask(relay, origin, withoutForm(requestHeaders(exchange, { ...relay.headers, host: null })));
  return answer !== null && isJsonObject(answer) ? (ROLES.get(answer['user_role'] ?? null) ?? null) : null;
}

function withoutForm(headers: HeaderList): HeaderList {
  return headers.filter((_, index) => !NOT_ASKED.has(headers[index - (index % 2)] ?? ''));
}

function ask(relay: Relay, origin: string, headers: HeaderList): Promise<JsonValue | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let status = 0;
    const deadlines = { connectMs: ANSWER_MS, firstByteMs: ANSWER_MS, gapMs: Infinity, totalMs: ANSWER_MS };
    const request = { origin, method: 'GET', path: PATH, headers, body: null, bodyLength: 0 };
    const call = relay.upstream.send(request, deadlines, {
      onHead: (answered) => (status = answered),
      onData: (chunk) => {
        bytes += chunk.length;
        if (bytes <= MOST_BYTES) chunks.push(chunk);
        else {
          call.abort();
          resolve(null);
        }
      },
      onEnd: () => resolve(status === 200 ? parsed(Buffer.concat(chunks)) : null),
      onError: () => resolve(null),
      onDeadline: () => resolve(null),
    });
  });
}

function parsed(bytes: Buffer): JsonValue | null {
  try {
    return JSON.parse(bytes.toString('utf8')) as JsonValue;
  } catch {
    return null;
  }
}
