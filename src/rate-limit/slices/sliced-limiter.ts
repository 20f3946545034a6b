/**
 * A limiter over slices: admits at once from what the process holds; before it refuses for want of a slice, it waits for
 * the cluster's answer, which is on its way then.
 *
 * Promises: an admission within the slice is synchronous; a refusal that the cluster has confirmed is, too, until the
 * window ends or (slots, tokens, or where others may give back) for one interval; every other call waits for one answer,
 * at most `waitMs`, and is decided by the process's own part of the limit when none comes.
 */
import type { Descriptor, LimitedUsage } from '../contract.ts';
import {
  RateLimiter,
  type Admission,
  type Hold,
  type RateLimiterOptions,
  type Refusal,
  type Scope,
} from '../rate-limiter.ts';
import type { ReservedCall } from '../reservations.ts';
import type { SliceSet } from './slice-set.ts';

export interface SlicedLimiterOptions extends Pick<
  RateLimiterOptions,
  'now' | 'reservesTokens' | 'tokenKind' | 'retryAfter'
> {
  readonly slices: SliceSet;
  /** Milliseconds; longer than the control thread waits for an answer. */
  readonly waitMs: number;
}

export class SlicedLimiter {
  readonly #limiter: RateLimiter;
  readonly #slices: SliceSet;
  readonly #waitMs: number;
  readonly #now: () => number;

  constructor({ slices, waitMs, ...rest }: SlicedLimiterOptions) {
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
    const { generation } = this.#slices.signals;
    const first = this.#limiter.admit(scopes, call);
    return first.admitted || !this.#takesBack(scopes, first) ? first : this.#askAgain(scopes, call, generation);
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

  async #askAgain(scopes: readonly Scope[], call: ReservedCall, since: number): Promise<Admission | Refusal> {
    const { signals } = this.#slices;
    const end = this.#now() + this.#waitMs;
    let generation = since;
    for (let left = this.#waitMs; left > 0; left = end - this.#now()) {
      await signals.nextAnswer(generation, left);
      ({ generation } = signals);
      const decision = this.#limiter.admit(scopes, call);
      if (decision.admitted || !this.#takesBack(scopes, decision)) return decision;
    }
    this.#slices.setOnItsOwn(true);
    try {
      return this.#limiter.admit(scopes, call);
    } finally {
      this.#slices.setOnItsOwn(false);
    }
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
