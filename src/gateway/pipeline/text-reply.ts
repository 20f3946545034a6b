/** LiteLLM-compat: a transcription in plain text, SRT or VTT comes back as `{"text": …}`. Kept whole, at most 64 MB. */
import type { GatewayError } from '../../errors/gateway-error.ts';
import { ByteSegments } from '../../primitives/byte-segments.ts';
import { NO_FACTS, type ReplyMode, type ReplyPort } from './reply-mode.ts';

const MAX_BYTES = 64 * 1024 * 1024;

export class TextReply implements ReplyMode {
  readonly #port: ReplyPort;
  readonly #bytes = new ByteSegments();

  constructor(port: ReplyPort) {
    this.#port = port;
  }

  onData(chunk: Buffer): void {
    if (this.#bytes.length + chunk.length > MAX_BYTES) this.#port.fail(this.#port.malformed('the reply is too large'));
    else this.#bytes.append(chunk);
  }

  onEnd(): void {
    const body = JSON.stringify({ text: this.#bytes.text() });
    this.#port.exchange.reply(200, this.#port.replyHeaders('application/json', NO_FACTS), body);
    this.#port.succeed(null);
  }

  onBroken(error: GatewayError): void {
    this.#port.fail(error);
  }
}
