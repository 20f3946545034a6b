/** Passes a binary reply (audio, files) on as it comes. A reply that breaks off breaks the client's connection too. */
import type { GatewayError } from '../../errors/gateway-error.ts';
import { NO_FACTS, type ReplyMode, type ReplyPort } from './reply-mode.ts';

export class ByteReply implements ReplyMode {
  readonly #port: ReplyPort;
  readonly #contentType: string;
  readonly #status: number;

  constructor(port: ReplyPort, status: number, contentType: string) {
    this.#port = port;
    this.#status = status;
    this.#contentType = contentType;
  }

  onData(chunk: Buffer): void {
    const { exchange } = this.#port;
    this.#port.contentSeen();
    this.#begin();
    if (!exchange.write(chunk)) this.#port.pause();
  }

  onEnd(): void {
    this.#begin();
    this.#port.exchange.end();
    this.#port.succeed(null);
  }

  onBroken(error: GatewayError): void {
    this.#port.fail(error);
  }

  #begin(): void {
    const { exchange } = this.#port;
    if (!exchange.headSent) exchange.replyHead(this.#status, this.#port.replyHeaders(this.#contentType, NO_FACTS));
  }
}
