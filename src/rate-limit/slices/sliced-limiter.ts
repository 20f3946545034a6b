/**
 * A limiter over slices: admits at once from what the process holds; before it refuses for want of a slice, it waits for
 * the cluster's answer, which is on its way then.
 *
 * Promises: an admission within the slice is synchronous; a refusal that the cluster has confirmed is, too, until the
 * window ends or (slots, tokens, or where others may give back) for one interval; every other call waits for one answer,
 * at most `waitMs`, and is decided by the process's own part of the limit when none comes.
 */
import type { Descriptor, LimitedUsage, TokenKind } from '../contract.ts';
import {
  RateLimiter,
  type Admission,
  type Hold,
  type RateLimiterOptions,
  type Refusal,
  type Scope,
} from '../rate-limiter.ts';
import type { ReservedCall } from '../reservations.ts';
import { decideOnAnswers, type AskingTimes } from './decide-on-answers.ts';
import type { SliceSet } from './slice-set.ts';

export interface SlicedLimiterOptions
  extends AskingTimes, Pick<RateLimiterOptions, 'reservesTokens' | 'tokenKind' | 'retryAfter'> {
  readonly slices: SliceSet;
}

export class SlicedLimiter {
  readonly tokenKind: TokenKind;
  readonly reservesTokens: boolean;
  readonly #limiter: RateLimiter;
  readonly #slices: SliceSet;
  readonly #waitMs: number;
  readonly #now: () => number;

  constructor({ slices, waitMs, ...rest }: SlicedLimiterOptions) {
    this.tokenKind = rest.tokenKind ?? 'total';
    this.reservesTokens = rest.reservesTokens ?? true;
    this.#limiter = new RateLimiter({ ...rest, counters: slices });
    this.#slices = slices;
    this.#waitMs = waitMs;
    this.#now = rest.now;
  }

  get windowMs(): number {
    return this.#slices.windowMs;
  }

  prepare(descriptors: readonly Descriptor[]): readonly Scope[] {
    return this.#limiter.prepare(descriptors);
  }

  admit(scopes: readonly Scope[], call: ReservedCall): Admission | Refusal | Promise<Admission | Refusal> {
    const since = this.#slices.signals.generation;
    const first = this.#limiter.admit(scopes, call);
    if (first.admitted || !this.#takesBack(scopes, first)) return first;
    const decide = (): Admission | Refusal => this.#limiter.admit(scopes, call);
    const isForNow = (decision: Admission | Refusal): boolean =>
      !decision.admitted && this.#takesBack(scopes, decision);
    return decideOnAnswers(this.#slices, { decide, isForNow, since }, { now: this.#now, waitMs: this.#waitMs });
  }

  settle(hold: Hold, usage: LimitedUsage | null): void {
    this.#limiter.settle(hold, usage);
  }

  fail(hold: Hold, partialUsage: LimitedUsage | null = null): void {
    this.#limiter.fail(hold, partialUsage);
  }

  renew(hold: Hold): boolean {
    return this.#limiter.renew(hold);
  }

  charge(scopes: readonly Scope[], usage: LimitedUsage): void {
    this.#limiter.charge(scopes, usage);
  }

  /** Whether the refusal is only for the moment; then the call's requests are not counted yet. */
  #takesBack(scopes: readonly Scope[], refusal: Refusal): boolean {
    if (!this.#isAsking(scopes, refusal)) return false;
    if (refusal.status.type === 'requests') return true;
    const { at } = refusal;
    for (const { key, descriptor } of scopes) {
      const limit = descriptor.requests;
      if (limit !== null) this.#slices.requests.adjust(key, -1, { takenAt: at, limit, sameWindowOnly: false }, at);
    }
    return true;
  }

  #isAsking(scopes: readonly Scope[], { status }: Refusal): boolean {
    const scope = scopes.find(({ descriptor }) => descriptor === status.descriptor);
    return scope !== undefined && this.#slices.slicesOf(status.type).isAsking(scope.key, this.#now());
  }
}
