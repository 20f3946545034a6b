/**
 * Client headers that reach the provider: `extra_headers` of the body, and the client's own `x-` headers where
 * `forward_client_headers_to_llm_api` is set. Never a credential, never anything about framing or routing.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonValue } from '../../protocol/json.ts';
import type { HeaderList } from '../../wire/contract.ts';

const NEVER: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'ocp-apim-subscription-key',
  'cookie',
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-type',
  'content-encoding',
  'accept-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
]);

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const UNSAFE_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** @throws GatewayError `bad_request` when it is not an object of strings fit for headers */
export function extraHeaders(value: JsonValue): HeaderList {
  if (value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw refusal('an object of strings');
  const out: string[] = [];
  for (const [name, text] of Object.entries(value)) {
    const lower = name.toLowerCase();
    if (typeof text !== 'string' || !TOKEN.test(name) || UNSAFE_VALUE.test(text))
      throw refusal('valid header names and values');
    if (!NEVER.has(lower)) out.push(lower, text);
  }
  return out;
}

function refusal(expected: string): GatewayError {
  return new GatewayError('bad_request', `Invalid value for 'extra_headers': expected ${expected}.`, {
    param: 'extra_headers',
  });
}

/** The client's `x-` headers, without the gateway's and the client library's own. */
export function clientHeaders(headers: HeaderList): HeaderList {
  const out: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] as string;
    if (
      (!name.startsWith('x-') && name !== 'anthropic-beta') ||
      name.startsWith('x-stainless') ||
      name.startsWith('x-litellm') ||
      NEVER.has(name)
    )
      continue;
    out.push(name, headers[index + 1] as string);
  }
  return out;
}
