import type { BodyReceiver, Exchange, HeaderList, RequestHead } from '../../../wire/contract.ts';
import { DelegatingExchange } from '../../http/delegating-exchange.ts';
import type { Recorded } from './contract.ts';

/** Longer bodies are not compared: a comparison must not cost memory. */
const MOST_REQUEST_BYTES = 256 * 1024;
const MOST_ANSWER_BYTES = 1024 * 1024;

/** An exchange whose request and answer are kept as they pass, as long as they are small. */
export class RecordedExchange extends DelegatingExchange {
  readonly #head: RequestHead;
  readonly #body: Buffer[] = [];
  readonly #answer: Buffer[] = [];
  #bodyBytes = 0;
  #answerBytes = 0;
  #status = 0;
  #headers: HeaderList = [];
  #tooLarge = false;

  constructor(inner: Exchange) {
    super(inner);
    this.#head = inner;
  }

  /** null: there is no answer, or none that can be read or kept. */
  record(): Recorded | null {
    if (this.#tooLarge || this.#status === 0 || this.#headers.includes('content-encoding')) return null;
    const answer = { status: this.#status, headers: this.#headers, body: Buffer.concat(this.#answer) };
    return { request: { head: this.#head, body: this.#body }, answer };
  }

  override readBody(receiver: BodyReceiver, limitBytes: number): void {
    super.readBody(
      {
        onBodyChunk: (chunk) => {
          this.#keepBody(chunk);
          receiver.onBodyChunk(chunk);
        },
        onBodyEnd: () => receiver.onBodyEnd(),
        onBodyError: (error) => receiver.onBodyError(error),
      },
      limitBytes,
    );
  }

  override reply(status: number, headers: HeaderList, body: readonly Buffer[] | Buffer | string): void {
    this.#begin(status, headers);
    const parts = typeof body === 'string' ? [Buffer.from(body)] : Buffer.isBuffer(body) ? [body] : body;
    for (const part of parts) this.#keepAnswer(part);
    super.reply(status, headers, body);
  }

  override replyHead(status: number, headers: HeaderList): void {
    this.#begin(status, headers);
    super.replyHead(status, headers);
  }

  override write(chunk: Buffer): boolean {
    this.#keepAnswer(chunk);
    return super.write(chunk);
  }

  #keepBody(chunk: Buffer): void {
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > MOST_REQUEST_BYTES) this.#giveUp();
    else if (!this.#tooLarge) this.#body.push(chunk);
  }

  #begin(status: number, headers: HeaderList): void {
    this.#status = status;
    this.#headers = headers;
  }

  #keepAnswer(chunk: Buffer): void {
    this.#answerBytes += chunk.length;
    if (this.#answerBytes > MOST_ANSWER_BYTES) this.#giveUp();
    else if (!this.#tooLarge) this.#answer.push(chunk);
  }

  #giveUp(): void {
    this.#tooLarge = true;
    this.#body.length = this.#answer.length = 0;
  }
}
