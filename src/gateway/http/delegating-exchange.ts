import type { GatewayError } from '../../errors/gateway-error.ts';
import type { BodyReceiver, Exchange, ExchangeEnd, HeaderList } from '../../wire/contract.ts';

/** The same exchange behind another object, for those that change one thing about it. */
export class DelegatingExchange implements Exchange {
  readonly #inner: Exchange;

  constructor(inner: Exchange) {
    this.#inner = inner;
  }

  get method(): string {
    return this.#inner.method;
  }
  get target(): string {
    return this.#inner.target;
  }
  get path(): string {
    return this.#inner.path;
  }
  get query(): string {
    return this.#inner.query;
  }
  get remoteAddress(): string {
    return this.#inner.remoteAddress;
  }
  get startedAtMs(): number {
    return this.#inner.startedAtMs;
  }
  get headSent(): boolean {
    return this.#inner.headSent;
  }
  get ended(): boolean {
    return this.#inner.ended;
  }
  header(name: string): string | undefined {
    return this.#inner.header(name);
  }
  headers(): HeaderList {
    return this.#inner.headers();
  }
  readBody(receiver: BodyReceiver, limitBytes: number): void {
    this.#inner.readBody(receiver, limitBytes);
  }
  pauseBody(): void {
    this.#inner.pauseBody();
  }
  resumeBody(): void {
    this.#inner.resumeBody();
  }
  reply(status: number, headers: HeaderList, body: readonly Buffer[] | Buffer | string): void {
    this.#inner.reply(status, headers, body);
  }
  replyHead(status: number, headers: HeaderList): void {
    this.#inner.replyHead(status, headers);
  }
  write(chunk: Buffer): boolean {
    return this.#inner.write(chunk);
  }
  end(): void {
    this.#inner.end();
  }
  abort(): void {
    this.#inner.abort();
  }
  onWritable(listener: () => void): void {
    this.#inner.onWritable(listener);
  }
  onEnd(listener: (end: ExchangeEnd) => void): void {
    this.#inner.onEnd(listener);
  }

  /** Somebody else may answer in place of this error. @returns whether that is so; then nobody else may */
  handOver(error: GatewayError): boolean {
    return handOver(this.#inner, error);
  }
  /** A byte may reach a provider from now on, so that nobody else can answer any more. */
  bind(): void {
    bind(this.#inner);
  }
}

export function handOver(exchange: Exchange, error: GatewayError): boolean {
  return exchange instanceof DelegatingExchange && exchange.handOver(error);
}

export function bind(exchange: Exchange): void {
  if (exchange instanceof DelegatingExchange) exchange.bind();
}
