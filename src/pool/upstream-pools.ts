/**
 * One transport per origin, and the deadlines of every call over them.
 *
 * Promises: a transport is never closed under a call: an origin that is no longer used is drained first. The number of
 * origins is bounded, since clients with permission may name their own: when it is reached, the idle one that went
 * unused the longest and that no configuration retains is drained; when there is none, the call is refused.
 * Cost per call: one object and one deadline on the shared wheel; nothing per chunk.
 */
import { BoundedCall } from './bounded-call.ts';
import type {
  Transport,
  TransportCounters,
  TransportFactory,
  TransportOptions,
  UpstreamRequest,
} from '../wire/contract.ts';
import type { TimerWheel } from '../primitives/timer-wheel.ts';
import type { PooledCall, PooledReceiver } from './contract.ts';
import type { Deadlines } from './deadlines.ts';

const MAX_ORIGINS = 1024;

export interface UpstreamPoolsOptions {
  readonly transportFor: TransportFactory;
  readonly transportOptions: TransportOptions;
  readonly wheel: TimerWheel;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Origins besides those that the configuration retains; default 1024. */
  readonly maxOrigins?: number;
}

export class UpstreamPools {
  readonly #options: UpstreamPoolsOptions;
  readonly #maxOrigins: number;
  /** Transports of retained origins. */
  readonly #kept = new Map<string, Transport>();
  /** The others, in order of last use. */
  readonly #passing = new Map<string, Transport>();
  readonly #draining = new Set<Promise<void>>();
  #retained: ReadonlySet<string> = new Set();
  #closed = false;

  constructor(options: UpstreamPoolsOptions) {
    this.#options = options;
    this.#maxOrigins = options.maxOrigins ?? MAX_ORIGINS;
  }

  send(request: UpstreamRequest, deadlines: Deadlines, receiver: PooledReceiver): PooledCall {
    const call = new BoundedCall(this.#options, deadlines, receiver);
    call.start(this.#kept.get(request.origin) ?? this.#otherTransport(request.origin), request);
    return call;
  }

  /** The origins of the configuration in force. Others keep serving whoever still uses them, and go when unused. */
  retain(origins: ReadonlySet<string>): void {
    this.#retained = origins;
    for (const [origin, transport] of this.#kept) {
      if (origins.has(origin)) continue;
      this.#kept.delete(origin);
      if (isIdle(transport)) this.#drain(transport);
      else this.#passing.set(origin, transport);
    }
    for (const [origin, transport] of this.#passing) {
      if (!origins.has(origin)) continue;
      this.#passing.delete(origin);
      this.#kept.set(origin, transport);
    }
  }

  counters(): ReadonlyMap<string, TransportCounters> {
    const all = new Map<string, TransportCounters>();
    for (const transports of [this.#kept, this.#passing]) {
      for (const [origin, transport] of transports) all.set(origin, transport.counters());
    }
    return all;
  }

  /** Refuses new calls, lets running ones end and closes every connection. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const transports of [this.#kept, this.#passing]) {
      for (const transport of transports.values()) this.#drain(transport);
      transports.clear();
    }
    await Promise.all(this.#draining);
  }

  /** slow path: an origin that is used for the first time, or that no configuration names. */
  #otherTransport(origin: string): Transport {
    if (this.#closed) return refusing('closed', `${origin}: connections are being closed`);
    const known = this.#passing.get(origin);
    if (known !== undefined) {
      this.#passing.delete(origin);
      this.#passing.set(origin, known);
      return known;
    }
    if (this.#retained.has(origin)) return this.#made(origin, this.#kept);
    if (this.#passing.size >= this.#maxOrigins && !this.#evictOne()) {
      return refusing('saturated', `${origin}: connections to ${this.#passing.size} other origins are in use`);
    }
    return this.#made(origin, this.#passing);
  }

  #made(origin: string, owner: Map<string, Transport>): Transport {
    let transport: Transport;
    try {
      transport = this.#options.transportFor(origin, this.#options.transportOptions);
    } catch {
      return refusing('invalid-request', 'the address of the provider is not an http or https origin');
    }
    owner.set(origin, transport);
    return transport;
  }

  #evictOne(): boolean {
    for (const [origin, transport] of this.#passing) {
      if (!isIdle(transport)) continue;
      this.#passing.delete(origin);
      this.#drain(transport);
      return true;
    }
    return false;
  }

  #drain(transport: Transport): void {
    const closed: Promise<void> = transport.close().finally(() => this.#draining.delete(closed));
    this.#draining.add(closed);
  }
}

function isIdle(transport: Transport): boolean {
  const { busy, waiting } = transport.counters();
  return busy === 0 && waiting === 0;
}

/** Stands in for a transport that may not be made. */
function refusing(code: 'closed' | 'saturated' | 'invalid-request', message: string): Transport {
  return {
    send: (_request, receiver) => {
      let dropped = false;
      queueMicrotask(() => {
        if (!dropped) receiver.onError({ code, message, unsent: true, reusedConnection: false });
      });
      return {
        abort: () => {
          dropped = true;
        },
        pause: () => undefined,
        resume: () => undefined,
      };
    },
    counters: () => ({ open: 0, busy: 0, waiting: 0, connectsTotal: 0, requestsTotal: 0 }),
    close: () => Promise.resolve(),
  };
}
