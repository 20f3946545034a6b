/** A recorded request as an exchange of its own: nobody sent it, nobody gets the answer, which is kept. */
import type { BodyReceiver, Exchange, ExchangeEnd, HeaderList } from '../../../wire/contract.ts';
import type { RecordedAnswer, RecordedRequest } from './contract.ts';

export class ReplayedExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: string;
  readonly remoteAddress: string;
  readonly startedAtMs: number;
  /** null: it was given up without one. */
  readonly answer: Promise<RecordedAnswer | null>;
  headSent = false;
  ended = false;
  readonly #request: RecordedRequest;
  readonly #parts: Buffer[] = [];
  readonly #settle: (answer: RecordedAnswer | null) => void;
  #status = 0;
  #headers: HeaderList = [];
  #onEnd: ((end: ExchangeEnd) => void) | null = null;

  constructor(request: RecordedRequest, startedAtMs: number) {
    this.#request = request;
    const { head } = request;
    this.method = head.method;
    this.target = head.target;
    this.path = head.path;
    this.query = head.query;
    this.remoteAddress = head.remoteAddress;
    this.startedAtMs = startedAtMs;
    ({ promise: this.answer, resolve: this.#settle } = Promise.withResolvers<RecordedAnswer | null>());
  }

  header(name: string): string | undefined {
    return this.#request.head.header(name);
  }

  headers(): HeaderList {
    return this.#request.head.headers();
  }

  readBody(receiver: BodyReceiver, limitBytes: number): void {
    // Later, as a socket would.
    queueMicrotask(() => {
      const { body } = this.#request;
      if (body.reduce((sum, { length }) => sum + length, 0) > limitBytes) {
        receiver.onBodyError({ reason: 'too-large', message: `the request body is larger than ${limitBytes} bytes` });
        return;
      }
      for (const chunk of body) receiver.onBodyChunk(chunk);
      receiver.onBodyEnd();
    });
  }

  pauseBody(): void {
    // All of it is there.
  }

  resumeBody(): void {
    // It was never paused.
  }

  reply(status: number, headers: HeaderList, body: readonly Buffer[] | Buffer | string): void {
    this.replyHead(status, headers);
    const parts = typeof body === 'string' ? [Buffer.from(body)] : Buffer.isBuffer(body) ? [body] : body;
    this.#parts.push(...parts);
    this.end();
  }

  replyHead(status: number, headers: HeaderList): void {
    this.headSent = true;
    this.#status = status;
    this.#headers = headers;
  }

  write(chunk: Buffer): boolean {
    this.#parts.push(chunk);
    return true;
  }

  end(): void {
    this.#over('finished', { status: this.#status, headers: this.#headers, body: Buffer.concat(this.#parts) });
  }

  abort(): void {
    this.#over('aborted', null);
  }

  onWritable(): void {
    // It always is.
  }

  onEnd(listener: (end: ExchangeEnd) => void): void {
    this.#onEnd = listener;
  }

  #over(end: ExchangeEnd, answer: RecordedAnswer | null): void {
    if (this.ended) return;
    this.ended = true;
    this.#settle(answer);
    this.#onEnd?.(end);
  }
}
