/** Collects what a provider says in a reply that is not a success, up to 64 KB, and no more. */
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { ReplyMode } from './reply-mode.ts';

export const MAX_FAILURE_BYTES = 64 * 1024;

export class FailureReply implements ReplyMode {
  readonly #answer: (body: string) => void;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #over = false;

  /** @param answer called once with the text so far; the rest of the body is not read */
  constructor(answer: (body: string) => void) {
    this.#answer = answer;
  }

  onData(chunk: Buffer): void {
    if (this.#over) return;
    this.#chunks.push(chunk.subarray(0, MAX_FAILURE_BYTES - this.#bytes));
    this.#bytes += chunk.length;
    if (this.#bytes >= MAX_FAILURE_BYTES) this.onEnd();
  }

  onEnd(): void {
    if (this.#over) return;
    this.#over = true;
    this.#answer(Buffer.concat(this.#chunks).toString('utf8'));
  }

  /** The status is known; what came of the body is enough. */
  onBroken(_error: GatewayError): void {
    this.onEnd();
  }
}
