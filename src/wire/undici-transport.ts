/**
 * `Transport` over undici: one undici `Client` per connection, and a stack of idle connections and a queue of waiters
 * of our own above it, so that every request knows its connection. That is what makes `abort` exact in each phase:
 * waiting (unlinked, never sent), connecting (the pending socket is destroyed), sent or mid-body (socket destroyed).
 *
 * The most recently used connection is taken first, so a falling load lets the others age out. O(1) per request,
 * whatever the number of connections. A connection that failed or was aborted is never used again.
 * Gives up: HTTP/2, pipelining, trailers.
 */
import Client from 'undici/lib/dispatcher/client.js';
import type { Socket } from 'node:net';
import { openConnection, parseOrigin, type ConnectTarget } from './upstream-connect.ts';
import { ABORTED, Call, type CallConnection, type CallOwner } from './undici-call.ts';
import type {
  Transport,
  TransportCounters,
  TransportOptions,
  UpstreamCall,
  UpstreamReceiver,
  UpstreamRequest,
} from './contract.ts';

export const DEFAULT_TRANSPORT_OPTIONS: TransportOptions = {
  connections: 1024,
  maxWaiting: 4096,
  connectTimeoutMs: 10_000,
  keepAliveMs: 60_000,
  verifyTls: true,
};

const MAX_REPLY_HEAD_BYTES = 64 * 1024;

/** One connection: an undici client, and the socket under it once a connect has begun. */
class Connection implements CallConnection {
  readonly client: Client;
  socket: Socket | null = null;
  /** Requests written to the present socket. */
  written = 0;
  /** The socket reported an error: a reply that ends with the connection is then not complete. */
  failed = false;
  call: Call | null = null;
  gone = false;

  constructor(transport: UndiciTransport) {
    this.client = transport.newClient(this);
    this.client.on('disconnect', () => transport.disconnected(this));
    this.client.on('connectionError', () => transport.disconnected(this));
  }
}

class UndiciTransport implements Transport, CallOwner {
  readonly origin: string;
  readonly #options: TransportOptions;
  readonly #target: ConnectTarget;
  readonly #connections = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #closers: (() => void)[] = [];
  #firstWaiter: Call | null = null;
  #lastWaiter: Call | null = null;
  #waiting = 0;
  #open = 0;
  #connectsTotal = 0;
  #requestsTotal = 0;
  #closing = false;
  #session: Buffer | undefined;

  constructor(origin: string, options: TransportOptions) {
    this.origin = origin;
    this.#options = options;
    this.#target = parseOrigin(origin);
  }

  send(request: UpstreamRequest, receiver: UpstreamReceiver): UpstreamCall {
    const call = new Call(this, request, receiver);
    this.#requestsTotal += 1;
    const connection = this.#closing ? null : this.#takeConnection();
    if (connection !== null) call.dispatch(connection);
    else if (this.#closing) call.failSoon('closed', `${this.origin}: connections are being closed`);
    else if (this.#waiting >= this.#options.maxWaiting) {
      call.failSoon(
        'saturated',
        `${this.origin}: all ${this.#options.connections} connections are busy and ${this.#waiting} requests wait`,
      );
    } else this.#enqueue(call);
    return call;
  }

  counters(): TransportCounters {
    return {
      open: this.#open,
      busy: this.#connections.size - this.#idle.length,
      waiting: this.#waiting,
      connectsTotal: this.#connectsTotal,
      requestsTotal: this.#requestsTotal,
    };
  }

  close(): Promise<void> {
    this.#closing = true;
    for (const connection of this.#idle.slice()) this.discard(connection);
    return new Promise((resolve) => {
      this.#closers.push(resolve);
      this.#settleClosers();
    });
  }

  /** A reply is complete: the connection serves the next waiter, or rests. */
  release(connection: Connection): void {
    connection.call = null;
    if (connection.gone) return;
    const waiter = this.#firstWaiter;
    if (waiter !== null) {
      this.forgetWaiter(waiter);
      waiter.dispatch(connection);
    } else if (this.#closing) this.discard(connection);
    else this.#idle.push(connection);
  }

  /** Destroys a connection in whatever state it is; a waiter may then have a new one. */
  discard(connection: Connection): void {
    if (connection.gone) return;
    connection.gone = true;
    connection.call = null;
    this.#connections.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    connection.client.destroy(ABORTED, ignore);
    connection.socket?.destroy();
    const waiter = this.#firstWaiter;
    if (waiter !== null && this.#connections.size < this.#options.connections) {
      this.forgetWaiter(waiter);
      waiter.dispatch(this.#newConnection());
    }
    this.#settleClosers();
  }

  /** The socket under a connection has gone. undici makes a new one when a request is still unsent. */
  disconnected(connection: Connection): void {
    connection.written = 0;
    connection.failed = false;
    if (connection.call === null) this.discard(connection);
  }

  newClient(connection: Connection): Client {
    const open = (_options: unknown, done: (...outcome: [null, Socket] | [Error, null]) => void): void => {
      this.#connectsTotal += 1;
      connection.socket = openConnection(this.#target, this.#connectOptions(), (error, socket) => {
        if (error !== null) {
          done(error, null);
          return;
        }
        this.#open += 1;
        socket.once('close', () => {
          this.#open -= 1;
        });
        socket.on('error', () => {
          connection.failed = true;
        });
        done(null, socket);
      });
    };
    return new Client(this.origin, {
      connect: open,
      pipelining: 1,
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: MAX_REPLY_HEAD_BYTES,
      maxResponseSize: -1,
      keepAliveTimeout: this.#options.keepAliveMs,
    });
  }

  /** Takes a call out of the queue of waiters, if it is in it. */
  forgetWaiter(call: Call): void {
    if (this.#firstWaiter !== call && call.previous === null) return;
    if (call.previous === null) this.#firstWaiter = call.next;
    else call.previous.next = call.next;
    if (call.next === null) this.#lastWaiter = call.previous;
    else call.next.previous = call.previous;
    call.previous = call.next = null;
    this.#waiting -= 1;
    this.#settleClosers();
  }

  #enqueue(call: Call): void {
    call.previous = this.#lastWaiter;
    if (this.#lastWaiter === null) this.#firstWaiter = call;
    else this.#lastWaiter.next = call;
    this.#lastWaiter = call;
    this.#waiting += 1;
  }

  #takeConnection(): Connection | null {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    return this.#connections.size < this.#options.connections ? this.#newConnection() : null;
  }

  #newConnection(): Connection {
    const connection = new Connection(this);
    this.#connections.add(connection);
    return connection;
  }

  #connectOptions(): Parameters<typeof openConnection>[1] {
    return {
      timeoutMs: this.#options.connectTimeoutMs,
      verifyTls: this.#options.verifyTls,
      session: this.#session,
      onSession: (session) => {
        this.#session = session;
      },
    };
  }

  #settleClosers(): void {
    if (!this.#closing || this.#connections.size > 0 || this.#waiting > 0) return;
    for (const settle of this.#closers.splice(0)) settle();
  }
}

/** `TransportFactory` for undici. */
export function createUndiciTransport(
  origin: string,
  options: TransportOptions = DEFAULT_TRANSPORT_OPTIONS,
): Transport {
  return new UndiciTransport(origin, options);
}

function ignore(): void {
  // `destroy` wants a callback, else it makes a promise.
}
