/** What users of `RateLimiter` write and get. Types only. */
import type { LimiterState } from '../../rate-limit/contract.ts';

/** What one key may use; null or left out: no limit. */
export interface RateLimits {
  /** In a window. */
  readonly requests?: number | null | undefined;
  /** In a window. */
  readonly tokens?: number | null | undefined;
  /** At a time. */
  readonly concurrency?: number | null | undefined;
}

/** `window` is LiteLLM's; what each promises: docs/rate-limits.md. */
export type RateLimitAlgorithm = 'window' | 'sliding' | 'token-bucket';

export interface RateLimiterOptions extends RateLimits {
  /** Default `window`. */
  readonly algorithm?: RateLimitAlgorithm | undefined;
  /** Default 60. */
  readonly windowSeconds?: number | undefined;
  /** A slot that nobody gives back is free after this. Default 3600. */
  readonly leaseSeconds?: number | undefined;
  /** Keys that are counted at the same time; of more the oldest are forgotten. Default 131,072. */
  readonly keys?: number | undefined;
  /** `state` of a limiter on another thread, made with the same options; both count as one. */
  readonly shared?: LimiterState | undefined;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: (() => number) | undefined;
}

/** What one call is about to use. */
export interface RateLimitRequest {
  /** Reserved until `release` tells what was used. Default 1 where tokens are limited. */
  readonly tokens?: number | undefined;
  /** In the place of the limiter's own, for this key. */
  readonly limits?: RateLimits | undefined;
}

/** What is left; null where there is no limit. */
export interface RemainingLimits {
  readonly requests: number | null;
  readonly tokens: number | null;
  readonly concurrency: number | null;
}

/** A call that may be made. It must end in `release` or `cancel`, of which only the first counts. */
export interface RateLimitPermit extends Disposable {
  readonly allowed: true;
  /** After this call has been counted. */
  readonly remaining: RemainingLimits;
  /** The call is over. @param usedTokens in the place of what was reserved; default: what was reserved */
  release(usedTokens?: number): void;
  /** The call failed: slot and tokens are given back, the request stays counted. */
  cancel(): void;
  /** Lets the slot live for another `leaseSeconds`. @returns false: it had expired, and others may have it */
  renew(): boolean;
}

/** A call that must not be made. */
export interface RateLimitRefusal {
  readonly allowed: false;
  readonly limitedBy: keyof RateLimits;
  readonly limit: number;
  readonly remaining: number;
  /**
   * Until the same call would be allowed, if nothing else happens. A whole window for `concurrency`, and for a call that
   * asks for more than `limit`, which can never pass: ask for less.
   */
  readonly retryAfterMs: number;
}

/** For `shared` of a limiter on another thread; may be sent there as it is. */
export type RateLimiterState = LimiterState;
