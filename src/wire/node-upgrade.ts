/**
 * `Upgrade` over node:http: a client that asks for a websocket, and the tunnel to the server that answers it.
 *
 * The server's answer is parsed, since headers are added to it and since it may be a refusal; what follows is piped raw,
 * so that the reader of each side sets the pace. Either side's end is the other's: nothing is left behind by a client
 * that leaves in any phase, nor by a server that dies.
 */
import { request as requestHttp, STATUS_CODES, type ClientRequest, type IncomingMessage } from 'node:http';
import { PassThrough, type Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { lowerCaseNames } from './lower-case-names.ts';
import { splitTarget } from './request-target.ts';
import { describeFailure } from './undici-failure.ts';
import { openConnection, parseOrigin } from './upstream-connect.ts';
import type { HeaderList, TransportError, TunnelRequest, Upgrade } from './contract.ts';

/** Who counts what is open, and may have to end it. */
export interface UpgradeOwner {
  upgradeOpened(upgrade: NodeUpgrade): void;
  upgradeClosed(upgrade: NodeUpgrade): void;
}

export class NodeUpgrade implements Upgrade {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: string;
  readonly remoteAddress: string;
  readonly #client: Socket;
  /** What the client sent behind its request already. */
  readonly #early: Buffer;
  readonly #headers: HeaderList;

  constructor(message: IncomingMessage, client: Socket, early: Buffer, owner: UpgradeOwner) {
    this.method = message.method ?? '';
    this.target = message.url ?? '';
    ({ path: this.path, query: this.query } = splitTarget(this.target));
    this.remoteAddress = client.remoteAddress ?? '';
    this.#client = client;
    this.#early = early;
    this.#headers = lowerCaseNames(message.rawHeaders);
    owner.upgradeOpened(this);
    client.once('close', () => owner.upgradeClosed(this));
    client.on('error', () => client.destroy());
  }

  header(name: string): string | undefined {
    for (let i = 0; i < this.#headers.length; i += 2) if (this.#headers[i] === name) return this.#headers[i + 1];
    return undefined;
  }

  headers(): HeaderList {
    return this.#headers;
  }

  refuse(status: number, headers: HeaderList, body: string): void {
    const length = ['content-length', String(Buffer.byteLength(body)), 'connection', 'close'];
    this.#client.end(headText(status, STATUS_CODES[status] ?? '', [...headers, ...length]) + body);
  }

  tunnel(request: TunnelRequest): void {
    if (!this.#client.destroyed) new Tunnel(this.#client, this.#early, this.method, request).start();
  }

  /** Cuts the connection. */
  destroy(): void {
    this.#client.destroy();
  }
}

const UPGRADE_HEADERS: ReadonlySet<string> = new Set(['connection', 'upgrade', 'http2-settings']);

/**
 * The request as bytes, as if it had not asked for another protocol (RFC 9110 §7.8: a server may ignore that).
 * @param early what came behind it, which follows
 */
export function withoutUpgrade(message: IncomingMessage, early: Buffer): Buffer {
  const lines = [`${message.method} ${message.url} HTTP/${message.httpVersion}`];
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    const name = message.rawHeaders[i] ?? '';
    if (!UPGRADE_HEADERS.has(name.toLowerCase())) lines.push(`${name}: ${message.rawHeaders[i + 1]}`);
  }
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), early]);
}

/** From the client's request to the end of both connections. */
class Tunnel {
  readonly #client: Socket;
  /** The client's bytes. It is read from the beginning, else nobody would learn that it left. */
  readonly #inbound = new PassThrough();
  readonly #method: string;
  readonly #wanted: TunnelRequest;
  #connected = false;
  #answered = false;

  constructor(client: Socket, early: Buffer, method: string, wanted: TunnelRequest) {
    this.#client = client;
    this.#method = method;
    this.#wanted = wanted;
    if (early.length > 0) this.#inbound.write(early);
    client.pipe(this.#inbound);
  }

  start(): void {
    const outgoing = this.#request();
    const timer = setTimeout(() => outgoing.destroy(new AnswerTimeoutError()), this.#waitMs());
    const leave = (): void => {
      this.#client.destroy();
      outgoing.destroy();
    };
    // A client that sends no more has lost interest, whichever way it closes.
    this.#client.once('end', leave).once('close', leave);
    outgoing.on('upgrade', (answer, server, rest) => {
      this.#client.off('end', leave);
      this.#join(answer, server, rest);
    });
    outgoing.on('response', (answer) => this.#relayRefusal(answer));
    outgoing.on('error', (error) => this.#failed(error));
    for (const event of ['upgrade', 'response', 'close']) outgoing.once(event, () => clearTimeout(timer));
    outgoing.end();
  }

  #request(): ClientRequest {
    const { origin, path, headers, verifyTls, connectTimeoutMs } = this.#wanted;
    const target = parseOrigin(origin);
    const connect = { timeoutMs: connectTimeoutMs, verifyTls, session: undefined, onSession: () => undefined };
    return requestHttp({
      createConnection: () => openConnection(target, connect, (error) => (this.#connected = error === null)),
      method: this.#method,
      path,
      headers: headers.slice(),
      setHost: false,
    });
  }

  #waitMs(): number {
    return this.#wanted.connectTimeoutMs + this.#wanted.answerTimeoutMs;
  }

  #join(answer: IncomingMessage, server: Duplex, rest: Buffer): void {
    const client = this.#client;
    this.#answer(answer, true);
    if (rest.length > 0) client.write(rest);
    server.on('error', () => client.destroy());
    server.once('close', () => client.destroySoon());
    client.once('close', () => server.destroy());
    server.pipe(client);
    // Half a websocket is of no use to anybody.
    this.#inbound.once('end', () => (server as Socket).destroySoon()).pipe(server);
  }

  /** The server's ordinary answer; its end is the connection's. */
  #relayRefusal(answer: IncomingMessage): void {
    this.#answer(answer, false);
    answer.once('error', () => this.#client.destroy());
    answer.pipe(this.#client);
  }

  #answer(answer: IncomingMessage, switches: boolean): void {
    this.#answered = true;
    const given = this.#wanted.replyHeaders(lowerCaseNames(answer.rawHeaders), switches);
    const headers = switches ? given : [...given, 'connection', 'close'];
    this.#client.write(headText(answer.statusCode ?? 502, answer.statusMessage ?? '', headers), 'latin1');
  }

  #failed(error: Error): void {
    if (this.#client.destroyed) return;
    if (this.#answered) this.#client.destroy();
    else this.#wanted.onFailure(this.#failureOf(error));
  }

  #failureOf(error: Error): TransportError {
    const { code, reason } =
      error instanceof AnswerTimeoutError
        ? ({ code: 'reset', reason: 'no answer in time' } as const)
        : describeFailure(error, this.#connected);
    return { code, message: `${this.#wanted.origin}: ${reason}`, unsent: !this.#connected };
  }
}

/** The server stood, but did not answer. */
class AnswerTimeoutError extends Error {}

function headText(status: number, reason: string, headers: HeaderList): string {
  let text = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${text}\r\n`;
}
