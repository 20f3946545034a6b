/**
 * `Exchange` over node:http's request and response. One object per request; listeners are shared functions that find
 * the exchange on the response, so that a chunk costs no closure and no promise.
 *
 * The end of an exchange is known from two places: `finish` of the response (last byte handed to the system) and the
 * connection's own `end`/`close`, which `NodeConnection` forwards in every phase, also while nothing is written.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NodeConnection } from './node-connection.ts';
import { lowerCaseNames } from './lower-case-names.ts';
import { splitTarget } from './request-target.ts';
import type { BodyError, BodyReceiver, Exchange, ExchangeEnd, HeaderList } from './contract.ts';

/** Unread request bytes up to this size are swallowed to keep the connection; more of them close it. */
const SWALLOW_BYTES = 64 * 1024;
/** Body parts up to this size in total leave joined in one write. */
const JOIN_BYTES = 64 * 1024;

/** Chunks are gathered up to this size. */
const GATHER_BYTES = 16 * 1024;

const EXCHANGE = Symbol('exchange');

export interface WithExchange {
  [EXCHANGE]?: NodeExchange;
}

export interface NodeExchangeOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: NodeConnection;
  readonly startedAtMs: number;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly awaitsContinue: boolean;
}

type HeadState = 'none' | 'pending' | 'sent';

