/**
 * Shares a model's capacity among priorities (LiteLLM's `dynamic_rate_limiter_v3`): while less than the threshold of it
 * is in use, whoever comes may use all of it; from there on each priority has its share, and all of it is never passed.
 *
 * What a priority uses is counted from its first request. A request that is refused is counted nowhere.
 * LiteLLM-compat: tokens count when they were used, so that the call that passes a limit of tokens is still made.
 * Differs: a request that is only counted, not checked, counts no token beforehand.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { TableKey } from '../primitives/table-key.ts';
import { REFUSED, type Charge, type Counter, type LimitType, type LimiterState } from './contract.ts';
import { makeCounter, type CounterSetOptions } from './counters.ts';
import { priorityPool, type ModelCapacity, type PriorityPool, type PrioritySettings } from './priority-shares.ts';

export interface PriorityLimiterOptions extends Omit<CounterSetOptions, 'leases' | 'leaseMs'> {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly settings: PrioritySettings;
}

/** A call to a model with a capacity. */
export interface PrioritizedCall {
  readonly model: string;
  readonly capacity: ModelCapacity;
  /** Of the team, else of the key; null: none. */
  readonly priority: string | null;
}

/** Kinds of keys in the one table. */
const KIND = { modelRequests: 1, modelTokens: 2, poolRequests: 3, poolTokens: 4 } as const;
const NO_LIMIT = 2 ** 30 - 1;
/** A priority comes from a key's metadata; what a header cannot hold is not sent. */
const IN_HEADERS = /^[\x20-\x7e\xa0-\xff]+$/;

export class PriorityLimiter {
  readonly #counter: Counter;
  readonly #now: () => number;
  readonly #settings: PrioritySettings;
  readonly #windowMs: number;

