/**
 * One request on its way through undici: the phases of a call, and which of undici's events it passes on in each.
 *
 * Promises: the receiver hears its events in the order of the contract and exactly one last one; nothing after `abort`.
 * A reply that ends with its connection counts as complete only when the connection ended without an error.
 */
import { describeFailure } from './undici-failure.ts';
import type { Client, Dispatcher } from 'undici';
import type { Readable } from 'node:stream';
import type {
  HeaderList,
  TransportError,
  TransportErrorCode,
  UpstreamCall,
  UpstreamReceiver,
  UpstreamRequest,
} from './contract.ts';

/** Bodies up to this size are joined and go out with the head in one system call. */
const JOIN_BODY_BYTES = 64 * 1024;

export const ABORTED = new Error('aborted by the gateway');

/** The connection under a call. */
export interface CallConnection {
  readonly client: Client;
  /** Requests written to the present socket. */
  written: number;
  /** The socket reported an error. */
  failed: boolean;
  call: Call | null;
}

/** What a call asks of its transport. */
export interface CallOwner {
  readonly origin: string;
  forgetWaiter(call: Call): void;
  release(connection: CallConnection): void;
  discard(connection: CallConnection): void;
}

type CallPhase = 'waiting' | 'dispatched' | 'sent' | 'over';

export class Call implements UpstreamCall, Dispatcher.DispatchHandler {
  readonly #transport: CallOwner;
  readonly #receiver: UpstreamReceiver;
  #request: UpstreamRequest | null;
  #controller: Dispatcher.DispatchController | null = null;
  #connection: CallConnection | null = null;
  #phase: CallPhase = 'waiting';
  #reused = false;
  #paused = false;
  #endsWithConnection = false;
  // Neighbours in the queue of waiters.
  previous: Call | null = null;
  next: Call | null = null;

  constructor(transport: CallOwner, request: UpstreamRequest, receiver: UpstreamReceiver) {
    this.#transport = transport;
    this.#request = request;
    this.#receiver = receiver;
  }

  /** Hands the request to a connection, which may still have to be made. */
  dispatch(connection: CallConnection): void {
    const request = this.#request;
    if (request === null || this.#phase !== 'waiting') return;
    this.#request = null;
    this.#phase = 'dispatched';
    this.#connection = connection;
    connection.call = this;
    connection.client.dispatch(
      { path: request.path, method: request.method, headers: requestHeaders(request), body: requestBody(request) },
      this,
    );
  }

  /** Reports a failure that happened before any connection was involved. */
  failSoon(code: TransportErrorCode, message: string): void {
    this.#request?.bodyStream?.source.destroy();
    queueMicrotask(() => this.#fail({ code, message, unsent: true, reusedConnection: false }));
  }

  abort(): void {
    const phase = this.#phase;
    if (phase === 'over') return;
    this.#phase = 'over';
    this.#request?.bodyStream?.source.destroy();
    this.#request = null;
    const connection = this.#connection;
    this.#connection = null;
    if (connection === null) {
      this.#transport.forgetWaiter(this);
      return;
    }
    this.#controller?.abort(ABORTED);
    this.#transport.discard(connection);
  }

  pause(): void {
    this.#paused = true;
    this.#controller?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    // undici's parser is not re-entrant across connections: never resume from inside another reply's callback.
    process.nextTick(resumeReading, this);
  }

  resumeNow(): void {
    if (!this.#paused && this.#phase === 'sent') this.#controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const connection = this.#connection;
    if (this.#phase !== 'dispatched' || connection === null) {
      controller.abort(ABORTED);
      return;
    }
    this.#controller = controller;
    this.#phase = 'sent';
    this.#reused = connection.written > 0;
    connection.written += 1;
    if (this.#paused) controller.pause();
    this.#receiver.onSent?.();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ReplyHeaders): void {
    if (status < 200 || this.#phase !== 'sent') return;
    this.#endsWithConnection =
      headers['content-length'] === undefined &&
      headers['transfer-encoding'] === undefined &&
      status !== 204 &&
      status !== 304;
    this.#receiver.onHead(status, flatHeaders(headers));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#phase === 'sent') this.#receiver.onData(chunk);
  }

  onResponseEnd(): void {
    const connection = this.#connection;
    if (this.#phase !== 'sent' || connection === null) return;
    if (this.#endsWithConnection && connection.failed) {
      this.onResponseError(null, new Error('connection reset inside a reply that ends with its connection'));
      return;
    }
    this.#phase = 'over';
    this.#connection = null;
    this.#controller = null;
    this.#transport.release(connection);
    this.#receiver.onEnd();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#phase === 'over') return;
    const connection = this.#connection;
    const { code, reason } = describeFailure(error, this.#phase === 'sent');
    const failure = {
      code,
      message: `${this.#transport.origin}: ${reason}`,
      unsent: this.#phase !== 'sent',
      reusedConnection: this.#reused,
    };
    if (connection !== null) {
      this.#connection = null;
      this.#transport.discard(connection);
    }
    // undici refuses an invalid request from within `dispatch`; the receiver hears of it after `send` has returned.
    if (this.#phase === 'dispatched') queueMicrotask(() => this.#fail(failure));
    else this.#fail(failure);
  }

  #fail(error: TransportError): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#controller = null;
    this.#receiver.onError(error);
  }
}

type ReplyHeaders = Readonly<Record<string, string | string[] | undefined>>;

function flatHeaders(headers: ReplyHeaders): HeaderList {
  const list: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === 'string') list.push(name, value);
    else if (value !== undefined) for (const each of value) list.push(name, each);
  }
  return list;
}

/** undici takes any iterable as a body; its types name only Readable. */
function requestBody(request: UpstreamRequest): Buffer | Readable | null {
  const { body, bodyStream } = request;
  if (bodyStream !== undefined) return bodyStream.source;
  if (body === null || body.length === 0) return null;
  if (body.length === 1) return body[0] ?? null;
  return request.bodyLength <= JOIN_BODY_BYTES
    ? Buffer.concat(body, request.bodyLength)
    : (body as unknown as Readable);
}

/** undici writes content-length by itself for a Buffer; for the others it needs to be told, else it would send chunks. */
function requestHeaders(request: UpstreamRequest): string[] {
  const headers = request.headers as string[];
  const { bodyStream } = request;
  if (bodyStream !== undefined)
    return bodyStream.lengthBytes === null ? headers : [...headers, 'content-length', String(bodyStream.lengthBytes)];
  const split = request.body !== null && request.body.length > 1 && request.bodyLength > JOIN_BODY_BYTES;
  return split ? [...headers, 'content-length', String(request.bodyLength)] : headers;
}

function resumeReading(call: Call): void {
  call.resumeNow();
}
