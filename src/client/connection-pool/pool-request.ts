/** undici's `request` over a pool: method, headers and bytes out, status, headers and a readable body in. */
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import type { HeaderList, UpstreamRequest } from '../../wire/contract.ts';
import { AnswerBody } from './answer-body.ts';
import { checkRequestInit } from './check-call-init.ts';
import type { PoolAnswer, PoolRequestInit } from './contract.ts';
import type { PoolEngine } from './pool-engine.ts';
import type { BodySource } from './pool-exchange.ts';
import { wrongPoolOption } from './read-pool-options.ts';

export async function poolRequest(engine: PoolEngine, url: string | URL, init: PoolRequestInit): Promise<PoolAnswer> {
  checkRequestInit(init);
  const { method = 'GET', headers = {}, body = null, signal = null, deadlines } = init;
  const request = upstreamRequest(addressOf(url), {
    method,
    headers: listOf(headers),
    body: bytesOf(body),
  });
  const answer = await engine.exchange({ request, deadlines, signal, bodyOf: makeBody });
  return { statusCode: answer.status, headers: recordOf(answer.headers), body: answer.body };
}

function makeBody(source: BodySource): AnswerBody {
  return new AnswerBody(source);
}

function listOf(headers: Readonly<Record<string, string | readonly string[]>>): HeaderList {
  const list: string[] = [];
  for (const name of Object.keys(headers)) {
    const value: unknown = headers[name] ?? '';
    for (const each of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (typeof each !== 'string') throw wrongPoolOption(`headers.${name}`, 'text, or a list of texts', each);
      list.push(name.toLowerCase(), each);
    }
  }
  return list;
}

export interface PlainRequest {
  readonly method: string;
  readonly headers: HeaderList;
  readonly body: Buffer | null;
}

/** The connection's own headers are not the caller's. */
const NEVER: ReadonlySet<string> = new Set(['host', 'content-length', 'connection', 'transfer-encoding', 'keep-alive']);

export function upstreamRequest(url: URL, { method, headers, body }: PlainRequest): UpstreamRequest {
  return {
    origin: url.origin,
    method: method.toUpperCase(),
    path: `${url.pathname}${url.search}`,
    headers: withoutConnection(headers),
    body: body === null ? null : [body],
    bodyLength: body?.length ?? 0,
  };
}

function withoutConnection(headers: HeaderList): HeaderList {
  const kept: string[] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (!NEVER.has(name)) kept.push(name, headers[index + 1] ?? '');
  }
  return kept;
}

/** @throws GatewayError `bad_request` */
export function addressOf(given: string | URL): URL {
  const url = given instanceof URL ? given : URL.parse(String(given));
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new GatewayError('bad_request', 'The address has to be an http or https URL, e.g. https://host/path.', {
    param: 'url',
  });
}

function bytesOf(body: string | Uint8Array | null): Buffer | null {
  if (body === null || Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const text = `The body has to be text or bytes; got ${kindOfValue(body)}.`;
  throw new GatewayError('bad_request', text, { param: 'body' });
}

function recordOf(list: HeaderList): Record<string, string | readonly string[]> {
  const record = Object.create(null) as Record<string, string | string[]>;
  for (let index = 0; index + 1 < list.length; index += 2) {
    const name = list[index] ?? '';
    const value = list[index + 1] ?? '';
    const before = record[name];
    record[name] = before === undefined ? value : [...(typeof before === 'string' ? [before] : before), value];
  }
  return record;
}
