/**
 * Headers on their way between a client and LiteLLM: all of them as they came, but those of one connection (RFC 9110
 * §7.6.1), those that say who came through whom, and those that are this gateway's own. Pure.
 */
import type { HeaderList, RequestHead } from '../../wire/contract.ts';
import { hostName } from '../http/loopback.ts';

/** Of one connection, or written by the transport. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const OWN_PREFIX = 'x-fast-litellm-';
const FORWARDED_PREFIX = 'x-forwarded-';
const WEBSOCKET: HeaderList = ['connection', 'Upgrade', 'upgrade', 'websocket'];

export interface RequestHeaderRules {
  readonly scheme: 'http' | 'https';
  /** `general_settings.use_x_forwarded_for`: what a proxy in front says of its client is believed, and kept. */
  readonly trustsForwarded: boolean;
  /** Pseudonym for `Via`, by which a request that comes back is known. */
  readonly pseudonym: string;
  /** Value of `Host`; null: the transport writes it. */
  readonly host: string | null;
}

/** Without length; with `Connection` and `Upgrade` only where a websocket is asked for. */
export function requestHeaders(head: RequestHead, rules: RequestHeaderRules, websocket = false): HeaderList {
  const { trustsForwarded, pseudonym, host } = rules;
  const headers = head.headers();
  const dropped = namedByConnection(headers);
  const out: string[] = host === null ? [] : ['host', host];
  let via = '';
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (name === 'via') via += `${value}, `;
    else if (name === 'host' || OF_THE_CONNECTION.has(name) || dropped.has(name) || name.startsWith(OWN_PREFIX))
      continue;
    else if (name === 'forwarded' || name.startsWith(FORWARDED_PREFIX)) {
      if (trustsForwarded && !REWRITTEN.has(name)) out.push(name, value);
    } else out.push(name, value);
  }
  out.push(...forwarded(head, rules), 'via', `${via}1.1 ${pseudonym}`);
  if (websocket) out.push(...WEBSOCKET);
  return out;
}

const REWRITTEN: ReadonlySet<string> = new Set([
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
]);

function forwarded(head: RequestHead, { scheme, trustsForwarded }: RequestHeaderRules): HeaderList {
  const said = (name: string): string | undefined => (trustsForwarded ? head.header(name) : undefined);
  const host = said('x-forwarded-host') ?? head.header('host') ?? '';
  const proto = said('x-forwarded-proto') ?? scheme;
  const before = trustsForwarded ? chain(head.headers()) : '';
  const out = ['x-forwarded-for', before + plainAddress(head.remoteAddress), 'x-forwarded-proto', proto];
  if (host !== '') out.push('x-forwarded-host', host);
  out.push('x-forwarded-port', said('x-forwarded-port') ?? portOf(host, proto));
  return out;
}

/** Every `X-Forwarded-For` that came, as the beginning of one list. */
function chain(headers: HeaderList): string {
  let list = '';
  for (let index = 0; index + 1 < headers.length; index += 2)
    if (headers[index] === 'x-forwarded-for') list += `${headers[index + 1]}, `;
  return list;
}

/** An IPv4 address as a dual-stack listener tells it, without its IPv6 wrapping. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address;
}

function portOf(host: string, proto: string): string {
  const port = host.slice(hostName(host).length).split(':').at(-1) ?? '';
  return /^\d+$/.test(port) ? port : proto === 'https' ? '443' : '80';
}

/** The request has been here before: LiteLLM's address leads back to this gateway. */
export function cameBack(head: RequestHead, pseudonym: string): boolean {
  return head.header('via')?.includes(pseudonym) === true;
}

/** What the client gets of LiteLLM's headers. @param origin LiteLLM's, which no redirect may name */
export function replyHeaders(headers: HeaderList, origin: string, websocket = false): HeaderList {
  const dropped = namedByConnection(headers);
  const out: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (name === 'content-length') out.push(name, value);
    else if (OF_THE_CONNECTION.has(name) || dropped.has(name) || isWrittenHere(name)) continue;
    else out.push(name, name === 'location' ? withoutOrigin(value, origin) : value);
  }
  if (websocket) out.push(...WEBSOCKET);
  out.push('x-fast-litellm-served-by', 'litellm');
  return out;
}

/** Which web pages may read an answer is decided here, by the same rules, for all routes alike. */
function isWrittenHere(name: string): boolean {
  return name.startsWith('access-control-') || name.startsWith(OWN_PREFIX);
}

function withoutOrigin(location: string, origin: string): string {
  if (location === origin) return '/';
  return location.startsWith(`${origin}/`) ? location.slice(origin.length) : location;
}

const NONE: ReadonlySet<string> = new Set();

/** Headers that the sender says are of this connection too. */
function namedByConnection(headers: HeaderList): ReadonlySet<string> {
  let named: Set<string> | null = null;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (headers[index] !== 'connection') continue;
    named ??= new Set();
    for (const token of (headers[index + 1] ?? '').split(',')) named.add(token.trim().toLowerCase());
  }
  return named ?? NONE;
}
