/**
 * The reference server: node:http or node:https, every request an `Exchange`, everything that is not a valid request
 * a JSON error and a closed connection. Node's parser stays strict, so a request with two lengths, a bare line feed or
 * a folded header is refused and nothing after it on the connection is read as another request.
 *
 * Slow clients are bounded: the head within `headTimeoutMs`, the whole request within `requestTimeoutMs`.
 */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import { NodeConnection, type ConnectionOwner } from './node-connection.ts';
import { NodeExchange } from './node-exchange.ts';
import { judgeMalformed, malformedBody, malformedReply, type MalformedRequest } from './malformed-request.ts';
import { NodeUpgrade, withoutUpgrade, type UpgradeOwner } from './node-upgrade.ts';
import type { ExchangeHandler, UpgradeHandler } from './contract.ts';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface TlsMaterial {
  /** PEM text. */
  readonly key: string | Buffer;
  /** PEM text, chain included. */
  readonly cert: string | Buffer;
}

export interface NodeServerOptions {
  readonly handler: ExchangeHandler;
  /** Gets requests for websockets. Left out: they are served as if they asked for none. */
  readonly onUpgrade?: UpgradeHandler;
  /** Hears of each refused request, for the log. */
  readonly onMalformed?: (request: MalformedRequest) => void;
  /** Hears how many exchanges are open, whenever that changes. */
  readonly onOpenExchanges?: (count: number) => void;
  /** Present: HTTPS. */
  readonly tls?: TlsMaterial;
  /** Milliseconds an idle connection is kept; default 75000, longer than the 60 s of common load balancers. */
  readonly keepAliveMs?: number;
  /** Milliseconds for the request head; default 10000. */
  readonly headTimeoutMs?: number;
  /** Milliseconds for the whole request with its body; default 600000. */
  readonly requestTimeoutMs?: number;
  /** Bytes of the request line and headers; default 65536. */
  readonly maxHeadBytes?: number;
  /** Monotonic clock, milliseconds; default `performance.now`. */
  readonly monotonicMs?: () => number;
}

export interface ListenOptions {
  /** Not used with `fd`. */
  readonly port: number;
  readonly host?: string;
  readonly backlog?: number;
  /** Several threads or processes share the port, where the system can. */
  readonly reusePort?: boolean;
  /** A descriptor that is bound already; this server closes it in the end. */
  readonly fd?: number;
}

export interface NodeServer {
  /** @returns the port, chosen by the system when 0 was asked for */
  listen(options: ListenOptions): Promise<{ readonly port: number }>;
  /** New connections are refused; the present ones close after their next reply. */
  stopAccepting(): void;
  closeIdle(): void;
  /** Stops accepting and waits for the open exchanges; what is left after `timeoutMs` is cut. */
  drain(timeoutMs: number): Promise<'drained' | 'timed-out'>;
  readonly openExchanges: number;
}

/** What node adds to an error of its parser. */
interface ParserError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

const DEFAULT_BACKLOG = 4096;
const TIMEOUT_CHECK_MS = 2_000;
/** Room for what a provider sends at once, so that only a client that is really slower stops it (node: 64 KB). */
const WRITE_BUFFER_BYTES = 256 * 1024;

class Owner implements ConnectionOwner, UpgradeOwner {
  draining = false;
  open = 0;
  readonly upgrades = new Set<NodeUpgrade>();
  onDrained: (() => void) | null = null;
  readonly #onOpen: ((count: number) => void) | null;

  constructor(onOpen: ((count: number) => void) | null) {
    this.#onOpen = onOpen;
  }

  exchangeOpened(): void {
    this.open += 1;
    this.#onOpen?.(this.open);
  }

  exchangeClosed(): void {
    this.open -= 1;
    this.#onOpen?.(this.open);
    if (this.open === 0) this.onDrained?.();
  }

  upgradeOpened(upgrade: NodeUpgrade): void {
    this.upgrades.add(upgrade);
    this.exchangeOpened();
  }

  upgradeClosed(upgrade: NodeUpgrade): void {
    this.upgrades.delete(upgrade);
    this.exchangeClosed();
  }
}

