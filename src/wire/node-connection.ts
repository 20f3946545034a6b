/**
 * One accepted connection of the node:http server: which exchanges are open on it, whether it is to be closed, and
 * the news of its end for every one of them, within the turn in which the system tells it.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { NodeExchange } from './node-exchange.ts';

/** How long, and how much, is read from a client that still sends after it got its answer. */
const LINGER_MS = 2_000;

const CONNECTION = Symbol('connection');

interface WithConnection {
  [CONNECTION]?: NodeConnection;
}

/** What a connection tells its server. */
export interface ConnectionOwner {
  exchangeClosed(): void;
  readonly draining: boolean;
}

export class NodeConnection {
  readonly remoteAddress: string;
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #exchanges: NodeExchange[] = [];
  #closing = false;
  /** Bytes to send once the replies in progress are out: the answer to a malformed follow-up request. */
  #lastWords: string | null = null;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.remoteAddress = socket.remoteAddress ?? '';
    (socket as WithConnection)[CONNECTION] = this;
    // First in line: node's own `end` handler would half-close and leave the exchanges without news.
    socket.prependListener('end', onSocketEnd);
    socket.on('close', onSocketClose);
  }

  static of(socket: object, owner: ConnectionOwner): NodeConnection {
    return (socket as WithConnection)[CONNECTION] ?? new NodeConnection(socket as Socket, owner);
  }

  get closing(): boolean {
    return this.#closing || this.#owner.draining;
  }

  /** An exchange is open on it. */
  get busy(): boolean {
    return this.#exchanges.length > 0;
  }

  add(exchange: NodeExchange): void {
    this.#exchanges.push(exchange);
  }

  remove(exchange: NodeExchange): void {
    const at = this.#exchanges.indexOf(exchange);
    if (at === -1) return;
    this.#exchanges.splice(at, 1);
    this.#owner.exchangeClosed();
    if (this.#exchanges.length > 0) return;
    if (this.#lastWords !== null) this.#sayAndClose(this.#lastWords);
    else if (this.#owner.draining) this.#socket.end();
  }

  /**
   * Ends the connection inside a reply. What was written still goes out, so that an error event reaches its reader;
   * with `reset` the client is told by a reset, where a clean end would make the reply look complete.
   */
  cut(reset: boolean): void {
    const socket = this.#socket;
    if (reset && 'resetAndDestroy' in socket) socket.resetAndDestroy();
    else if (socket.writableLength === 0) socket.destroy();
    else {
      this.closeGently(null);
      socket.destroySoon();
    }
  }

  /**
   * The reply goes out while the client may still be sending: closing at once would reset the connection and take the
   * reply with it, so node's way to close is replaced by one that half-closes and reads on for a short while.
   */
  closeGently(unread: IncomingMessage | null): void {
    this.#closing = true;
    const socket = this.#socket;
    socket.destroySoon = () => {
      socket.end();
      unread?.resume();
      socket.resume();
      const timer = setTimeout(() => socket.destroy(), LINGER_MS);
      timer.unref();
      socket.once('close', () => clearTimeout(timer));
    };
  }

  /** Answers bytes that are not a request, after the replies in progress, and closes. */
  refuse(answer: string): void {
    const current = this.#exchanges[0];
    if (current !== undefined && this.#exchanges.length === 1 && !current.headSent && current.readingBody) {
      // The malformed bytes belong to the body of this very request.
      this.#sayAndClose(answer);
      current.over('client-left');
    } else if (current !== undefined) this.#lastWords = answer;
    else this.#sayAndClose(answer);
  }

  #sayAndClose(answer: string): void {
    this.#lastWords = null;
    const socket = this.#socket;
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    this.closeGently(null);
    socket.write(answer, 'utf8');
    socket.destroySoon();
  }

  /** The client sends no more: whoever has not ended its reply has lost its client. */
  halfClosed(): void {
    let cut = false;
    for (const exchange of this.#exchanges.slice()) {
      if (exchange.ended) continue;
      cut ||= exchange.headSent;
      exchange.over('client-left');
    }
    // Half a reply is of no use: do not wait until its reader has taken what is buffered.
    if (cut) this.#socket.destroy();
  }

  closed(): void {
    for (const exchange of this.#exchanges.slice()) exchange.over('client-left');
  }
}

function onSocketEnd(this: Socket): void {
  (this as WithConnection)[CONNECTION]?.halfClosed();
}

function onSocketClose(this: Socket): void {
  (this as WithConnection)[CONNECTION]?.closed();
}
