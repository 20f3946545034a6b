/**
 * A provider that does what a script says, down to single bytes and resets. The model name of a request (or the path,
 * where there is none) picks the script; what was received, and when its connection ended, is recorded.
 *
 * node:http parses what comes in; a script answers over the socket itself, so that it may break every rule of HTTP.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';

/** One request that arrived, and the connection to answer it on. */
export class ProviderCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly socket: Socket;
  /** Resolves once the gateway closed or dropped the connection, or a script did. */
  readonly closed: Promise<void>;
  /** Of `performance.now()`. */
  readonly arrivedMs = performance.now();
  closedMs: number | null = null;
  connectionOpen = true;
  #json: Record<string, unknown> | null = null;

  constructor(request: IncomingMessage, body: Buffer) {
    this.method = request.method ?? '';
    this.path = request.url ?? '';
    this.headers = request.headers;
    this.rawHeaders = request.rawHeaders;
    this.body = body;
    this.socket = request.socket;
    this.closed = new Promise((resolve) => {
      const gone = (): void => {
        this.connectionOpen = false;
        this.closedMs ??= performance.now();
        resolve();
      };
      if (this.socket.destroyed) gone();
      else this.socket.once('close', gone).once('end', gone);
    });
  }

  /** The body as JSON; an empty object when it is none. */
  get json(): Record<string, unknown> {
    this.#json ??= parsed(this.body);
    return this.#json;
  }

  get model(): string {
    const { model } = this.json;
    return typeof model === 'string' ? model : '';
  }

  /** Bytes as they are. Nothing is sent once the connection has gone. */
  write(bytes: string | Buffer): void {
    if (this.connectionOpen) this.socket.write(bytes);
  }

  /** Writes and waits until the other side took it, or has gone. */
  async writeAll(bytes: string | Buffer): Promise<void> {
    // A turn of the event loop: a script that only writes would otherwise never hear that the other side has gone.
    await setImmediate();
    if (!this.connectionOpen || this.socket.destroyed) return;
    await new Promise<void>((resolve) => {
      void this.closed.then(resolve);
      this.socket.write(bytes, () => resolve());
    });
  }

  /** Lets time pass; less when the connection goes before. */
  async pause(ms: number): Promise<void> {
    await Promise.race([setTimeout(ms, undefined, { ref: false }), this.closed]);
  }

  /** A whole answer with a correct length; the connection stays. */
  answer(status: number, body: string | Buffer, headers: readonly string[] = ['content-type: application/json']): void {
    const bytes = Buffer.from(body);
    this.head(status, [...headers, `content-length: ${bytes.length}`]);
    this.write(bytes);
  }

  head(status: number, headers: readonly string[]): void {
    this.write(`HTTP/1.1 ${status} Scripted\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`);
  }

  streamHead(): void {
    this.head(200, ['content-type: text/event-stream', 'transfer-encoding: chunked']);
  }

  /** One piece of a chunked body. */
  chunk(bytes: string | Buffer): void {
    const part = Buffer.from(bytes);
    this.write(Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]));
  }

  event(value: unknown): void {
    this.chunk(`data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`);
  }

  /** Ends a chunked body in order. */
  endChunks(): void {
    this.write('0\r\n\r\n');
  }

  /** FIN. */
  end(): void {
    this.socket.end();
  }

  /** RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }
}

export type Script = (call: ProviderCall) => void | Promise<void>;

export class ScriptedProvider {
  readonly calls: ProviderCall[] = [];
  readonly port: number;
  readonly #server: Server;
  readonly #scripts = new Map<string, Script>();
  readonly #waiting = new Set<() => void>();
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (socket: Socket) => {
      this.#connections += 1;
      this.#sockets.add(socket.setMaxListeners(0));
      socket.on('error', () => undefined).once('close', () => this.#sockets.delete(socket));
    });
    server.on('request', (request) => this.#receive(request));
    // Requests that are no HTTP are nobody's business here; they must not end the process.
    server.on('clientError', (_error, socket) => socket.destroy());
  }

  static async start(host = '127.0.0.1'): Promise<ScriptedProvider> {
    const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return new ScriptedProvider(server);
  }

  get apiBase(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  /** Connections that were ever opened, with or without a request. */
  get connections(): number {
    return this.#connections;
  }

  /** Connections that are open now. */
  get openConnections(): number {
    return this.#sockets.size;
  }

  /** @param name model name, or path without query, or `*` for everything that has no script of its own */
  on(name: string, script: Script): void {
    this.#scripts.set(name, script);
  }

  callsFor(model: string): readonly ProviderCall[] {
    return this.calls.filter((call) => call.model === model);
  }

  /** Resolves with the call that makes it `count` calls of this model. */
  async nthCall(model: string, count = 1): Promise<ProviderCall> {
    for (;;) {
      const call = this.callsFor(model)[count - 1];
      if (call !== undefined) return call;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #receive(request: IncomingMessage): void {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const call = new ProviderCall(request, Buffer.concat(chunks));
      this.calls.push(call);
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
      const script = this.#scripts.get(call.model) ?? this.#scripts.get(pathOf(call)) ?? this.#scripts.get('*');
      if (script === undefined) call.answer(404, JSON.stringify({ error: { message: 'no script', type: 'test' } }));
      else void script(call);
    });
  }
}

function parsed(body: Buffer): Record<string, unknown> {
  try {
    const value = JSON.parse(body.toString()) as unknown;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function pathOf(call: ProviderCall): string {
  return call.path.split('?')[0] ?? '';
}
