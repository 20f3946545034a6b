/** The counters of one limiter, made anew or attached to another thread's. All keys are hashed with one secret. */
import { ConcurrencyLeases } from './concurrency-leases.ts';
import type { Counter, Counters, LimitAlgorithm, LimiterState } from './contract.ts';
import { namedUnder, sharedUnder } from './named-buffers.ts';
import { SlidingCounter } from './sliding-counter.ts';
import { TokenBucket } from './token-bucket.ts';
import { WindowRequests, type CounterOptions } from './window-requests.ts';
import { WindowTokens } from './window-tokens.ts';

export interface CounterSetOptions {
  /** Default `window`, LiteLLM's. */
  readonly algorithm?: LimitAlgorithm;
  /** Default 60,000. */
  readonly windowMs?: number;
  /** Scopes at the same time; default 131,072. */
  readonly capacity?: number;
  /** Requests in flight at the same time that have a limit; default 65,536. */
  readonly leases?: number;
  /** A slot that nobody gives back is free after this; default an hour, as LiteLLM. */
  readonly leaseMs?: number;
  /** State of another limiter with the same options. */
  readonly shared?: LimiterState;
  /** Of this thread, so that its slots are given back at once when it dies (`reclaimLeases`); default 0. */
  readonly lane?: number;
  /** For tests that repeat themselves. */
  readonly seed?: number;
}

export class CounterSet implements Counters {
  readonly windowMs: number;
  readonly requests: Counter;
  readonly tokens: Counter;
  readonly leases: ConcurrencyLeases;
  readonly seed: number;

  constructor(options: CounterSetOptions) {
    const {
      algorithm = 'window',
      windowMs = 60_000,
      capacity = 131_072,
      leases = 65_536,
      leaseMs = 3_600_000,
      lane = 0,
    } = options;
    const shared = options.shared?.buffers;
    const first = options.seed === undefined ? {} : { seed: options.seed };
    this.windowMs = windowMs;
    this.requests = makeCounter(algorithm, 'requests', {
      windowMs,
      capacity,
      ...first,
      ...sharedUnder('requests.', shared),
    });
    const { seed } = this.requests;
    this.seed = seed;
    this.tokens = makeCounter(algorithm, 'tokens', { windowMs, capacity, seed, ...sharedUnder('tokens.', shared) });
    this.leases = new ConcurrencyLeases({ leaseMs, capacity, leases, seed, lane, ...sharedUnder('leases.', shared) });
  }

  /** For `shared` of a limiter on another thread. */
  get state(): LimiterState {
    return {
      buffers: {
        ...namedUnder('requests.', this.requests.buffers),
        ...namedUnder('tokens.', this.tokens.buffers),
        ...namedUnder('leases.', this.leases.buffers),
      },
    };
  }
}

/** @param of the limits of tokens can be corrected afterwards; both have their own rules in LiteLLM's window */
export function makeCounter(algorithm: LimitAlgorithm, of: 'requests' | 'tokens', options: CounterOptions): Counter {
  switch (algorithm) {
    case 'window':
      return of === 'requests' ? new WindowRequests(options) : new WindowTokens(options);
    case 'sliding':
      return new SlidingCounter(options);
    case 'token_bucket':
      return new TokenBucket(options);
  }
}
