/**
 * The platform's `fetch` over a pool. Follows redirects as the standard says (20 at most, credentials only to their own
 * origin) and decodes what is compressed; asks for plain bytes, which cost nobody anything.
 */
import { pipeline, Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { HeaderList } from '../../wire/contract.ts';
import { checkCallInit } from './check-call-init.ts';
import type { PoolDeadlines, PoolFetchInit } from './contract.ts';
import type { PoolEngine } from './pool-engine.ts';
import type { BodySink, BodySource } from './pool-exchange.ts';
import { addressOf, upstreamRequest } from './pool-request.ts';

const MOST_REDIRECTS = 20;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const WITHOUT_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/** One hop of a call. */
interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Buffer | null;
}

/** @throws GatewayError; the signal's reason */
export async function poolFetch(
  engine: PoolEngine,
  input: string | URL | Request,
  init: PoolFetchInit,
): Promise<Response> {
  checkCallInit(init);
  // The platform would leave a listener on the signal until it is collected.
  const { deadlines, signal: own, ...platform } = init;
  const request = new Request(input, platform);
  const signal = own ?? (input instanceof Request ? input.signal : null);
  const bytes = request.body === null ? null : Buffer.from(await request.arrayBuffer());
  let hop: Hop = { url: addressOf(request.url), method: request.method, headers: request.headers, body: bytes };
  for (let redirects = 0; ; redirects++) {
    const response = await send(engine, hop, { signal, deadlines });
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (location === null || request.redirect === 'manual') return shown(response, hop.url, redirects > 0);
    await response.body?.cancel();
    if (request.redirect === 'error')
      throw new GatewayError('bad_gateway', `${hop.url.origin} answers with a redirect`);
    if (redirects === MOST_REDIRECTS) throw new GatewayError('bad_gateway', `more than ${MOST_REDIRECTS} redirects`);
    hop = redirected(hop, response.status, location);
  }
}

interface CallLimits {
  readonly signal: AbortSignal | null;
  readonly deadlines: PoolDeadlines | undefined;
}

async function send(engine: PoolEngine, { url, method, headers, body }: Hop, limits: CallLimits): Promise<Response> {
  const sent = new Headers(headers);
  if (!sent.has('accept')) sent.set('accept', '*/*');
  if (!sent.has('accept-encoding')) sent.set('accept-encoding', 'identity');
  if (!sent.has('user-agent')) sent.set('user-agent', 'fast-litellm');
  const request = upstreamRequest(url, { method, headers: [...sent].flat(), body });
  const bodyOf = (source: BodySource): WebBody => new WebBody(source);
  const answer = await engine.exchange({ request, ...limits, bodyOf });
  return responseOf(answer.status, answer.headers, answer.body);
}

function responseOf(status: number, list: HeaderList, body: WebBody): Response {
  const headers = new Headers();
  for (let index = 0; index + 1 < list.length; index += 2) headers.append(list[index] ?? '', list[index + 1] ?? '');
  if (status < 200 || status > 599) {
    body.discard();
    throw new GatewayError('bad_gateway', `the answer has status ${status}`);
  }
  if (WITHOUT_BODY.has(status)) return new Response(null, { status, headers });
  return new Response(decoded(body.stream, headers.get('content-encoding')), { status, headers });
}

function decoded(stream: ReadableStream<Uint8Array>, encoding: string | null): ReadableStream<Uint8Array> {
  const codings = (encoding ?? '').toLowerCase().split(',').reverse();
  return codings.reduce((body, coding) => {
    const decoder = decoderOf(coding.trim());
    if (decoder === null) return body;
    // What fails fails the reader.
    pipeline(Readable.fromWeb(body as never), decoder, () => undefined);
    return Readable.toWeb(decoder) as ReadableStream<Uint8Array>;
  }, stream);
}

function decoderOf(coding: string) {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress();
    default:
      return null;
  }
}

/** The standard's rules: who is asked next, with what. */
function redirected({ url, method, headers, body }: Hop, status: number, location: string): Hop {
  const next = URL.parse(location, url);
  if (next === null) throw new GatewayError('bad_gateway', `${url.origin} redirects to something that is no address`);
  const seeOther = status === 303 ? method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST';
  const kept = new Headers(headers);
  if (seeOther)
    for (const name of ['content-type', 'content-encoding', 'content-language', 'content-location']) kept.delete(name);
  if (next.origin !== url.origin) for (const name of CREDENTIALS) kept.delete(name);
  return { url: addressOf(next), method: seeOther ? 'GET' : method, headers: kept, body: seeOther ? null : body };
}

/** OpenAI's and Anthropic's clients put keys into headers of their own. */
const CREDENTIALS = ['authorization', 'proxy-authorization', 'cookie', 'api-key', 'x-api-key'];

function shown(response: Response, url: URL, wasRedirected: boolean): Response {
  Object.defineProperty(response, 'url', { value: url.href });
  if (wasRedirected) Object.defineProperty(response, 'redirected', { value: true });
  return response;
}

/** As much of an answer waits for a slow reader, and what one read of the socket held. */
const QUEUED_BYTES = 64 * 1024;

/** The body of a `Response`. */
class WebBody implements BodySink {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #source: BodySource;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;

  constructor(source: BodySource) {
    this.#source = source;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => source.resume(),
        cancel: () => source.abort(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: QUEUED_BYTES }),
    );
  }

  chunk(bytes: Buffer): boolean {
    this.#controller?.enqueue(bytes);
    return (this.#controller?.desiredSize ?? 0) > 0;
  }

  end(): void {
    this.#controller?.close();
  }

  fail(reason: unknown): void {
    const terminated = reason instanceof GatewayError ? new TypeError('terminated', { cause: reason }) : reason;
    this.#controller?.error(terminated);
  }

  discard(): void {
    this.#source.abort();
  }
}
