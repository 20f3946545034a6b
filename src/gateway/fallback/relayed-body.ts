import { Readable } from 'node:stream';
import type { BodyError, BodyReceiver, Exchange } from '../../wire/contract.ts';

/** A request's body on its way to LiteLLM: read only as fast as that takes it. */
export class RelayedBody extends Readable implements BodyReceiver {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange) {
    super();
    this.#exchange = exchange;
    // Who reads it hears of its errors by other ways.
    this.on('error', () => undefined);
  }

  override _read(): void {
    this.#exchange.resumeBody();
  }

  onBodyChunk(chunk: Buffer): void {
    if (!this.destroyed && !this.push(chunk)) this.#exchange.pauseBody();
  }

  onBodyEnd(): void {
    if (!this.destroyed) this.push(null);
  }

  onBodyError(error: BodyError): void {
    this.destroy(new Error(error.message));
  }
}