export function createNodeServer(options: NodeServerOptions): NodeServer {
  const owner = new Owner(options.onOpenExchanges ?? null);
  const { handler, monotonicMs = () => performance.now() } = options;
  const settings = serverSettings(options);
  const server: Server =
    options.tls === undefined ? createHttpServer(settings) : createHttpsServer({ ...settings, ...options.tls });
  server.maxHeadersCount = 0; // their bytes are bounded; a count would drop the rest without a word

  const accept = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): NodeExchange => {
    const connection = NodeConnection.of(request.socket, owner);
    const exchange = new NodeExchange({ request, response, connection, startedAtMs: monotonicMs(), awaitsContinue });
    connection.add(exchange);
    owner.exchangeOpened();
    return exchange;
  };
  const refuse = (exchange: NodeExchange, judged: MalformedRequest): void => {
    options.onMalformed?.(judged);
    exchange.reply(judged.status, ['content-type', 'application/json', 'connection', 'close'], malformedBody(judged));
  };
  const serve = (request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void => {
    const exchange = accept(request, response, awaitsContinue);
    const problem = hostProblem(request);
    if (problem === null) handler(exchange);
    else refuse(exchange, hostFault(problem));
  };

  server.on('request', (request, response) => serve(request, response, false));
  server.on('checkContinue', (request, response) => serve(request, response, true));
  server.on('checkExpectation', (request, response) => {
    refuse(accept(request, response, true), {
      status: 417,
      message: 'Only `Expect: 100-continue` is known.',
      code: 'EXPECT',
    });
  });
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    const judged = { status: 405, message: 'This server is not a proxy: CONNECT is not allowed.', code: 'CONNECT' };
    options.onMalformed?.(judged);
    socket.on('error', () => socket.destroy());
    socket.end(malformedReply(judged));
  });
  server.on('clientError', (error: ParserError, socket: Duplex) => {
    const code = error.code ?? 'UNKNOWN';
    const silent = code === 'ERR_HTTP_REQUEST_TIMEOUT' && (socket as Socket).bytesRead === 0;
    if (silent || socket.destroyed || !isParserError(code)) {
      socket.destroy();
      return;
    }
    const judged = judgeMalformed(
      code,
      error.rawPacket === undefined ? null : { bytes: error.rawPacket, parsedBytes: error.bytesParsed ?? 0 },
    );
    options.onMalformed?.(judged);
    NodeConnection.of(socket, owner).refuse(malformedReply(judged));
  });
  if (options.onUpgrade !== undefined) takeUpgrades(server, owner, options.onUpgrade);
  return facade(server, owner);
}

function takeUpgrades(server: Server, owner: Owner, onUpgrade: UpgradeHandler): void {
  const connectionEvent = server instanceof HttpsServer ? 'secureConnection' : 'connection';
  server.on('upgrade', (request: IncomingMessage, duplex: Duplex, early: Buffer) => {
    const socket = duplex as Socket;
    if (NodeConnection.of(socket, owner).busy) {
      socket.destroy(); // a reply is under way on it: what follows could not be told from that
      return;
    }
    if (!isWebSocket(request)) {
      // slow path: Node below 24.9 does not ask `shouldUpgradeCallback`. Served as an ordinary request, by a new parser.
      socket.unshift(withoutUpgrade(request, early));
      server.emit(connectionEvent, socket);
      return;
    }
    const upgrade = new NodeUpgrade(request, socket, early, owner);
    const problem = hostProblem(request);
    if (problem !== null) upgrade.refuse(400, ['content-type', 'application/json'], malformedBody(hostFault(problem)));
    else onUpgrade(upgrade);
  });
}

function isWebSocket(request: IncomingMessage): boolean {
  return request.method === 'GET' && /(?:^|,)\s*websocket\s*(?:,|$)/i.test(request.headers.upgrade ?? '');
}

function facade(server: Server, owner: Owner): NodeServer {
  const stopAccepting = (): void => {
    if (owner.draining) return;
    owner.draining = true;
    server.close(); // closes idle connections too
  };
  return {
    listen: ({ port, host, backlog = DEFAULT_BACKLOG, reusePort = false, fd }) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        const where = fd === undefined ? { port, reusePort, ...(host === undefined ? {} : { host }) } : { fd };
        server.listen({ ...where, backlog }, () => {
          server.off('error', reject);
          resolve({ port: (server.address() as AddressInfo).port });
        });
      }),
    stopAccepting,
    closeIdle: () => server.closeIdleConnections(),
    drain: (timeoutMs) =>
      new Promise((resolve) => {
        stopAccepting();
        const settle = (outcome: 'drained' | 'timed-out'): void => {
          clearTimeout(timer);
          owner.onDrained = null;
          if (outcome === 'timed-out') {
            server.closeAllConnections();
            for (const upgrade of owner.upgrades) upgrade.destroy();
          } else server.closeIdleConnections();
          resolve(outcome);
        };
        const timer = setTimeout(settle, timeoutMs, 'timed-out');
        owner.onDrained = () => settle('drained');
        if (owner.open === 0) settle('drained');
      }),
    get openExchanges() {
      return owner.open;
    },
  };
}

function serverSettings(options: NodeServerOptions): ServerOptions {
  return {
    keepAliveTimeout: options.keepAliveMs ?? 75_000,
    headersTimeout: options.headTimeoutMs ?? 10_000,
    requestTimeout: options.requestTimeoutMs ?? 600_000,
    connectionsCheckingInterval: Math.min(TIMEOUT_CHECK_MS, options.headTimeoutMs ?? TIMEOUT_CHECK_MS),
    maxHeaderSize: options.maxHeadBytes ?? 64 * 1024,
    insecureHTTPParser: false,
    requireHostHeader: false, // checked here, because node's refusal has no JSON body
    highWaterMark: WRITE_BUFFER_BYTES,
    ...(options.onUpgrade === undefined ? {} : { shouldUpgradeCallback: isWebSocket }),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
  };
}

function hostFault(message: string): MalformedRequest {
  return { status: 400, message, code: 'HOST' };
}

/** RFC 9112 §3.2: exactly one Host in HTTP/1.1; two are ambiguous in any version. */
function hostProblem(request: IncomingMessage): string | null {
  const raw = request.rawHeaders;
  let hosts = 0;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i];
    if (name !== undefined && name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts === 1 || (hosts === 0 && request.httpVersionMinor === 0)) return null;
  return hosts === 0 ? 'The Host header is missing.' : 'There is more than one Host header.';
}

/** Errors of the socket itself (a reset, a failed TLS handshake) get no answer. */
function isParserError(code: string): boolean {
  return code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT';
}
