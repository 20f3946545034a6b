/**
 * Stands in for a LiteLLM behind the gateway: alive, guarded by keys, and otherwise as a test scripts it. Keeps what it
 * received as it came.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Received {
  readonly method: string;
  readonly url: string;
  /** Names as written, and values, one after another. */
  readonly rawHeaders: readonly string[];
  readonly headers: IncomingMessage['headers'];
  /** The whole body, once it has come. */
  readonly body: Promise<Buffer>;
  /** Resolves when the connection ended before the answer did. */
  readonly abandoned: Promise<void>;
}

export type Script = (received: Received, response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

export interface FakeLitellmOptions {
  readonly port?: number;
  /** Asks nobody for a key. */
  readonly open?: boolean;
  /** Keys besides `sk-1234`. */
  readonly keys?: readonly string[];
}

const PROBES: ReadonlySet<string> = new Set(['/health/liveliness']);

export class FakeLitellm {
  /** All but the questions whether it is alive, and whether it is guarded. */
  readonly received: Received[] = [];
  /** Heads of the websockets that were asked for. */
  readonly upgrades: IncomingMessage[] = [];
  open: boolean;
  alive = true;
  readonly #keys: ReadonlySet<string>;
  readonly #scripts = new Map<string, Script>();
  readonly #waiting = new Set<() => void>();
  #server: Server;
  #port = 0;

  private constructor({ open = false, keys = [] }: FakeLitellmOptions) {
    this.open = open;
    this.#keys = new Set(['sk-1234', ...keys]);
    this.#server = this.#newServer();
  }

  static async start(options: FakeLitellmOptions = {}): Promise<FakeLitellm> {
    const made = new FakeLitellm(options);
    await made.listen(options.port ?? 0);
    return made;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** What is done with requests for a path; the last script counts. */
  on(path: string, script: Script): void {
    this.#scripts.set(path, script);
  }

  /** The n-th request for a path, once it has come. */
  async nth(path: string, count = 1): Promise<Received> {
    for (;;) {
      const found = this.received.filter(({ url }) => url.split('?')[0] === path)[count - 1];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Ends at once, connections included, as a process that is killed. */
  async kill(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    for (const { socket } of this.upgrades) socket.destroy();
    await closed;
  }

  /** On the same port again. */
  async restart(): Promise<void> {
    this.#server = this.#newServer();
    await this.listen(this.#port);
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #newServer(): Server {
    const server = createServer(
      { keepAliveTimeout: 5_000 },
      (request, response) => void this.#answer(request, response),
    );
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.upgrades.push(request);
      socket.on('error', () => socket.destroy());
      if (!this.#knows(request)) {
        socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Far: 1\r\n\r\n');
      // Says back what it hears.
      if (head.length > 0) socket.write(head);
      socket.pipe(socket);
    });
    return server;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    const path = url.split('?')[0] ?? '';
    if (PROBES.has(path) && request.method === 'GET') {
      response.writeHead(this.alive ? 200 : 503).end('"I\'m alive!"');
      return;
    }
    const knows = this.#knows(request);
    if (path === '/v1/models' && !hasKey(request)) {
      if (knows) response.end('{"data":[],"object":"list"}');
      else refuse(response);
      return;
    }
    const received = receivedOf(request, response);
    this.received.push(received);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    if (!knows) {
      await received.body;
      refuse(response);
      return;
    }
    const script = this.#scripts.get(path) ?? this.#scripts.get('*') ?? echo;
    await script(received, response, request);
  }

  #knows({ headers }: IncomingMessage): boolean {
    if (this.open) return true;
    const key = (headers.authorization ?? headers['x-api-key'] ?? '').toString().replace(/^Bearer /, '');
    return this.#keys.has(key);
  }
}

function hasKey({ headers }: IncomingMessage): boolean {
  return headers.authorization !== undefined || headers['x-api-key'] !== undefined;
}

function receivedOf(request: IncomingMessage, response: ServerResponse): Received {
  const chunks: Buffer[] = [];
  const body = new Promise<Buffer>((resolve) => {
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks)));
  });
  const abandoned = new Promise<void>((resolve) => {
    response.once('close', () => {
      if (!response.writableFinished) resolve();
    });
  });
  const { method = '', url = '', rawHeaders, headers } = request;
  return { method, url, rawHeaders, headers, body, abandoned };
}

function refuse(response: ServerResponse): void {
  const error = { message: 'Authentication Error, from LiteLLM', type: 'auth_error', param: 'None', code: '401' };
  response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
}

/** Says what it got. */
const echo: Script = async ({ method, url, body }, response) => {
  const bytes = await body;
  response.writeHead(200, { 'content-type': 'application/json', 'x-from': 'litellm' });
  response.end(JSON.stringify({ by: 'litellm', method, url, body: bytes.toString() }));
};
