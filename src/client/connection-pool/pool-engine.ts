/** The connections of a pool, and one exchange over them. Loaded at the first call. */
import { GatewayError } from '../../errors/gateway-error.ts';
import { TimerWheel } from '../../primitives/timer-wheel.ts';
import type { Deadlines } from '../../pool/deadlines.ts';
import { UpstreamPools } from '../../pool/upstream-pools.ts';
import type { HeaderList, UpstreamRequest } from '../../wire/contract.ts';
import { createUndiciTransport, DEFAULT_TRANSPORT_OPTIONS } from '../../wire/undici-transport.ts';
import type { ConnectionPoolOptions, OriginStats, PoolDeadlines } from './contract.ts';
import { type BodySink, type BodySource, PoolExchange } from './pool-exchange.ts';
import { deadlinesOf } from './read-pool-options.ts';

export interface ExchangeQuestion<Body extends BodySink> {
  readonly request: UpstreamRequest;
  readonly deadlines: PoolDeadlines | undefined;
  readonly signal: AbortSignal | null;
  /** Makes what takes the body in, before any of it comes. */
  readonly bodyOf: (source: BodySource) => Body;
}

export interface Exchanged<Body extends BodySink> {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Body;
}

export class PoolEngine {
  readonly #ownDeadlines: PoolDeadlines | undefined;
  /** Of calls that say none. */
  readonly #deadlines: Deadlines;
  readonly #wheel: TimerWheel;
  readonly #pools: UpstreamPools;
  readonly #running = new Set<PoolExchange>();

  constructor({ deadlines, maxOrigins, ...transport }: ConnectionPoolOptions) {
    const now = (): number => performance.now();
    this.#ownDeadlines = deadlines;
    this.#deadlines = deadlinesOf(deadlines, undefined);
    this.#wheel = new TimerWheel({ now });
    const set = Object.fromEntries(Object.entries(transport).filter(([, value]) => value !== undefined));
    this.#pools = new UpstreamPools({
      transportFor: createUndiciTransport,
      transportOptions: { ...DEFAULT_TRANSPORT_OPTIONS, ...set },
      wheel: this.#wheel,
      now,
      ...(maxOrigins === undefined ? {} : { maxOrigins }),
    });
  }

  /** @throws GatewayError, or the signal's reason, before the head of the answer; behind it the body fails with them */
  async exchange<Body extends BodySink>(question: ExchangeQuestion<Body>): Promise<Exchanged<Body>> {
    const { request, deadlines, signal, bodyOf } = question;
    signal?.throwIfAborted();
    const limits = deadlines === undefined ? this.#deadlines : deadlinesOf(this.#ownDeadlines, deadlines);
    return await new Promise((resolve, reject) => {
      const exchange: PoolExchange = new PoolExchange({
        origin: request.origin,
        signal,
        gapMs: limits.gapMs,
        wheel: this.#wheel,
        onHead: (status, headers) => {
          const body = bodyOf(exchange);
          resolve({ status, headers, body });
          return body;
        },
        onFailure: reject,
        onEnd: () => this.#running.delete(exchange),
      });
      this.#running.add(exchange);
      // The gap is watched by the exchange, since it does not count while the reader is slower than the answer.
      exchange.start(this.#pools, request, { ...limits, gapMs: Number.POSITIVE_INFINITY });
    });
  }

  stats(): readonly OriginStats[] {
    return [...this.#pools.counters()].map(([origin, { open, busy, waiting, connectsTotal, requestsTotal }]) => ({
      origin,
      open,
      busy,
      waiting,
      connects: connectsTotal,
      requests: requestsTotal,
    }));
  }

  async close(abort: boolean): Promise<void> {
    if (abort) for (const exchange of this.#running) exchange.fail(closedPool());
    await this.#pools.close();
  }
}

export function closedPool(): GatewayError {
  return new GatewayError('service_unavailable', 'This pool was closed. Make a new one.', { retryable: false });
}