  constructor(options: PriorityLimiterOptions) {
    const { algorithm = 'window', windowMs = 60_000, capacity = 4096, seed, shared } = options;
    this.#counter = makeCounter(algorithm, 'tokens', {
      windowMs,
      capacity,
      ...(seed === undefined ? {} : { seed }),
      ...(shared === undefined ? {} : { shared: shared.buffers }),
    });
    this.#windowMs = windowMs;
    this.#now = options.now;
    this.#settings = options.settings;
  }

  /** For `shared` of a limiter on another thread. */
  get state(): LimiterState {
    return { buffers: this.#counter.buffers };
  }

  /** Part of the model's capacity that is in use: of its requests or its tokens, the larger. */
  saturation(call: PrioritizedCall): number {
    const at = this.#now();
    const { requests, tokens } = call.capacity;
    const used = (kind: number, limit: number | null): number =>
      limit === null || limit <= 0
        ? 0
        : (NO_LIMIT - this.#counter.left(this.#key(kind, call.model), NO_LIMIT, at)) / limit;
    return Math.max(used(KIND.modelRequests, requests), used(KIND.modelTokens, tokens));
  }

  /** Counts the request. @throws GatewayError `rate_limit` when the model or the priority has nothing left */
  admit(call: PrioritizedCall): void {
    const at = this.#now();
    const { model, capacity } = call;
    const saturation = this.saturation(call);
    const pool = priorityPool(this.#settings, model, call.priority, capacity);
    const isEnforced = pool !== null && saturation >= (this.#settings.saturationThreshold ?? 0.5);
    const whole: Bucket = {
      requests: { key: this.#key(KIND.modelRequests, model), limit: capacity.requests || null },
      tokens: { key: this.#key(KIND.modelTokens, model), limit: capacity.tokens || null },
    };
    const share = pool === null ? null : this.#poolBucket(pool, capacity);
    const ofModel = this.#missing(whole, at);
    if (ofModel !== null) throw this.#refusal(call, ofModel, null);
    const ofShare = isEnforced && share !== null ? this.#missing(share, at) : null;
    if (ofShare !== null) throw this.#refusal(call, ofShare, saturation);
    const wanted = [
      { bucket: whole, isChecked: true },
      ...(share === null ? [] : [{ bucket: share, isChecked: isEnforced }]),
    ];
    const taken: Bucket[] = [];
    for (const { bucket, isChecked } of wanted) {
      if (this.#take(bucket, isChecked, at)) taken.push(bucket);
      else {
        // Another thread was faster.
        for (const { requests } of taken) this.#counter.adjust(requests.key, -1, chargeAt(at, requests.limit), at);
        throw this.#refusal(call, { type: 'requests', remaining: 0 }, bucket === whole ? null : saturation);
      }
    }
  }

  /** Counts what a call has used. */
  settle(call: PrioritizedCall, tokens: number): void {
    const at = this.#now();
    const { model, capacity } = call;
    const pool = priorityPool(this.#settings, model, call.priority, capacity);
    this.#counter.adjust(this.#key(KIND.modelTokens, model), tokens, chargeAt(at, capacity.tokens), at);
    if (pool !== null) {
      const { tokens: ofPool } = this.#poolBucket(pool, capacity);
      this.#counter.adjust(ofPool.key, tokens, chargeAt(at, ofPool.limit), at);
    }
  }

  #poolBucket(pool: PriorityPool, capacity: ModelCapacity): Bucket {
    const part = (limit: number | null): number | null => (limit === null ? null : Math.trunc(limit * pool.share));
    return {
      requests: { key: this.#key(KIND.poolRequests, pool.name), limit: part(capacity.requests) },
      tokens: { key: this.#key(KIND.poolTokens, pool.name), limit: part(capacity.tokens) },
    };
  }

  /** What the bucket lacks for one more request, null when nothing. */
  #missing(bucket: Bucket, at: number): Missing | null {
    for (const type of ['requests', 'tokens'] as const) {
      const { key, limit } = bucket[type];
      if (limit !== null && this.#counter.left(key, limit, at) < 1) return { type, remaining: 0 };
    }
    return null;
  }

  #take({ requests, tokens }: Bucket, isChecked: boolean, at: number): boolean {
    if (requests.limit !== null) {
      const limit = isChecked ? requests.limit : NO_LIMIT;
      if (this.#counter.take(requests.key, limit, 1, at) === REFUSED) return false;
    }
    // The window of the tokens begins with that of the requests.
    if (tokens.limit !== null) this.#counter.take(tokens.key, NO_LIMIT, 0, at);
    return true;
  }

  #key(kind: number, name: string): TableKey {
    return new TableKey().fill(this.#counter.seed, kind, name);
  }

  /** @param saturation null when it is the model's whole capacity that is used up */
  #refusal(call: PrioritizedCall, { type, remaining }: Missing, saturation: number | null): GatewayError {
    const { model, capacity, priority } = call;
    const named = priority ?? 'default';
    const what = `Model TPM: ${capacity.tokens ?? 'not configured'}, Model RPM: ${capacity.requests ?? 'not configured'}`;
    const message =
      saturation === null
        ? `Model capacity reached for ${model}. Priority: ${priority ?? 'None'}, Rate limit type: ${type}, ${what}, Remaining: ${remaining}`
        : `Priority-based rate limit exceeded. Model: ${model}, Priority: ${priority ?? 'None'}, ` +
          `Rate limit type: ${type}, ${what}, Remaining: ${remaining}, Model saturation: ${percent(saturation, 1)}`;
    return new GatewayError('rate_limit', message, {
      retryable: false,
      retryAfterSeconds: Math.ceil(this.#windowMs / 1000),
      headers: [
        'rate_limit_type',
        type,
        ...(IN_HEADERS.test(named) ? ['x-litellm-priority', named] : []),
        ...(saturation === null ? [] : ['x-litellm-saturation', percent(saturation, 2)]),
      ],
    });
  }
}

interface Bucket {
  readonly requests: Limited;
  readonly tokens: Limited;
}

interface Limited {
  readonly key: TableKey;
  readonly limit: number | null;
}

interface Missing {
  readonly type: Exclude<LimitType, 'max_parallel_requests'>;
  readonly remaining: number;
}

function chargeAt(takenAt: number, limit: number | null): Charge {
  return { takenAt, limit: limit ?? NO_LIMIT, sameWindowOnly: false };
}

function percent(part: number, digits: number): string {
  return `${(part * 100).toFixed(digits)}%`;
}
