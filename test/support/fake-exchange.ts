import type { BodyReceiver, Exchange, ExchangeEnd, HeaderList } from '../../src/wire/contract.ts';

export interface FakeRequest {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Parts as they arrive. */
  readonly body?: readonly (string | Buffer)[];
}

/** An exchange without a socket: what was answered is read from its fields. */
export class FakeExchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly path: string;
  readonly query: string;
  readonly remoteAddress = '127.0.0.1';
  readonly startedAtMs = 0;
  status = 0;
  replyHeaders: HeaderList = [];
  text = '';
  /** Parts of the answer's body, as they were handed over. */
  parts: readonly Buffer[] = [];
  headSent = false;
  ended = false;
  aborted = false;
  /** Whoever reads the body asked the client to wait. */
  bodyPaused = false;
  /** The client reads slowly: every `write` says so. */
  full = false;
  #listener: ((end: ExchangeEnd) => void) | null = null;
  #writable: (() => void) | null = null;
  readonly #headers: ReadonlyMap<string, string>;
  readonly #body: readonly (string | Buffer)[];

  constructor(request: FakeRequest = {}) {
    this.method = request.method ?? 'GET';
    this.target = request.target ?? '/';
    const mark = this.target.indexOf('?');
    this.path = mark === -1 ? this.target : this.target.slice(0, mark);
    this.query = mark === -1 ? '' : this.target.slice(mark + 1);
    this.#headers = new Map(Object.entries(request.headers ?? {}));
    this.#body = request.body ?? [];
  }

  /** The answer's body as JSON. */
  get json(): unknown {
    return JSON.parse(this.text) as unknown;
  }

  /** All values of one header of the answer. */
  replied(name: string): readonly string[] {
    return this.replyHeaders.filter((_value, index) => index % 2 === 1 && this.replyHeaders[index - 1] === name);
  }

  header(name: string): string | undefined {
    return this.#headers.get(name);
  }

  headers(): HeaderList {
    return [...this.#headers].flat();
  }

  readBody(receiver: BodyReceiver, limitBytes: number): void {
    let length = 0;
    for (const part of this.#body) {
      const chunk = typeof part === 'string' ? Buffer.from(part) : part;
      length += chunk.length;
      if (length > limitBytes) {
        receiver.onBodyError({ reason: 'too-large', message: 'body too large' });
        return;
      }
      receiver.onBodyChunk(chunk);
    }
    receiver.onBodyEnd();
  }

  pauseBody(): void {
    this.bodyPaused = true;
  }

  resumeBody(): void {
    this.bodyPaused = false;
  }

  reply(status: number, headers: HeaderList, body: readonly Buffer[] | Buffer | string): void {
    if (this.headSent) throw new Error('answered twice');
    this.replyHead(status, headers);
    this.parts = typeof body === 'string' ? [Buffer.from(body)] : Buffer.isBuffer(body) ? [body] : body;
    this.text = Buffer.concat(this.parts).toString();
    this.#over('finished');
  }

  replyHead(status: number, headers: HeaderList): void {
    this.headSent = true;
    this.status = status;
    this.replyHeaders = headers;
  }

  write(chunk: Buffer): boolean {
    this.parts = [...this.parts, chunk];
    this.text = Buffer.concat(this.parts).toString();
    return !this.full;
  }

  end(): void {
    this.#over('finished');
  }

  abort(): void {
    this.aborted = true;
    this.#over('aborted');
  }

  /** The client closes its connection. */
  leave(): void {
    this.#over('client-left');
  }

  /** There is room again after `full`. */
  drain(): void {
    this.full = false;
    this.#writable?.();
  }

  onWritable(listener: () => void): void {
    this.#writable = listener;
  }

  onEnd(listener: (end: ExchangeEnd) => void): void {
    this.#listener = listener;
  }

  #over(end: ExchangeEnd): void {
    if (this.ended) return;
    this.ended = true;
    this.#listener?.(end);
  }
}