export class NodeExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: string;
  readonly startedAtMs: number;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #connection: NodeConnection;
  #awaitsContinue: boolean;
  #head: HeadState = 'none';
  #ended = false;
  #over: ExchangeEnd | null = null;
  #headers: string[] | null = null;
  #body: BodyReceiver | null = null;
  #bodyBytes = 0;
  #bodyLimit = 0;
  #bodyComplete = false;
  #lengthKnown = false;
  /** Chunks of this turn. A provider's packet often holds many small ones, and each write costs node four. */
  readonly #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  /** `write` said to stop. */
  #stopped = false;
  #onEnd: ((end: ExchangeEnd) => void) | null = null;
  #onWritable: (() => void) | null = null;

  constructor(options: NodeExchangeOptions) {
    this.#request = options.request;
    this.#response = options.response;
    this.#connection = options.connection;
    this.startedAtMs = options.startedAtMs;
    this.#awaitsContinue = options.awaitsContinue;
    this.method = options.request.method ?? '';
    this.target = options.request.url ?? '';
    ({ path: this.path, query: this.query } = splitTarget(this.target));
    (options.request as WithExchange)[EXCHANGE] = this;
    (options.response as WithExchange)[EXCHANGE] = this;
    options.response.on('finish', onResponseFinish);
  }

  get remoteAddress(): string {
    return this.#connection.remoteAddress;
  }

  get headSent(): boolean {
    return this.#head !== 'none';
  }

  get ended(): boolean {
    return this.#ended || this.#over !== null;
  }

  /** The body is being read and its last byte has not come. */
  get readingBody(): boolean {
    return this.#body !== null && !this.#request.complete;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    if (value === undefined) return undefined;
    // Node joins repeated headers; only a value that could be a joined one needs a look at the raw list.
    if (typeof value === 'string' && !value.includes(', ') && name !== 'cookie') return value;
    // slow path: first value from the headers as they came
    const headers = this.headers();
    for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return headers[i + 1];
    return undefined;
  }

  headers(): HeaderList {
    if (this.#headers !== null) return this.#headers;
    this.#headers = lowerCaseNames(this.#request.rawHeaders);
    return this.#headers;
  }

  readBody(receiver: BodyReceiver, limitBytes: number): void {
    const request = this.#request;
    const announced = request.headers['content-length'];
    if (announced !== undefined && Number(announced) > limitBytes) {
      receiver.onBodyError(tooLarge(limitBytes));
      return;
    }
    if (this.#over !== null) {
      receiver.onBodyError(incomplete('the client left before the body was complete'));
      return;
    }
    this.#body = receiver;
    this.#bodyLimit = limitBytes;
    if (this.#awaitsContinue) {
      this.#awaitsContinue = false;
      this.#response.writeContinue();
    }
    request.on('data', onBodyData);
    request.on('end', onBodyEnd);
  }

  pauseBody(): void {
    if (this.#body !== null) this.#request.pause();
  }

  resumeBody(): void {
    if (this.#body !== null) this.#request.resume();
  }

  reply(status: number, headers: HeaderList, body: readonly Buffer[] | Buffer | string): void {
    if (this.#head !== 'none' || this.ended) return;
    this.#head = 'sent';
    this.#ended = true;
    this.#lengthKnown = true;
    const response = this.#response;
    const parts = typeof body === 'string' || Buffer.isBuffer(body) ? null : body;
    const whole = parts === null ? (body as string | Buffer) : joined(parts);
    const list = headers.slice();
    if (mayHaveLength(status)) {
      list.push('content-length', String(whole === null ? totalLength(parts ?? []) : byteLength(whole)));
    }
    this.#settleConnection(list);
    this.#writeHead(status, list);
    if (whole !== null) {
      response.end(whole);
      return;
    }
    for (const part of parts ?? []) response.write(part);
    response.end();
  }

  replyHead(status: number, headers: HeaderList): void {
    if (this.#head !== 'none' || this.ended) return;
    this.#head = 'pending';
    const list = headers.slice();
    this.#lengthKnown = list.includes('content-length');
    this.#settleConnection(list);
    this.#writeHead(status, list);
    // A chunk that is written in this same turn shares the system call with the head.
    process.nextTick(flush, this);
  }

  /** Sends what this turn has brought: the chunks, with the head before them, or the head alone. */
  flush(): void {
    if (this.ended) return;
    if (this.#gatheredBytes > 0) this.#writeGathered();
    else if (this.#head === 'pending') {
      this.#head = 'sent';
      this.#response.flushHeaders();
    }
  }

  write(chunk: Buffer): boolean {
    if (this.ended || chunk.length === 0) return true;
    const gathered = this.#gathered;
    if (gathered.length === 0) process.nextTick(flush, this);
    gathered.push(chunk);
    this.#gatheredBytes += chunk.length;
    if (this.#gatheredBytes >= GATHER_BYTES) this.#writeGathered();
    this.#stopped = this.#response.writableNeedDrain;
    return !this.#stopped;
  }

  end(): void {
    if (this.ended) return;
    this.#ended = true;
    this.#head = 'sent';
    const last = this.#takeGathered();
    if (last === null) this.#response.end();
    else this.#response.end(last);
  }

  abort(): void {
    if (this.#over !== null) return;
    // A reply whose length only the end of the connection tells must not end cleanly: reset it.
    const framed = this.#lengthKnown || this.#response.chunkedEncoding;
    if (!this.ended && this.#gatheredBytes > 0) this.#writeGathered();
    const reset = this.#head !== 'none' && !framed;
    // node hands what was written to the socket at the end of the turn
    if (this.#response.writableLength > 0) setImmediate(cutConnection, this.#connection, reset);
    else this.#connection.cut(reset);
    this.over('aborted');
  }

  onWritable(listener: () => void): void {
    if (this.#onWritable === null) this.#response.on('drain', onResponseDrain);
    this.#onWritable = listener;
  }

  onEnd(listener: (end: ExchangeEnd) => void): void {
    if (this.#over !== null) listener(this.#over);
    else this.#onEnd = listener;
  }

  /** The exchange is over; forwarded by the response or by the connection. Only the first call counts. */
  over(end: ExchangeEnd): void {
    if (this.#over !== null) return;
    this.#over = end;
    this.#connection.remove(this);
    if (this.#body !== null && end !== 'finished') {
      this.failBody(incomplete('the client left before the body was complete'));
    }
    const listener = this.#onEnd;
    this.#onEnd = null;
    listener?.(end);
  }

  takeBodyChunk(chunk: Buffer): void {
    const body = this.#body;
    if (body === null) return;
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > this.#bodyLimit) this.failBody(tooLarge(this.#bodyLimit));
    else body.onBodyChunk(chunk);
  }

  endBody(): void {
    this.#bodyComplete = true;
    const body = this.#body;
    this.#body = null;
    body?.onBodyEnd();
  }

  failBody(error: BodyError): void {
    const body = this.#body;
    if (body === null) return;
    this.#body = null;
    this.#request.off('data', onBodyData);
    this.#request.off('end', onBodyEnd);
    this.#request.pause();
    body.onBodyError(error);
  }

  writable(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#onWritable?.();
  }

  /** A character that must not stand in a header costs a `?`, never the reply. */
  #writeHead(status: number, headers: string[]): void {
    try {
      this.#response.writeHead(status, headers);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_CHAR')) throw error;
      // slow path: whoever made the value forgot to make it safe
      this.#response.writeHead(status, headers.map(withoutForbidden));
    }
  }

  #writeGathered(): void {
    const chunk = this.#takeGathered();
    if (chunk === null) return;
    this.#head = 'sent';
    const stopped = !this.#response.write(chunk);
    if (stopped) this.#stopped = true;
  }

  #takeGathered(): Buffer | null {
    const gathered = this.#gathered;
    const chunk = gathered.length <= 1 ? (gathered[0] ?? null) : Buffer.concat(gathered, this.#gatheredBytes);
    gathered.length = 0;
    this.#gatheredBytes = 0;
    return chunk;
  }

  /** Decides whether the connection lives on after this reply. */
  #settleConnection(headers: string[]): void {
    if (this.#connection.closing) this.#response.shouldKeepAlive = false;
    if (this.#bodyComplete || this.#request.complete) return;
    const announced = this.#request.headers['content-length'];
    const chunked = this.#request.headers['transfer-encoding'] !== undefined;
    if (announced === undefined && !chunked) return;
    if (this.#awaitsContinue || chunked || Number(announced) - this.#bodyBytes > SWALLOW_BYTES) {
      headers.push('connection', 'close');
      this.#connection.closeGently(this.#request);
    }
  }
}

function withoutForbidden(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?');
}

function onResponseFinish(this: WithExchange): void {
  this[EXCHANGE]?.over('finished');
}

function onResponseDrain(this: WithExchange): void {
  this[EXCHANGE]?.writable();
}

function onBodyData(this: WithExchange, chunk: Buffer): void {
  this[EXCHANGE]?.takeBodyChunk(chunk);
}

function onBodyEnd(this: WithExchange): void {
  this[EXCHANGE]?.endBody();
}

function flush(exchange: NodeExchange): void {
  exchange.flush();
}

function cutConnection(connection: NodeConnection, reset: boolean): void {
  connection.cut(reset);
}

function mayHaveLength(status: number): boolean {
  return status >= 200 && status !== 204 && status !== 304;
}

function byteLength(body: string | Buffer): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}

function totalLength(parts: readonly Buffer[]): number {
  let total = 0;
  for (const part of parts) total += part.length;
  return total;
}

/** One buffer when the parts are few bytes; null when they go out one after another. */
function joined(parts: readonly Buffer[]): Buffer | null {
  if (parts.length === 1) return parts[0] ?? null;
  const total = totalLength(parts);
  return total <= JOIN_BYTES ? Buffer.concat(parts, total) : null;
}

function tooLarge(limitBytes: number): BodyError {
  return { reason: 'too-large', message: `the request body is larger than ${limitBytes} bytes` };
}

function incomplete(message: string): BodyError {
  return { reason: 'incomplete', message };
}
