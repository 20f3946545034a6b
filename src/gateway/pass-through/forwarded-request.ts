/** What a pass-through request looks like at the provider: address, query and headers. Pure. */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { HeaderList } from '../../wire/contract.ts';
import { credentialHeaders, type PassThroughTarget } from './pass-through-targets.ts';

const PASS_PREFIX = 'x-pass-';
/** Forwarded also where the client's headers are not. */
const ALWAYS: ReadonlySet<string> = new Set(['content-type', 'accept']);
/** Credentials of the gateway or of its web pages, and what belongs to the connection. */
const NEVER: ReadonlySet<string> = new Set([
  'authorization',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'x-litellm-api-key',
  'ocp-apim-subscription-key',
  'proxy-authorization',
  'cookie',
  'origin',
  'referer',
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'accept-encoding',
]);

export interface ProviderAddress {
  readonly origin: string;
  /** Path of the base address, without a slash at its end. */
  readonly basePath: string;
}

export interface IncomingRequest {
  /** Path as sent, with the prefix. */
  readonly path: string;
  readonly query: string;
  readonly headers: HeaderList;
  /** `litellm_key_header_name`; carries the gateway's key then. */
  readonly keyHeaderName: string | null;
}

export interface ForwardedRequest {
  readonly path: string;
  readonly headers: HeaderList;
  /** Address without query, for `x-litellm-model-api-base`. */
  readonly shownAddress: string;
}

/** @throws GatewayError `bad_request` when the variable does not hold an address */
export function providerAddress(target: PassThroughTarget, environment: ReadonlyMap<string, string>): ProviderAddress {
  const variable = target.baseVariables.find((name) => (environment.get(name) ?? '') !== '');
  const text = variable === undefined ? target.defaultBase : environment.get(variable);
  if (text === null || text === undefined) {
    throw new GatewayError(
      'bad_request',
      `Set ${target.baseVariables[0] ?? ''} to the address of the provider to use this route.`,
    );
  }
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) {
    throw new GatewayError(
      'bad_request',
      `${variable ?? 'The base address'} is not an http or https address; correct it.`,
    );
  }
  const url = new URL(text);
  const base = url.pathname.replace(/\/+$/, '');
  return { origin: url.origin, basePath: variable === undefined ? base + (target.versionOfDefaultBase ?? '') : base };
}

/** @throws GatewayError `not_found` for a path that climbs out of the base */
export function forwardedRequest(
  target: PassThroughTarget,
  key: string,
  address: ProviderAddress,
  incoming: IncomingRequest,
): ForwardedRequest {
  const rest = endpoint(incoming.path, target);
  const repeated = target.versionOfDefaultBase;
  const doubled = repeated !== null && address.basePath.endsWith(repeated) && rest.startsWith(`${repeated}/`);
  const path = address.basePath + (doubled ? rest.slice(repeated.length) : rest);
  const query = forwardedQuery(incoming.query, target.credential === 'query' ? key : null);
  return {
    path: query === '' ? path : `${path}?${query}`,
    headers: [...forwardedHeaders(incoming, target.forwardsHeaders), ...credentialHeaders(target.credential, key)],
    shownAddress: address.origin + path,
  };
}

function endpoint(path: string, target: PassThroughTarget): string {
  const rest = path.slice(path.indexOf('/', 1));
  const known = target.prefixes.some((prefix) => path === `/${prefix}${rest}`);
  // The provider's parser may read dots, backslashes and encoded forms of them in its own way.
  const segments = decodeURIComponent(rest).split(/[/\\]/);
  const climbs = segments.some((segment) => segment === '..' || segment === '.');
  if (!known || climbs || /%2f|%5c|%00/i.test(rest))
    throw new GatewayError('not_found', 'Not Found', { detail: 'Not Found' });
  return rest;
}

/** `key` is the gateway's when a client sends it; it is replaced or left out, never passed on. */
function forwardedQuery(query: string, key: string | null): string {
  const values = new URLSearchParams(query);
  if (!values.has('key') && key === null) return query;
  values.delete('key');
  if (key !== null) values.set('key', key);
  return values.toString();
}

function forwardedHeaders({ headers, keyHeaderName }: IncomingRequest, all: boolean): string[] {
  const out: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (name === keyHeaderName || NEVER.has(name)) continue;
    if (all || ALWAYS.has(name)) out.push(name, value);
    else if (name.startsWith(PASS_PREFIX) && !NEVER.has(name.slice(PASS_PREFIX.length))) {
      out.push(name.slice(PASS_PREFIX.length), value);
    }
  }
  return out;
}
