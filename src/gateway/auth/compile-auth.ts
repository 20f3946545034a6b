/**
 * The key check. A key comes in one of the headers that LiteLLM reads, the first of them that is present decides; the
 * comparison is over SHA-256 digests in constant time, so that neither length nor content can be told from the time.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { GeneralSettings } from '../../config/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { Exchange } from '../../wire/contract.ts';
import type { CallerIdentity } from '../contract.ts';

/** In order of precedence. Values of the first two may have a scheme, those of the others are the key itself. */
const KEY_HEADERS = [
  'x-litellm-api-key',
  'authorization',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'ocp-apim-subscription-key',
] as const;

const OPEN: CallerIdentity = { kind: 'open' };
const MASTER: CallerIdentity = { kind: 'master' };
const BEARER = /^bearer (?=\S)/i;

export type Authenticate = (exchange: Exchange) => CallerIdentity;

/** @returns a check that throws GatewayError 401 `auth_error` for everybody but the holder of the master key */
export function compileAuth(general: GeneralSettings): Authenticate {
  const { masterKey, keyHeaderName } = general;
  if (masterKey === null) return () => OPEN;
  const expected = digest(masterKey);
  const present = keyHeaderName === null ? presentedKey : (exchange: Exchange) => customKey(exchange, keyHeaderName);
  return (exchange) => {
    if (timingSafeEqual(digest(present(exchange)), expected)) return MASTER;
    throw refusal(
      'Invalid proxy server token passed. The key is not the master key, and no database with other keys is connected.',
    );
  };
}

function digest(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}

function presentedKey(exchange: Exchange): string {
  for (const name of KEY_HEADERS) {
    const value = exchange.header(name);
    if (value === undefined || value === '') continue;
    if (name === 'authorization') return bearer(value);
    return value.replace(BEARER, '');
  }
  throw refusal('No api key passed in.');
}

/** LiteLLM-compat: with `litellm_key_header_name` only that header counts, and it needs the scheme. */
function customKey(exchange: Exchange, name: string): string {
  const value = exchange.header(name);
  if (value === undefined || value === '') {
    if (KEY_HEADERS.some((other) => exchange.header(other) !== undefined)) throw malformed();
    throw refusal('No api key passed in.');
  }
  return bearer(value);
}

function bearer(value: string): string {
  const trimmed = value.trim();
  if (/^basic /i.test(trimmed)) return Buffer.from(trimmed.slice(6), 'base64').toString('utf8');
  if (!BEARER.test(trimmed)) throw malformed();
  return trimmed.slice('bearer '.length);
}

function malformed(): GatewayError {
  return refusal('Malformed API Key passed in. Ensure Key has `Bearer ` prefix.');
}

function refusal(text: string): GatewayError {
  return new GatewayError('auth_error', `Authentication Error, ${text}`, { param: 'None' });
}
