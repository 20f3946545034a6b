import type { GatewayError } from '../../../errors/gateway-error.ts';
import type { JsonObject } from '../../../protocol/json.ts';
import type { HeaderList } from '../../../wire/contract.ts';
import type { AnswerFacts } from '../../costing.ts';
import type { ReplyPort } from '../reply-mode.ts';
import type { AttemptStream } from './attempt-stream.ts';

/** The port of an attempt whose stream does not go to the client directly. */
export class RecoverablePort implements ReplyPort {
  readonly exchange: AttemptStream;
  readonly #port: ReplyPort;

  constructor(port: ReplyPort, stream: AttemptStream) {
    this.#port = port;
    this.exchange = stream;
  }

  get contentFilterFails(): boolean {
    return this.#port.contentFilterFails;
  }
  replyHeaders(contentType: string, answer: AnswerFacts): HeaderList {
    return this.#port.replyHeaders(contentType, answer);
  }
  fail(cause: unknown): void {
    this.#port.fail(cause);
  }
  succeed(usage: JsonObject | null, model: string | null = null): void {
    this.#port.succeed(usage, model);
  }
  contentSeen(): void {
    this.#port.contentSeen();
  }
  leftOut(bytes: number): void {
    this.#port.leftOut(bytes);
  }
  pause(): void {
    this.#port.pause();
  }
  malformed(message: string): GatewayError {
    return this.#port.malformed(message);
  }
  cut(message: string): GatewayError {
    return this.#port.cut(message);
  }
  reported(error: string): GatewayError {
    return this.#port.reported(error);
  }
}
