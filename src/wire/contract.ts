/**
 * The two ends of the wire, as the rest of the code sees them.
 *
 * `Exchange` is one request that came in and the reply that goes out; `Transport` sends one request to a provider.
 * No stage, route or provider sees a node:http or undici type, so the engine underneath can be exchanged per
 * connection. Every implementation passes the contract suites in this folder.
 *
 * Costs: no promise, timer or object per body chunk on either side; header names are lower case everywhere.
 */

import type { Readable } from 'node:stream';

/** Header names and values one after another: `[name, value, name, value, …]`, names in lower case, repeats allowed. */
export type HeaderList = readonly string[];

/** Why an exchange ended: `finished` once the last byte of the reply was handed to the system. */
export type ExchangeEnd = 'finished' | 'client-left' | 'aborted';

/** Receives the request body as it arrives. Exactly one of `onBodyEnd`, `onBodyError` is called, once, last. */
export interface BodyReceiver {
  /** @param chunk bytes owned by the receiver from now on */
  onBodyChunk(chunk: Buffer): void;
  onBodyEnd(): void;
  onBodyError(error: BodyError): void;
}

/** `too-large`: the limit was passed (the rest is not read); `incomplete`: the client stopped or left before the end. */
export interface BodyError {
  readonly reason: 'too-large' | 'incomplete';
  readonly message: string;
}

/** What a request line and its headers say. */
export interface RequestHead {
  readonly method: string;
  /** Request target exactly as sent, query included. */
  readonly target: string;
  /** Path part of the target, not percent-decoded, no query. */
  readonly path: string;
  /** Query without its question mark; empty when there is none. */
  readonly query: string;
  /** Remote address in text form, empty when the socket has gone. */
  readonly remoteAddress: string;
  /** First value of a header; the name in lower case. */
  header(name: string): string | undefined;
  /** All request headers as they came. */
  headers(): HeaderList;
}

export interface Exchange extends RequestHead {
  /** Coarse start time, milliseconds of the monotonic clock. */
  readonly startedAtMs: number;

  /** Starts reading the body. Call at most once. `limitBytes` counts decoded bytes; what exceeds it is not buffered. */
  readBody(receiver: BodyReceiver, limitBytes: number): void;
  /** At most one more `onBodyChunk` comes until `resumeBody`: the client has to wait. */
  pauseBody(): void;
  resumeBody(): void;

  /** Whole reply in one call; sets content-length. The body parts are written in order, not joined beyond 64 KB. */
  reply(status: number, headers: HeaderList, body: readonly Buffer[] | Buffer | string): void;
  /** Head of a streamed reply. Flushed at once. */
  replyHead(status: number, headers: HeaderList): void;
  /** @returns false when the client reads slower than we write: stop until `onWritable` */
  write(chunk: Buffer): boolean;
  end(): void;
  /** Ends the connection without completing the reply, so that a cut answer never looks complete. */
  abort(): void;

  readonly headSent: boolean;
  readonly ended: boolean;
  /** Called each time after `write` returned false and there is room again. One listener. */
  onWritable(listener: () => void): void;
  /** Called once when the exchange is over, also when the client leaves while nothing is being written. One listener. */
  onEnd(listener: (end: ExchangeEnd) => void): void;
}

/** Where accepted exchanges go. */
export type ExchangeHandler = (exchange: Exchange) => void;

/** A request for a websocket, which nobody has answered. Exactly one of `refuse` and `tunnel` does. */
export interface Upgrade extends RequestHead {
  /** Answers without a websocket and closes the connection. */
  refuse(status: number, headers: HeaderList, body: string): void;
  /** Lets another server answer; from then on bytes go both ways as they are, each way as fast as its reader reads. */
  tunnel(request: TunnelRequest): void;
}

export type UpgradeHandler = (upgrade: Upgrade) => void;

