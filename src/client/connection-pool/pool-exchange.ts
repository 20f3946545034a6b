/**
 * One request and its answer over a pool. Its body is told of exactly one end; after `abort` of nothing more. A reader
 * that is slower than the answer pauses it, and the bound of gaps with it. One listener on the signal, gone at the end.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { Deadline, type TimerWheel } from '../../primitives/timer-wheel.ts';
import type { DeadlineKind, PooledCall, PooledReceiver } from '../../pool/contract.ts';
import type { Deadlines } from '../../pool/deadlines.ts';
import type { UpstreamPools } from '../../pool/upstream-pools.ts';
import type { HeaderList, TransportError, UpstreamRequest } from '../../wire/contract.ts';

/** Takes a body in. */
export interface BodySink {
  /** @returns false: no more until `resume` of the source */
  chunk(bytes: Buffer): boolean;
  end(): void;
  fail(reason: unknown): void;
}

/** Where a body comes from. */
export interface BodySource {
  resume(): void;
  /** Drops what has not come yet, and the connection with it. */
  abort(): void;
}

export interface PoolExchangeOptions {
  readonly origin: string;
  readonly signal: AbortSignal | null;
  readonly gapMs: number;
  readonly wheel: TimerWheel;
  readonly onHead: (status: number, headers: HeaderList) => BodySink;
  /** Before the head. */
  readonly onFailure: (reason: unknown) => void;
  /** The last, always. */
  readonly onEnd: () => void;
}

export class PoolExchange implements PooledReceiver, BodySource {
  readonly #options: PoolExchangeOptions;
  readonly #gap: Deadline;
  readonly #onAbort = (): void => this.fail(this.#options.signal?.reason);
  #call: PooledCall | null = null;
  #body: BodySink | null = null;
  #paused = false;
  #over = false;

  constructor(options: PoolExchangeOptions) {
    this.#options = options;
    this.#gap = new Deadline(() => this.onDeadline('gap', options.gapMs, options.gapMs));
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  start(pools: UpstreamPools, request: UpstreamRequest, deadlines: Deadlines): void {
    this.#call = pools.send(request, deadlines, this);
  }

  // --- for the pool

  onHead(status: number, headers: HeaderList): void {
    if (this.#over) return;
    this.#body = this.#options.onHead(status, headers);
    this.#watch();
  }

  onData(chunk: Buffer): void {
    if (this.#over || this.#body === null) return;
    if (this.#body.chunk(chunk)) this.#watch();
    else {
      this.#paused = true;
      this.#options.wheel.cancel(this.#gap);
      this.#call?.pause();
    }
  }

  onEnd(): void {
    if (this.#finish()) this.#body?.end();
  }

  onError(error: TransportError): void {
    this.#failed(failureOf(error));
  }

  onDeadline(kind: DeadlineKind, limitMs: number, _elapsedMs: number): void {
    const text = `${this.#options.origin}: ${PASSED[kind]} within ${limitMs / 1000} s: the call timed out.`;
    this.fail(new GatewayError('timeout', text));
  }

  // --- for the reader

  resume(): void {
    if (this.#over || !this.#paused) return;
    this.#paused = false;
    this.#watch();
    this.#call?.resume();
  }

  abort(): void {
    if (this.#finish()) this.#call?.abort();
  }

  /** Ends the call with a reason of our own. */
  fail(reason: unknown): void {
    if (this.#over) return;
    this.#call?.abort();
    this.#failed(reason);
  }

  #failed(reason: unknown): void {
    if (!this.#finish()) return;
    if (this.#body === null) this.#options.onFailure(reason);
    else this.#body.fail(reason);
  }

  #watch(): void {
    const { gapMs, wheel } = this.#options;
    if (gapMs !== Number.POSITIVE_INFINITY) wheel.arm(this.#gap, gapMs);
  }

  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    const { signal, wheel, onEnd } = this.#options;
    wheel.cancel(this.#gap);
    signal?.removeEventListener('abort', this.#onAbort);
    onEnd();
    return true;
  }
}

const PASSED: Readonly<Record<DeadlineKind, string>> = {
  connect: 'no connection',
  'first-byte': 'no answer',
  gap: 'no further part of the answer',
  total: 'no whole answer',
};

function failureOf({ code, message }: TransportError): GatewayError {
  switch (code) {
    case 'connect-timeout':
      return new GatewayError('timeout', `${message}: the call timed out.`);
    case 'saturated':
      return new GatewayError('service_unavailable', `${message}. Make fewer calls at a time, or raise maxWaiting.`);
    case 'closed':
      return new GatewayError('service_unavailable', message, { retryable: false });
    case 'invalid-request':
      return new GatewayError('bad_request', message);
    case 'malformed-reply':
      return new GatewayError('bad_gateway', message);
    case 'connect-failed':
    case 'reset':
    case 'aborted':
      return new GatewayError('api_connection', message);
  }
}
