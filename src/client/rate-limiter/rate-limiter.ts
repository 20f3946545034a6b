/**
 * Limits of requests, tokens and calls at a time for any number of keys, in the process's memory: LiteLLM's limiter as a
 * class, over the gateway's own counters. Synchronous; waits for nothing and starts no timer.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { shownName } from '../../errors/shown-name.ts';
import type { Descriptor, LimitStatus, LimitType } from '../../rate-limit/contract.ts';
import { type Admission, RateLimiter as Limiter, type Refusal, type Scope } from '../../rate-limit/rate-limiter.ts';
import type {
  RateLimiterOptions,
  RateLimiterState,
  RateLimitPermit,
  RateLimitRefusal,
  RateLimitRequest,
  RateLimits,
  RemainingLimits,
} from './contract.ts';
import { checkedLimits, checkedTokens, readLimiterOptions } from './read-limiter-options.ts';

export class RateLimiter {
  readonly #limiter: Limiter;
  readonly #limits: RateLimits;
  readonly #windowSeconds: number;

  /** @throws GatewayError `bad_request` for a wrong option */
  constructor(options: RateLimiterOptions = {}) {
    const { limits, counters, now, windowSeconds } = readLimiterOptions(options);
    this.#limits = limits;
    this.#windowSeconds = windowSeconds;
    this.#limiter = new Limiter({ ...counters, now, retryAfter: 'time-left' });
  }

  /** For `shared` of a limiter on another thread. */
  get state(): RateLimiterState {
    return this.#limiter.state;
  }

  /**
   * Counts a call of `key`, reserves its tokens and takes a slot, or says why it may not be made. All or nothing; with
   * LiteLLM's window a refused request counts, too.
   * @throws GatewayError `bad_request` for a wrong request
   */
  take(key: string, request: RateLimitRequest = {}): RateLimitPermit | RateLimitRefusal {
    const tokens = checkedTokens(request.tokens, 'tokens') ?? 1;
    const scopes = this.#scopes(key, request.limits);
    // Tokens that are known are the cap of an answer to nothing.
    const size = { kind: 'other', characters: 0, outputCap: tokens, candidates: 1 } as const;
    const decision = this.#limiter.admit(scopes, { size: () => size });
    return decision.admitted ? this.#permit(decision) : refusalOf(decision);
  }

  /**
   * Does `work` if it is allowed, and gives back what it held: tokens that `release` was told of, all of them where it
   * threw.
   * @throws GatewayError `rate_limit` with `options.retryAfterSeconds` when it is not allowed; what `work` throws
   */
  async run<Result>(
    key: string,
    request: RateLimitRequest,
    work: (permit: RateLimitPermit) => Result | Promise<Result>,
  ): Promise<Result> {
    const taken = this.take(key, request);
    if (!taken.allowed) throw this.#error(key, taken);
    try {
      const result = await work(taken);
      taken.release();
      return result;
    } catch (error) {
      taken.cancel();
      throw error;
    }
  }

  /** Counts tokens that nobody reserved, even past the limit. @throws GatewayError `bad_request` */
  charge(key: string, tokens: number, limits?: RateLimits): void {
    const used = checkedTokens(tokens, 'tokens') ?? 0;
    this.#limiter.charge(this.#scopes(key, limits), usage(used));
  }

  /** What `key` has left now; takes nothing. @throws GatewayError `bad_request` */
  remaining(key: string, limits?: RateLimits): RemainingLimits {
    return remainingOf(this.#limiter.statuses(this.#scopes(key, limits)));
  }

  #scopes(value: string, own: RateLimits | undefined): readonly Scope[] {
    if (typeof value !== 'string' || value === '')
      throw new GatewayError('bad_request', 'RateLimiter: the key has to be text, e.g. a user’s id.', { param: 'key' });
    const { requests, tokens, concurrency } =
      own === undefined ? this.#limits : { ...this.#limits, ...checkedLimits(own, 'limits.') };
    const descriptor: Descriptor = {
      key: 'api_key',
      value,
      requests: requests ?? null,
      tokens: tokens ?? null,
      parallel: concurrency ?? null,
    };
    return this.#limiter.prepare([descriptor]);
  }

  #permit({ hold, statuses, reservedTokens }: Admission): RateLimitPermit {
    const settle = (usedTokens: number): void => this.#limiter.settle(hold, usage(usedTokens));
    return {
      allowed: true,
      remaining: remainingOf(statuses),
      release: (usedTokens) => settle(checkedTokens(usedTokens, 'usedTokens') ?? reservedTokens),
      cancel: () => this.#limiter.fail(hold),
      renew: () => this.#limiter.renew(hold),
      [Symbol.dispose]: () => settle(reservedTokens),
    };
  }

  #error(key: string, { limitedBy, limit, retryAfterMs }: RateLimitRefusal): GatewayError {
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
    const what =
      limitedBy === 'concurrency' ? `${limit} calls at a time` : `${limit} ${limitedBy} in ${this.#windowSeconds} s`;
    const text = `Rate limit of ${shownName(key)} reached: ${what}. Try again in ${seconds} s.`;
    return new GatewayError('rate_limit', text, { retryable: false, retryAfterSeconds: seconds });
  }
}

const NAMES: Readonly<Record<LimitType, keyof RateLimits>> = {
  requests: 'requests',
  tokens: 'tokens',
  max_parallel_requests: 'concurrency',
};

function refusalOf({ status, retryAfterMs }: Refusal): RateLimitRefusal {
  const { type, limit, remaining } = status;
  return { allowed: false, limitedBy: NAMES[type], limit, remaining, retryAfterMs };
}

function remainingOf(statuses: readonly LimitStatus[]): RemainingLimits {
  const left = (type: LimitType): number | null => statuses.find((status) => status.type === type)?.remaining ?? null;
  return { requests: left('requests'), tokens: left('tokens'), concurrency: left('max_parallel_requests') };
}

function usage(totalTokens: number) {
  return { promptTokens: 0, completionTokens: totalTokens, totalTokens };
}
