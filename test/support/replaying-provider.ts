/** A provider that answers with a list of recorded replies, one per request in order, and keeps what it was asked. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { SampledReply } from './compat-sample.ts';

export interface ProviderRequest {
  readonly method: string;
  /** With query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export class ReplayingProvider {
  readonly #server: Server;
  #replies: readonly SampledReply[] = [];
  #requests: ProviderRequest[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<ReplayingProvider> {
    const server = createServer();
    const provider = new ReplayingProvider(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const reply = provider.#replies[provider.#requests.length];
        provider.#requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
        // One that nobody recorded is seen by its number; it still needs some answer.
        response.writeHead(reply?.status ?? 599, reply?.headers.flat() ?? []).end(reply?.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get origin(): string {
    // An address of a TCP server is never a string.
    const address = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${address.port}`;
  }

  /** Forgets earlier requests and answers the next ones with these. */
  replay(replies: readonly SampledReply[]): void {
    this.#replies = replies;
    this.#requests = [];
  }

  get requests(): readonly ProviderRequest[] {
    return this.#requests;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
