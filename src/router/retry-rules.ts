/**
 * Whether a failed attempt is tried again in its group, how often at most, and after how long. LiteLLM's rules
 * (`async_function_with_retries`), pure.
 */
import type { FailurePolicy, Random, RoutingFailure, RoutingOverrides } from './contract.ts';
import { errorClasses, isRetryableStatus } from './error-class.ts';
import { obeyedRetryAfter, parseRetryAfter } from './retry-after.ts';
import type { RoutingPolicy } from './routing-policy.ts';

const FIRST_DELAY_SECONDS = 0.5;
const LONGEST_DELAY_SECONDS = 8;
const JITTER_SECONDS = 0.75;
/** Above it LiteLLM does not sleep as long as the provider asks. */
const LONGEST_RETRY_AFTER_SECONDS = 60;

/** The group as it is now. Both 0 for a deployment named by its id, which is never retried. */
export interface GroupHealth {
  readonly healthy: number;
  readonly total: number;
}

export interface RetryLimit {
  readonly retries: number;
  /** A retry policy said so, which also decides that the error is retried. */
  readonly byPolicy: boolean;
}

/** @param groups names under which a policy for the group may stand: as requested, after aliases */
export function retryLimit(
  failure: RoutingFailure,
  policy: RoutingPolicy,
  overrides: RoutingOverrides | null,
  groups: readonly string[],
): RetryLimit {
  const asked = overrides?.numRetries ?? null;
  if (asked !== 0) {
    const groupPolicies = overrides?.modelGroupRetryPolicy ?? policy.modelGroupRetryPolicy;
    const named = groups.find((group) => groupPolicies.has(group));
    const retries = fromPolicy(named === undefined ? policy.retryPolicy : (groupPolicies.get(named) ?? null), failure);
    if (retries !== null) return { retries, byPolicy: true };
  }
  return { retries: asked ?? failure.deployment?.numRetries ?? policy.numRetries, byPolicy: false };
}

function fromPolicy(policy: FailurePolicy | null, { error }: RoutingFailure): number | null {
  if (policy === null) return null;
  for (const name of errorClasses(error)) {
    const retries = policy.get(name);
    if (retries !== undefined) return retries;
  }
  return policy.get('Default') ?? null;
}

/** What no second look at the same group changes. */
const FINAL_REASONS: ReadonlySet<RoutingFailure['reason']> = new Set([
  'unknown-model',
  'tags',
  'budget',
  'blocked',
  'refused',
  'busy',
]);

export function isFinal({ reason }: RoutingFailure): boolean {
  return FINAL_REASONS.has(reason);
}

/** LiteLLM's `should_retry_this_error`. */
export function mayRetry(
  failure: RoutingFailure,
  health: GroupHealth,
  chains: {
    readonly contextWindow: boolean;
    readonly contentPolicy: boolean;
  },
): boolean {
  const { error, reason } = failure;
  if (error.code === 'context_window_exceeded' && chains.contextWindow) return false;
  if (error.code === 'content_policy_violation' && chains.contentPolicy) return false;
  if (health.healthy <= 0) return false;
  // The router's own "nothing free" has no status in LiteLLM.
  if (reason === 'no-deployments') return true;
  if (error.code === 'authentication' || error.code === 'permission_denied') return health.total > 1;
  if (error.code === 'not_found') return false;
  // LiteLLM-compat: a 403 of another class is tried again even where there is only one deployment.
  return isRetryableStatus(error.status) || error.status === 401 || error.status === 403;
}

export interface SleepFacts {
  readonly failure: RoutingFailure;
  /** 0 before the first retry. */
  readonly retries: number;
  readonly health: GroupHealth;
  readonly nowMs: number;
}

/** Seconds before the next attempt; null: the provider asks for longer than is waited, so the group is left. */
export function sleepBeforeRetry(
  { failure, retries, health, nowMs }: SleepFacts,
  policy: RoutingPolicy,
  random: Random,
): number | null {
  if (health.total !== 1 && health.healthy > 0) return 0;
  const { obeyRetryAfter, retryAfterCapSeconds, fullJitter } = policy.resilience;
  const asked = obeyRetryAfter
    ? obeyedRetryAfter(failure.retryAfter, nowMs)
    : parseRetryAfter(failure.retryAfter, nowMs);
  if (obeyRetryAfter && asked !== null && asked > retryAfterCapSeconds) return null;
  if (asked !== null && asked > 0 && (obeyRetryAfter || asked <= LONGEST_RETRY_AFTER_SECONDS))
    return asked + JITTER_SECONDS * random();
  const grown = Math.max(FIRST_DELAY_SECONDS * 2 ** retries, policy.retryAfterSeconds);
  const delay = Math.min(grown, LONGEST_DELAY_SECONDS);
  return fullJitter ? delay * random() : delay + JITTER_SECONDS * random();
}
