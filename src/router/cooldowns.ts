/**
 * When a deployment is taken out of service after a failure, for how long, and how it comes back.
 *
 * LiteLLM's rules in their order: the deployment's own `allowed_fails_policy` or `allowed_fails`; the router's, when set
 * to something else than the default 3; else a 429 at once where the group has others, 100 % failures of 1,000 requests,
 * more than half of at least 5, and statuses that no retry changes (401, 404) at once. Of 4xx only 401, 404, 408 and 429
 * count. Seconds: the deployment's `cooldown_time`, else the provider's `retry-after`, else the router's; 0: never.
 * O(1) per outcome. State lives in `DeploymentState`, so that all threads see one cooldown.
 */
import type { AttemptFailure, DeploymentFacts, NowMs } from './contract.ts';
import {
  type CooldownRule,
  type DeploymentState,
  FAIL_CLASSES,
  type FailClass,
  NO_PROBE,
  PROBE_DUE,
  PROBE_UNDER_WAY,
} from './deployment-state.ts';
import { errorClasses, isRetryableStatus } from './error-class.ts';
import { obeyedRetryAfter, parseRetryAfter } from './retry-after.ts';
import type { RoutingPolicy } from './routing-policy.ts';

const FAILURE_RATE = 0.5;
const FAILURE_RATE_REQUESTS = 5;
const ALL_FAILED_REQUESTS = 1000;
const DEFAULT_ALLOWED_FAILS = 3;

export interface CooldownOptions {
  readonly policy: RoutingPolicy;
  readonly state: DeploymentState;
  /** All deployments, to find those that share a credential. */
  readonly deployments: readonly DeploymentFacts[];
  readonly now: NowMs;
  /** Told of each cooldown, for logs and metrics. */
  readonly onCooldown?: (deployment: DeploymentFacts, seconds: number, rule: CooldownRule) => void;
}

export class Cooldowns {
  readonly #options: CooldownOptions;

  constructor(options: CooldownOptions) {
    this.#options = options;
  }

  succeeded({ slot }: DeploymentFacts): void {
    const { state, now, policy } = this.#options;
    state.addSuccess(slot, now());
    if (policy.resilience.halfOpenProbe && state.probe(slot, now()) !== NO_PROBE) state.setProbe(slot, NO_PROBE);
  }

  /** @returns whether the deployment is out of service now */
  failed(deployment: DeploymentFacts, failure: AttemptFailure): boolean {
    const { policy, state, now } = this.#options;
    const nowMs = now();
    if (failure.callerCredential) {
      this.abandoned(deployment);
      return false;
    }
    state.addFail(deployment.slot, nowMs);
    const probeFailed = policy.resilience.halfOpenProbe && state.probe(deployment.slot, nowMs) === PROBE_UNDER_WAY;
    const seconds = this.#secondsFor(deployment, failure, nowMs);
    if (seconds === 0 || policy.disableCooldowns || !this.#counts(deployment, failure)) {
      if (probeFailed) state.setProbe(deployment.slot, PROBE_DUE);
      return false;
    }
    const rule = probeFailed ? 'probe-failed' : this.#ruleFor(deployment, failure, nowMs);
    if (rule === 'none') return false;
    this.coolDown(deployment, seconds, { status: failure.error.status, rule });
    if (rule !== 'credential' && failure.error.status === 401 && policy.resilience.credentialScope)
      this.#coolDownCredential(deployment, seconds);
    return true;
  }

  /** A call that ended without telling anything about the deployment; a probe is due again. */
  abandoned({ slot }: DeploymentFacts): void {
    const { state, now, policy } = this.#options;
    if (policy.resilience.halfOpenProbe && state.probe(slot, now()) === PROBE_UNDER_WAY)
      state.setProbe(slot, PROBE_DUE);
  }

  coolDown(
    deployment: DeploymentFacts,
    seconds: number,
    why: { readonly status: number; readonly rule: CooldownRule },
  ): void {
    const { state, policy, now, onCooldown } = this.#options;
    // A call that was still under way must not cut short what a provider asked for.
    if (state.cooledUntil(deployment.slot) >= now() + seconds * 1000) return;
    state.coolDown(deployment.slot, now(), seconds, why);
    if (policy.resilience.halfOpenProbe) state.setProbe(deployment.slot, PROBE_DUE);
    onCooldown?.(deployment, seconds, why.rule);
  }

