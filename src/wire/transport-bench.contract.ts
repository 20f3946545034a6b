/** The provider, the transports and the replies that the transport suites work with. */
import { afterEach } from 'vitest';
import { deferred, rawServer, type RawConnection, type RawServer } from './raw-http.contract.ts';
import type {
  HeaderList,
  Transport,
  TransportError,
  TransportFactory,
  TransportOptions,
  UpstreamCall,
  UpstreamRequest,
} from './contract.ts';

export const MB = 1024 * 1024;
export const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const OPTIONS: TransportOptions = {
  connections: 8,
  maxWaiting: 8,
  connectTimeoutMs: 10_000,
  keepAliveMs: 60_000,
  verifyTls: true,
};

/** One reply, collected; `done` resolves with its last event. */
export class CollectedReply {
  sent = 0;
  status = 0;
  headers: HeaderList = [];
  readonly chunks: Buffer[] = [];
  bytes = 0;
  error: TransportError | null = null;
  events: string[] = [];
  readonly #done = deferred<'end' | 'error'>();
  readonly #head = deferred<void>();
  readonly #sentOnce = deferred<void>();
  #wanted: { readonly bytes: number; readonly resolve: (value: void) => void } | null = null;

  get done(): Promise<'end' | 'error'> {
    return this.#done.promise;
  }
  get head(): Promise<void> {
    return this.#head.promise;
  }
  get wasSent(): Promise<void> {
    return this.#sentOnce.promise;
  }
  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }
  untilBytes(bytes: number): Promise<void> {
    if (this.bytes >= bytes) return Promise.resolve();
    const { promise, resolve } = deferred<void>();
    this.#wanted = { bytes, resolve };
    return promise;
  }

  onSent(): void {
    this.sent += 1;
    this.events.push('sent');
    this.#sentOnce.resolve();
  }
  onHead(status: number, headers: HeaderList): void {
    this.status = status;
    this.headers = headers;
    this.events.push('head');
    this.#head.resolve();
  }
  onData(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    if (this.#wanted !== null && this.bytes >= this.#wanted.bytes) this.#wanted.resolve();
  }
  onEnd(): void {
    this.events.push('end');
    this.#done.resolve('end');
  }
  onError(error: TransportError): void {
    this.error = error;
    this.events.push('error');
    this.#done.resolve('error');
  }
}

export interface TransportBench {
  /** A provider; closed after the test. */
  readonly serve: (script: (connection: RawConnection, index: number) => void) => Promise<RawServer>;
  /** A transport; closed after the test. */
  readonly transportTo: (origin: string, options?: Partial<TransportOptions>) => Transport;
  /** Sends `GET /`, or what `changes` says; aborted after the test. */
  readonly send: (
    transport: Transport,
    changes?: Partial<UpstreamRequest>,
  ) => { reply: CollectedReply; call: UpstreamCall };
  /** Changes that make it a POST with this body. */
  readonly post: (body: readonly Buffer[]) => Partial<UpstreamRequest>;
}

/** Call inside a `describe`: registers the tidying up. */
export function transportBench(create: TransportFactory): TransportBench {
  const servers: RawServer[] = [];
  const transports: Transport[] = [];
  const calls: UpstreamCall[] = [];
  afterEach(async () => {
    for (const call of calls.splice(0)) call.abort();
    await Promise.all(transports.splice(0).map((transport) => transport.close()));
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  return {
    serve: async (script) => {
      const server = await rawServer(script);
      servers.push(server);
      return server;
    },
    transportTo: (origin, options = {}) => {
      const transport = create(origin, { ...OPTIONS, ...options });
      transports.push(transport);
      return transport;
    },
    send: (transport, changes = {}) => {
      const reply = new CollectedReply();
      const request = { origin: '', method: 'GET', path: '/', headers: [], body: null, bodyLength: 0, ...changes };
      const call = transport.send(request, reply);
      calls.push(call);
      return { reply, call };
    },
    post: (body) => ({ method: 'POST', body, bodyLength: body.reduce((sum, part) => sum + part.length, 0) }),
  };
}
