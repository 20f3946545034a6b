/** The server and the clients that the exchange suites work with. */
import { afterEach, beforeEach } from 'vitest';
import { rawClient, type RawConnection } from './raw-http.contract.ts';
import type { BodyError, Exchange, ExchangeHandler } from './contract.ts';

export interface ExchangeServer {
  readonly port: number;
  stop(): Promise<void>;
}

export type StartExchangeServer = (handler: ExchangeHandler) => Promise<ExchangeServer>;

export const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
export const MB = 1024 * 1024;

/** What a body turned out to be. */
export interface Collected {
  readonly bytes: Buffer;
  readonly error: BodyError | null;
}

export function collectBody(exchange: Exchange, limitBytes = 100 * MB): Promise<Collected> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    exchange.readBody(
      {
        onBodyChunk: (chunk) => chunks.push(chunk),
        onBodyEnd: () => resolve({ bytes: Buffer.concat(chunks), error: null }),
        onBodyError: (error) => resolve({ bytes: Buffer.concat(chunks), error }),
      },
      limitBytes,
    );
  });
}

export interface ExchangeBench {
  /** Sends `text` on a new connection to a server that does `reply` with every request from now on. */
  readonly ask: (text: string, reply: ExchangeHandler) => Promise<RawConnection>;
  /** What the server does with every request from now on. */
  readonly serve: (reply: ExchangeHandler) => void;
}

/** Call inside a `describe`: starts a server for each test and registers the tidying up. */
export function exchangeBench(start: StartExchangeServer): ExchangeBench {
  let server: ExchangeServer | null = null;
  let handler: ExchangeHandler = () => undefined;
  const clients: RawConnection[] = [];
  beforeEach(async () => {
    server = await start((exchange) => handler(exchange));
  });
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.destroy();
    await server?.stop();
  });
  return {
    ask: async (text, reply) => {
      handler = reply;
      const client = await rawClient(server?.port ?? 0);
      clients.push(client);
      client.write(text);
      return client;
    },
    serve: (reply) => {
      handler = reply;
    },
  };
}
