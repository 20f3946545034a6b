/**
 * Limits of requests, tokens and calls at a time for any number of keys, in the process's memory: LiteLLM's limiter as a
 * class, over the gateway's own counters. Synchronous; waits for nothing and starts no timer.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { shownName } from '../../errors/shown-name.ts';
import { TableKey } from '../../primitives/table-key.ts';
import type { ReservedCall } from '../../rate-limit/reservations.ts';
import type { Descriptor, LimitType } from '../../rate-limit/contract.ts';
import { RateLimiter as Limiter, type Refusal, type Scope } from '../../rate-limit/rate-limiter.ts';
import type {
  RateLimiterOptions,
  RateLimiterState,
  RateLimitPermit,
  RateLimitRefusal,
  RateLimitRequest,
  RateLimits,
  RemainingLimits,
} from './contract.ts';
import { HeldPermit, remainingOf, UnheldPermit, usage } from './permits.ts';
import {
  checkedOwnLimits,
  checkedTokens,
  checkRequest,
  checkWork,
  readLimiterOptions,
} from './read-limiter-options.ts';

export class RateLimiter {
  readonly #limiter: Limiter;
  readonly #limits: RateLimits;
  readonly #windowSeconds: number;
  /** Filled again for each key; null: the limits are not just one of requests. */
  readonly #requestsOnly: Scope | null;

  /** @throws GatewayError `bad_request` for a wrong option */
  constructor(options: RateLimiterOptions = {}) {
    const { limits, counters, now, windowSeconds } = readLimiterOptions(options);
    this.#limits = limits;
    this.#windowSeconds = windowSeconds;
    this.#limiter = new Limiter({ ...counters, now, retryAfter: 'time-left' });
    const descriptor = descriptorOf('', limits);
    const isPlain = descriptor.requests !== null && descriptor.tokens === null && descriptor.parallel === null;
    this.#requestsOnly = isPlain ? { descriptor, key: new TableKey() } : null;
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
  take(key: string, request: RateLimitRequest = ONE_CALL): RateLimitPermit | RateLimitRefusal {
    if (request !== ONE_CALL) checkRequest(request);
    const tokens = checkedTokens(request.tokens, 'tokens') ?? 1;
    if (this.#requestsOnly !== null && request.limits === undefined) return this.#count(key, this.#requestsOnly);
    const scopes = this.#scopes(key, request.limits);
    const decision = this.#limiter.admit(scopes, tokens === 1 ? ONE_TOKEN : callOf(tokens));
    return decision.admitted ? new HeldPermit(this.#limiter, decision) : refusalOf(decision);
  }

  /**
   * Does `work` if it is allowed, and gives back what it held: tokens that `release` was told of, all of them where it
   * threw.
   * @throws GatewayError `rate_limit` with `options.retryAfterSeconds` when it is not allowed; `bad_request` for a wrong
   *   request; what `work` throws
   */
  async run<Result>(
    key: string,
    request: RateLimitRequest | undefined,
    work: (permit: RateLimitPermit) => Result | Promise<Result>,
  ): Promise<Result> {
    checkWork(work);
    const taken = this.take(key, request);
    if (!taken.allowed) throw this.#error(key, taken, request?.tokens ?? 1);
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

  #count(key: string, scope: Scope): RateLimitPermit | RateLimitRefusal {
    this.#limiter.fill(scope.key, SCOPE, checkedKey(key));
    const decision = this.#limiter.admitUnheld(scope);
    return typeof decision === 'number' ? new UnheldPermit(decision) : refusalOf(decision);
  }

  #scopes(key: string, own: RateLimits | undefined): readonly Scope[] {
    const limits = own === undefined ? this.#limits : { ...this.#limits, ...checkedOwnLimits(own) };
    return this.#limiter.prepare([descriptorOf(checkedKey(key), limits)]);
  }

  #error(key: string, { limitedBy, limit, retryAfterMs }: RateLimitRefusal, tokens: number): GatewayError {
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
    const what =
      limitedBy === 'concurrency' ? `${limit} calls at a time` : `${limit} ${limitedBy} in ${this.#windowSeconds} s`;
    const amount = limitedBy === 'tokens' ? tokens : 1;
    const advice = amount > limit ? `This call can never pass: it asks for ${amount}.` : `Try again in ${seconds} s.`;
    const text = `Rate limit of ${shownName(key)} reached: ${what}. ${advice}`;
    return new GatewayError('rate_limit', text, { retryable: false, retryAfterSeconds: seconds });
  }
}

const SCOPE = 'api_key';
/** Where nothing is said of a call, nothing has to be checked. */
const ONE_CALL: RateLimitRequest = {};

function descriptorOf(value: string, { requests, tokens, concurrency }: RateLimits): Descriptor {
  return { key: SCOPE, value, requests: requests ?? null, tokens: tokens ?? null, parallel: concurrency ?? null };
}

function checkedKey(key: string): string {
  if (typeof key === 'string' && key !== '') return key;
  throw new GatewayError('bad_request', 'RateLimiter: the key has to be text, e.g. a user’s id.', { param: 'key' });
}

/** Tokens that are known are the cap of an answer to nothing. */
function callOf(tokens: number): ReservedCall {
  const size = { kind: 'other', characters: 0, outputCap: tokens, candidates: 1 } as const;
  return { size: () => size };
}

const ONE_TOKEN = callOf(1);

const NAMES: Readonly<Record<LimitType, keyof RateLimits>> = {
  requests: 'requests',
  tokens: 'tokens',
  max_parallel_requests: 'concurrency',
};

function refusalOf({ status, retryAfterMs }: Refusal): RateLimitRefusal {
  const { type, limit, remaining } = status;
  return { allowed: false, limitedBy: NAMES[type], limit, remaining, retryAfterMs };
}
