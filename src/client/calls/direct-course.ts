/**
 * The way of a call without a router: the model that was asked for, with retries; then the call's fallbacks, each with
 * retries of its own, whatever the failure. LiteLLM's `completion` with `num_retries`, `fallbacks` and
 * `context_window_fallback_dict`; when to retry and how long to wait are the router's rules for a single deployment.
 */
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type {
  Attempt,
  AttemptFailure,
  Decision,
  DeploymentFacts,
  NowMs,
  Random,
  RoutingFailure,
} from '../../router/contract.ts';
import { mayRetry, retryLimit, type RetryLimit, sleepBeforeRetry } from '../../router/retry-rules.ts';
import type { RoutingPolicy } from '../../router/routing-policy.ts';
import type { CallCourse } from '../router/call-ground.ts';

/** A model to be asked, and what replaces the call's own parameters then. */
export interface DirectTarget {
  readonly model: string;
  readonly parameters: JsonObject | null;
}

export interface DirectCourseOptions {
  /** In their order; the first is the model that was asked for. */
  readonly targets: readonly [DirectTarget, ...DirectTarget[]];
  /** Models in the place of one whose context window is too small, by its name. */
  readonly contextWindowFallbacks: ReadonlyMap<string, string>;
  readonly factsOf: (target: DirectTarget) => DeploymentFacts;
  readonly policy: RoutingPolicy;
  readonly now: NowMs;
  readonly random: Random;
}

const ALONE = { healthy: 1, total: 1 };
const NO_CHAINS = { contextWindow: false, contentPolicy: false };

export class DirectCourse implements CallCourse {
  // LiteLLM-compat: what a filter emptied is an answer all the same.
  readonly contentFilterFails = false;
  readonly #options: DirectCourseOptions;
  readonly #widened = new Set<string>();
  #attempt: Attempt | null = null;
  #target: DirectTarget;
  /** Targets that were left. */
  #hops = 0;
  #retries = 0;
  #limit: RetryLimit | null = null;
  #next = 1;

  constructor(options: DirectCourseOptions) {
    this.#options = options;
    this.#target = options.targets[0];
  }

  get attempt(): Attempt | null {
    return this.#attempt;
  }

  next(): Decision {
    this.#attempt = {
      kind: 'attempt',
      deployment: this.#options.factsOf(this.#target),
      model: this.#target.model,
      group: '',
      parameters: this.#target.parameters,
      retries: this.#retries,
      maxRetries: this.#maxRetries(),
      fallbacks: this.#hops,
      panic: false,
      probe: false,
    };
    return this.#attempt;
  }

  succeeded(): void {
    this.#attempt = null;
  }

  failedForGood(): void {
    this.#attempt = null;
  }

  abandoned(): void {
    this.#attempt = null;
  }

  failed({ error, retryAfter, silentTimeout }: AttemptFailure): Decision {
    const failure = this.#failure(error, { retryAfter, silentTimeout });
    if (!this.#retriesAfter(failure)) return this.#leave(failure);
    const { policy, now, random } = this.#options;
    const seconds = sleepBeforeRetry({ failure, retries: this.#retries, health: ALONE, nowMs: now() }, policy, random);
    if (seconds === null) return this.#leave(failure);
    this.#retries++;
    return { kind: 'sleep', seconds };
  }

  refused(error: GatewayError): Decision {
    return this.#leave(this.#failure(error, { retryAfter: null, silentTimeout: false }));
  }

  #failure(error: GatewayError, how: Pick<RoutingFailure, 'retryAfter' | 'silentTimeout'>): RoutingFailure {
    const deployment = this.#attempt?.deployment ?? null;
    this.#attempt = null;
    return { reason: 'provider', error, deployment, ...how };
  }

  #retriesAfter(failure: RoutingFailure): boolean {
    const { policy, targets } = this.#options;
    this.#limit ??= retryLimit(failure, policy, null, []);
    if (this.#retries >= this.#limit.retries) return false;
    if (this.#limit.byPolicy) return true;
    // Silence is likely again; somebody else is the better choice.
    if (failure.silentTimeout && this.#next < targets.length) return false;
    return failure.error.status !== 403 && mayRetry(failure, ALONE, NO_CHAINS);
  }

  #leave(failure: RoutingFailure): Decision {
    const next = this.#wider(failure) ?? this.#options.targets[this.#next++];
    if (next === undefined) return this.#giveUp(failure);
    this.#target = next;
    this.#hops++;
    this.#retries = 0;
    this.#limit = null;
    return this.next();
  }

  /** Each model is replaced once, so that two that name each other end. */
  #wider({ error }: RoutingFailure): DirectTarget | null {
    if (error.code !== 'context_window_exceeded') return null;
    const { model, parameters } = this.#target;
    const wider = this.#options.contextWindowFallbacks.get(model);
    if (wider === undefined || this.#widened.has(model)) return null;
    this.#widened.add(model);
    return { model: wider, parameters: parameters === null ? null : { ...parameters, model: wider } };
  }

  #giveUp(failure: RoutingFailure): Decision {
    const message =
      this.#hops === 0 ? failure.error.message : `${failure.error.message}. All fallback attempts failed.`;
    const outcome = {
      failure,
      error: failure.error.with({ message }),
      retries: this.#retries,
      maxRetries: this.#maxRetries(),
      fallbacks: this.#hops,
      cutShortBy: null,
    };
    return { kind: 'give-up', outcome };
  }

  #maxRetries(): number | null {
    return this.#retries > 0 ? (this.#limit?.retries ?? null) : null;
  }
}
