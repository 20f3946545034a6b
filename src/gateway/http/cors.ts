/**
 * Which web pages may read the answers, as LiteLLM decides it from `LITELLM_CORS_ORIGINS` and
 * `LITELLM_CORS_ALLOW_CREDENTIALS`; compiled once per configuration.
 *
 * Without a master key only pages of this machine are granted anything, whatever the variables say: an open gateway
 * must not be a way for a web page to spend the keys of the user who visits it.
 */
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import type { Exchange, HeaderList } from '../../wire/contract.ts';
import { isLoopbackOrigin } from './loopback.ts';

const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'QUERY'];
const EXPOSED =
  'x-litellm-semantic-filter, x-litellm-semantic-filter-tools, x-litellm-adaptive-router-model, ' +
  'x-litellm-applied-guardrails, x-litellm-guardrail-scan-id, x-litellm-guardrail-scan-metadata, x-litellm-cache-key';
const PREFLIGHT_VARY =
  'Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network';
const NOTHING: HeaderList = [];

export interface Cors {
  /** Headers to add to every reply; empty for requests without `Origin`. */
  headers(origin: string | undefined): HeaderList;
  /** Answers a preflight request. @returns false when the request is none */
  answerPreflight(exchange: Exchange): boolean;
}

export function compileCors(snapshot: ConfigSnapshot): Cors {
  const { environment } = snapshot;
  const listed = origins(environment.get('LITELLM_CORS_ORIGINS'));
  const everybody = listed.has('*');
  const stated = environment.get('LITELLM_CORS_ALLOW_CREDENTIALS');
  const credentials = stated === undefined ? !everybody : stated.trim().toLowerCase() === 'true';
  const openMode = snapshot.general.masterKey === null;
  const named = !everybody || credentials || openMode;
  const allowed = (origin: string): boolean =>
    (!openMode || isLoopbackOrigin(origin)) && (everybody || listed.has(origin));
  const granted = everybodyHeaders(credentials);

  return {
    headers(origin) {
      if (origin === undefined) return NOTHING;
      if (!named) return granted;
      return allowed(origin) ? namedHeaders(origin, credentials) : ['vary', 'Origin'];
    },
    answerPreflight(exchange) {
      const origin = exchange.header('origin');
      const method = exchange.header('access-control-request-method');
      if (exchange.method !== 'OPTIONS' || origin === undefined || method === undefined) return false;
      const mayRead = allowed(origin);
      const failures = [
        ...(mayRead ? [] : ['origin']),
        ...(METHODS.includes(method) ? [] : ['method']),
        ...(exchange.header('access-control-request-private-network') === undefined ? [] : ['private-network']),
      ];
      const headers = preflightHeaders(exchange, mayRead ? (named ? origin : '*') : null, credentials);
      if (failures.length === 0) exchange.reply(200, headers, 'OK');
      else exchange.reply(400, headers, `Disallowed CORS ${failures.join(', ')}`);
      return true;
    },
  };
}

function preflightHeaders(exchange: Exchange, origin: string | null, credentials: boolean): string[] {
  const headers = ['vary', PREFLIGHT_VARY, 'content-type', 'text/plain; charset=utf-8'];
  headers.push('access-control-allow-methods', METHODS.join(', '), 'access-control-max-age', '600');
  if (origin === null) return headers;
  headers.push('access-control-allow-origin', origin);
  if (credentials) headers.push('access-control-allow-credentials', 'true');
  // All headers are allowed, which is said by repeating the ones that were asked for.
  const asked = exchange.header('access-control-request-headers');
  if (asked !== undefined) headers.push('access-control-allow-headers', asked);
  return headers;
}

function everybodyHeaders(credentials: boolean): HeaderList {
  const headers = ['access-control-allow-origin', '*', 'access-control-expose-headers', EXPOSED, 'vary', 'Origin'];
  return credentials ? [...headers, 'access-control-allow-credentials', 'true'] : headers;
}

function namedHeaders(origin: string, credentials: boolean): HeaderList {
  const headers = ['access-control-allow-origin', origin, 'access-control-expose-headers', EXPOSED, 'vary', 'Origin'];
  return credentials ? [...headers, 'access-control-allow-credentials', 'true'] : headers;
}

function origins(value: string | undefined): ReadonlySet<string> {
  if (value === undefined || value.trim() === '') return new Set(['*']);
  return new Set(
    value
      .split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ''),
  );
}