  #secondsFor(deployment: DeploymentFacts, failure: AttemptFailure, nowMs: number): number {
    const { policy } = this.#options;
    if (deployment.cooldownSeconds !== null) return deployment.cooldownSeconds;
    const { obeyRetryAfter, retryAfterCapSeconds } = policy.resilience;
    if (obeyRetryAfter) {
      const asked = obeyedRetryAfter(failure.retryAfter, nowMs);
      return asked === null ? policy.cooldownSeconds : Math.min(asked, retryAfterCapSeconds);
    }
    const asked = parseRetryAfter(failure.retryAfter, nowMs);
    return asked !== null && asked >= 0 ? asked : policy.cooldownSeconds;
  }

  /** Whether a failure of this kind can start a cooldown at all. */
  #counts(deployment: DeploymentFacts, { error, clientTimeout }: AttemptFailure): boolean {
    if (clientTimeout && error.status === 408) return false;
    if (policyCount(deployment.allowedFailsPolicy, error) !== null) return true;
    // LiteLLM-compat: it looks for this word in the text, whatever the status.
    if (error.message.includes('APIConnectionError')) return false;
    const { status } = error;
    return status < 400 || status >= 500 || status === 429 || status === 401 || status === 408 || status === 404;
  }

  #ruleFor(deployment: DeploymentFacts, failure: AttemptFailure, nowMs: number): CooldownRule {
    const { policy } = this.#options;
    if (deployment.allowedFailsPolicy !== null || deployment.allowedFails !== null)
      return this.#deploymentRule(deployment, failure, nowMs);
    if (policy.allowedFailsPolicy === null && policy.allowedFails === null)
      return this.#rateRule(deployment, failure.error.status, nowMs);
    const allowed =
      policyCount(policy.allowedFailsPolicy, failure.error) ?? policy.allowedFails ?? DEFAULT_ALLOWED_FAILS;
    const fails = this.#options.state.addClassFail(deployment.slot, 'all', nowMs, policy.cooldownSeconds || 5);
    return fails > allowed ? 'allowed-fails' : 'none';
  }

  #deploymentRule(deployment: DeploymentFacts, { error }: AttemptFailure, nowMs: number): CooldownRule {
    const byClass = policyCount(deployment.allowedFailsPolicy, error);
    // A plain number does not take the only deployment of a group out of service; naming the class does.
    if (byClass === null && deployment.allowedFails !== null && deployment.groupSize === 1) return 'none';
    const { policy, state } = this.#options;
    const allowed =
      byClass ??
      deployment.allowedFails ??
      policyCount(policy.allowedFailsPolicy, error) ??
      policy.allowedFails ??
      DEFAULT_ALLOWED_FAILS;
    const counter: FailClass =
      byClass === null ? (deployment.allowedFails === null ? 'all' : 'generic') : classOf(error);
    const seconds = deployment.cooldownSeconds ?? (policy.cooldownSeconds || 5);
    return state.addClassFail(deployment.slot, counter, nowMs, seconds) > allowed ? 'allowed-fails' : 'none';
  }

  #rateRule({ slot, groupSize }: DeploymentFacts, status: number, nowMs: number): CooldownRule {
    const { state } = this.#options;
    const fails = state.fails(slot, nowMs);
    const requests = state.successes(slot, nowMs) + fails;
    if (status === 429 && groupSize > 1) return 'rate-limited';
    if (fails === requests && requests >= ALL_FAILED_REQUESTS) return 'all-failed';
    if (fails > requests * FAILURE_RATE && requests >= FAILURE_RATE_REQUESTS && groupSize > 1) return 'failure-rate';
    return isRetryableStatus(status) ? 'none' : 'status';
  }

  /** A refused credential is refused everywhere. */
  #coolDownCredential(deployment: DeploymentFacts, seconds: number): void {
    if (deployment.credentialKey === null) return;
    for (const other of this.#options.deployments) {
      if (other !== deployment && other.credentialKey === deployment.credentialKey)
        this.coolDown(other, other.cooldownSeconds ?? seconds, { status: 401, rule: 'credential' });
    }
  }
}

function policyCount(policy: DeploymentFacts['allowedFailsPolicy'], error: AttemptFailure['error']): number | null {
  if (policy === null) return null;
  for (const name of errorClasses(error)) {
    const count = policy.get(name);
    if (count !== undefined) return count;
  }
  return null;
}

function classOf(error: AttemptFailure['error']): FailClass {
  return FAIL_CLASSES.find((name) => name === error.name) ?? 'generic';
}
