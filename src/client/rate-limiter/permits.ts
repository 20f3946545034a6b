/** Calls that may be made, as users of `RateLimiter` get them: small objects, since there is one for each call. */
import type { LimitStatus, LimitType } from '../../rate-limit/contract.ts';
import type { Admission, RateLimiter as Limiter } from '../../rate-limit/rate-limiter.ts';
import type { RateLimitPermit, RemainingLimits } from './contract.ts';
import { checkedTokens } from './read-limiter-options.ts';

/** Of a call that holds tokens, or a slot. */
export class HeldPermit implements RateLimitPermit {
  readonly allowed = true;
  readonly #limiter: Limiter;
  readonly #admission: Admission;

  constructor(limiter: Limiter, admission: Admission) {
    this.#limiter = limiter;
    this.#admission = admission;
  }

  get remaining(): RemainingLimits {
    return remainingOf(this.#admission.statuses);
  }

  release(usedTokens?: number): void {
    this.#settle(checkedTokens(usedTokens, 'usedTokens') ?? this.#admission.reservedTokens);
  }

  cancel(): void {
    this.#limiter.fail(this.#admission.hold);
  }

  renew(): boolean {
    return this.#limiter.renew(this.#admission.hold);
  }

  [Symbol.dispose](): void {
    this.#settle(this.#admission.reservedTokens);
  }

  #settle(usedTokens: number): void {
    this.#limiter.settle(this.#admission.hold, usage(usedTokens));
  }
}

/** Of a call that only was counted. */
export class UnheldPermit implements RateLimitPermit {
  readonly allowed = true;
  readonly #requestsLeft: number;

  constructor(requestsLeft: number) {
    this.#requestsLeft = requestsLeft;
  }

  get remaining(): RemainingLimits {
    return { requests: this.#requestsLeft, tokens: null, concurrency: null };
  }

  release(usedTokens?: number): void {
    checkedTokens(usedTokens, 'usedTokens');
  }

  cancel(): void {}

  renew(): boolean {
    return true;
  }

  [Symbol.dispose](): void {}
}

export function remainingOf(statuses: readonly LimitStatus[]): RemainingLimits {
  const left = (type: LimitType): number | null => statuses.find((status) => status.type === type)?.remaining ?? null;
  return { requests: left('requests'), tokens: left('tokens'), concurrency: left('max_parallel_requests') };
}

export function usage(totalTokens: number) {
  return { promptTokens: 0, completionTokens: totalTokens, totalTokens };
}
