/** undici's `request` over a pool: method, headers and bytes out, status, headers and a readable body in. */
import { Readable } from 'node:stream';
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import type { HeaderList, UpstreamRequest } from '../../wire/contract.ts';
import type { PoolAnswer, PoolBody, PoolRequestInit } from './contract.ts';
import type { PoolEngine } from './pool-engine.ts';
import type { BodySink, BodySource } from './pool-exchange.ts';

export async function poolRequest(engine: PoolEngine, url: string | URL, init: PoolRequestInit): Promise<PoolAnswer> {
  const { method = 'GET', headers = {}, body = null, signal = null, deadlines } = init;
  const request = upstreamRequest(addressOf(url), {
    method,
    headers: Object.entries(headers).flatMap(([name, value]) =>
      (typeof value === 'string' ? [value] : value).flatMap((each) => [name.toLowerCase(), each]),
    ),
    body: bytesOf(body),
  });
  const answer = await engine.exchange({ request, deadlines, signal, bodyOf: (source) => new AnswerBody(source) });
  return { statusCode: answer.status, headers: recordOf(answer.headers), body: answer.body };
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
    headers: headers.filter((_, index) => !NEVER.has(headers[index - (index % 2)] ?? '')),
    body: body === null ? null : [body],
    bodyLength: body?.length ?? 0,
  };
}

/** @throws GatewayError `bad_request` */
export function addressOf(given: string | URL): URL {
  const url = typeof given === 'string' ? URL.parse(given) : given;
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
    const [name = '', value = ''] = list.slice(index, index + 2);
    const before = record[name];
    record[name] = before === undefined ? value : [...(typeof before === 'string' ? [before] : before), value];
  }
  return record;
}

class AnswerBody extends Readable implements PoolBody, BodySink {
  readonly #source: BodySource;

  constructor(source: BodySource) {
    super();
    this.#source = source;
    // Who reads is told; a body that nobody reads must not end the process.
    this.on('error', () => undefined);
  }

  chunk(bytes: Buffer): boolean {
    return this.push(bytes);
  }

  end(): void {
    this.push(null);
  }

  fail(reason: unknown): void {
    this.destroy(reason instanceof Error ? reason : new Error('the call was ended', { cause: reason }));
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#source.abort();
    done(error);
  }

  async bytes(): Promise<Uint8Array> {
    const chunks: Buffer[] = [];
    for await (const chunk of this) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }
}