export interface TunnelRequest {
  /** `http://host:port` or `https://host[:port]`, no path. */
  readonly origin: string;
  /** Path with query. */
  readonly path: string;
  /** Complete: with host, and with connection and upgrade. */
  readonly headers: HeaderList;
  readonly verifyTls: boolean;
  /** Milliseconds until the connection stands. */
  readonly connectTimeoutMs: number;
  /** Milliseconds from then until the server has answered. */
  readonly answerTimeoutMs: number;
  /** What the client gets of the server's headers; called once. @param switches false: the server refuses */
  replyHeaders(headers: HeaderList, switches: boolean): HeaderList;
  /** The server gave no answer and the client has none yet: `refuse`. */
  onFailure(error: TransportError): void;
}

export interface UpstreamRequest {
  /** `http://host:port` or `https://host[:port]`, no path. */
  readonly origin: string;
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  /** Without content-length and connection, which are the transport's; a `host` stands in for the origin's. */
  readonly headers: HeaderList;
  readonly body: readonly Buffer[] | null;
  readonly bodyLength: number;
  /** In place of `body`: a body that is sent as it comes. Destroyed when the call ends before it does. */
  readonly bodyStream?: BodyStream;
}

export interface BodyStream {
  /** Of bytes. An error of it ends the call with `reset`. */
  readonly source: Readable;
  /** Bytes in total; null: unknown, so that it goes out in chunks. */
  readonly lengthBytes: number | null;
}

export type TransportErrorCode =
  | 'connect-failed' // refused, unreachable, DNS, TLS
  | 'connect-timeout'
  | 'reset' // the connection ended before the reply did
  | 'malformed-reply' // not HTTP, head too large, bad chunking
  | 'invalid-request' // the path or a header holds characters that HTTP does not allow; never sent
  | 'saturated' // the bounded queue of waiters is full
  | 'closed' // the transport is shutting down
  | 'aborted'; // by us

export interface TransportError {
  readonly code: TransportErrorCode;
  /** No secrets, no request content. */
  readonly message: string;
  /** True when no byte of the request can have reached the provider. */
  readonly unsent: boolean;
  /**
   * True when the connection had served a request before. Together with `reset` before `onHead` it often means that
   * the provider closed an idle connection as we wrote; the provider may still have seen the request, so the
   * transport and the pool never repeat it: that is the decision of the router, within its attempt budget.
   */
  readonly reusedConnection?: boolean;
}

/**
 * Sees one reply. Order: `onSent`? `onHead`? `onData`* (`onEnd` | `onError`); after either of the last, nothing.
 * `onEnd` and `onError` never come before `send` has returned.
 */
export interface UpstreamReceiver {
  /** The request is being written to a connection that stands; from here on the provider may see it. */
  onSent?(): void;
  /** Final status (never 1xx) and headers. */
  onHead(status: number, headers: HeaderList): void;
  /** Bytes of the body, decoded from transfer coding, owned by the receiver from now on. */
  onData(chunk: Buffer): void;
  /** The body is complete as framed (content-length reached or last chunk seen). */
  onEnd(): void;
  onError(error: TransportError): void;
}

export interface UpstreamCall {
  /** Drops the request in any phase and closes its connection; the receiver hears nothing more. */
  abort(): void;
  /** At most one more `onData` comes until `resume`. */
  pause(): void;
  resume(): void;
}

export interface TransportCounters {
  readonly open: number;
  readonly busy: number;
  readonly waiting: number;
  readonly connectsTotal: number;
  readonly requestsTotal: number;
}

/** Connections to one origin. Never follows redirects, never retries. */
export interface Transport {
  send(request: UpstreamRequest, receiver: UpstreamReceiver): UpstreamCall;
  counters(): TransportCounters;
  /** Refuses new calls, lets running ones end, closes idle connections. */
  close(): Promise<void>;
}

export interface TransportOptions {
  /** Upper bound of connections to the origin. Default 1024. */
  readonly connections: number;
  /** Requests that may wait for a connection before `saturated`. Default 4096. */
  readonly maxWaiting: number;
  /** Milliseconds from the connect call until the connection must stand. Default 10000. */
  readonly connectTimeoutMs: number;
  /** Milliseconds an idle connection is kept. Default 60000. */
  readonly keepAliveMs: number;
  /** False only when the user set `ssl_verify: false`. */
  readonly verifyTls: boolean;
}

export type TransportFactory = (origin: string, options: TransportOptions) => Transport;
