/**
 * Where a caller's key is read from. The first header that is there counts, also when a later one would be right.
 */
import type { Exchange } from '../../wire/contract.ts';

/** Read as they are, after `x-litellm-api-key` and `Authorization`. */
const PLAIN_HEADERS = ['api-key', 'x-api-key', 'x-goog-api-key', 'ocp-apim-subscription-key'] as const;
const SCHEME = /^(bearer|basic) /i;
const AWS_SCHEME = 'AWS4-HMAC-SHA256';
const AWS_CREDENTIAL = /Credential=(?:Bearer\s+)?([^/\s,]+)/;

/** @returns null when the request has no key at all, the empty text when it has one in a wrong form */
export function receivedKey(exchange: Exchange, ownHeader: string | null): string | null {
  // LiteLLM-compat: with a header name of one's own a missing header reads like a malformed one.
  if (ownHeader !== null) return fromScheme(exchange.header(ownHeader) ?? '');
  const first = exchange.header('x-litellm-api-key');
  if (first !== undefined && first !== '') return SCHEME.test(first) ? fromScheme(first) : first;
  const authorization = exchange.header('authorization');
  if (authorization !== undefined && authorization !== '') return fromScheme(authorization);
  for (const name of PLAIN_HEADERS) {
    const value = exchange.header(name);
    if (value !== undefined && value !== '') return value;
  }
  return takesKeyFromQuery(exchange.path) ? queryValue(exchange.query, 'key') : null;
}

/** What stands after `Bearer` or `Basic`, as it is: LiteLLM does not decode Basic. */
function fromScheme(value: string): string {
  if (SCHEME.test(value)) return value.slice(value.indexOf(' ') + 1);
  // LangChain signs as for AWS and puts the key where the access key id belongs.
  if (value.startsWith(AWS_SCHEME)) return AWS_CREDENTIAL.exec(value)?.[1] ?? '';
  return '';
}

/** LiteLLM-compat: in front of Google's own API only Google's two places count. */
export function receivedGoogleKey(exchange: Exchange): string | null {
  return queryValue(exchange.query, 'key') ?? (exchange.header('x-goog-api-key') || null);
}

/** Google's clients send `?key=`; on other routes a key in the URL would end up in logs. */
function takesKeyFromQuery(path: string): boolean {
  return path.includes('generateContent') || path.includes('streamGenerateContent');
}

function queryValue(query: string, name: string): string | null {
  const value = query === '' ? null : new URLSearchParams(query).get(name);
  return value === '' ? null : value;
}
