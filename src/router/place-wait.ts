/** Whether a call that found no deployment waits for one, and until when. */
import type { AwaitedPlace, FailureReason, NowMs, RoutingRequest } from './contract.ts';
import type { RoutingPolicy } from './routing-policy.ts';

/** How often a driver that cannot be woken looks again; LiteLLM's `polling_interval`. */
export const PLACE_POLL_SECONDS = 0.03;
/** LiteLLM's `request_timeout`. */
const LONGEST_WAIT_SECONDS = 6000;
/** What a call with a priority waits for beside a free place: it passes by itself. */
const WAITED_OUT: ReadonlySet<FailureReason> = new Set(['no-deployments', 'rate-limit']);

export class PlaceWait {
  readonly #request: RoutingRequest;
  readonly #policy: RoutingPolicy;
  readonly #now: NowMs;
  #sinceMs: number | null = null;

  constructor(request: RoutingRequest, { policy, now }: { readonly policy: RoutingPolicy; readonly now: NowMs }) {
    this.#request = request;
    this.#policy = policy;
    this.#now = now;
  }

  /** A deployment was found. */
  over(): void {
    this.#sinceMs = null;
  }

  /** @returns null: it fails, for this reason or because its time is over */
  place(model: string, reason: FailureReason): AwaitedPlace | null {
    if (!this.#waitsFor(reason)) return null;
    const nowMs = this.#now();
    this.#sinceMs ??= nowMs;
    const limit = this.#request.waitSeconds ?? this.#policy.timeoutSeconds ?? LONGEST_WAIT_SECONDS;
    const secondsLeft = limit - (nowMs - this.#sinceMs) / 1000;
    return secondsLeft <= 0 ? null : { model, secondsLeft };
  }

  #waitsFor(reason: FailureReason): boolean {
    if (!this.#policy.resilience.waitsForPlace) return false;
    return reason === 'busy' || (this.#request.priority !== null && WAITED_OUT.has(reason));
  }
}
