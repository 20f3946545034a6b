/** What the end of an attempt leaves behind for the attempts of others: latencies, cooldowns, token counts. */
import type { GatewayError } from '../errors/gateway-error.ts';
import type { AttemptFailure, AttemptSuccess, DeploymentFacts, NowMs, RoutingFailure } from './contract.ts';
import type { Cooldowns } from './cooldowns.ts';
import type { DeploymentState } from './deployment-state.ts';
import { isRetryableStatus } from './error-class.ts';
import { type LatencySamples, TIMEOUT_PENALTY_SECONDS } from './latency-samples.ts';

/** The part of a router that remembers how its deployments do. */
export interface OutcomeMemory {
  readonly state: DeploymentState;
  readonly latencies: LatencySamples;
  readonly cooldowns: Cooldowns;
  readonly now: NowMs;
}

export function recordSuccess(memory: OutcomeMemory, deployment: DeploymentFacts, success: AttemptSuccess): void {
  const { latencies, state, now, cooldowns } = memory;
  const { slot } = deployment;
  const { seconds, completionTokens, firstTokenSeconds } = success;
  const nowMs = now();
  state.minutes.addTokens(slot, success.totalTokens, nowMs);
  latencies.add(slot, completionTokens > 0 ? seconds / completionTokens : seconds, nowMs);
  if (firstTokenSeconds !== null) latencies.addFirstToken(slot, firstTokenSeconds, nowMs);
  latencies.addEwma(slot, seconds, false);
  cooldowns.succeeded(deployment);
}

export interface FailedAttempt {
  readonly failure: AttemptFailure;
  /** How long the attempt took. */
  readonly seconds: number;
}

/** @returns the failure as the rest of the call sees it */
export function recordFailure(
  { latencies, now, cooldowns }: OutcomeMemory,
  deployment: DeploymentFacts,
  { failure, seconds }: FailedAttempt,
): RoutingFailure {
  const timedOut = failure.error.name === 'Timeout';
  const excused = failure.callerCredential || (failure.clientTimeout && timedOut);
  if (!excused && blamesDeployment(failure.error)) latencies.addEwma(deployment.slot, seconds, true);
  if (!excused && timedOut) latencies.add(deployment.slot, TIMEOUT_PENALTY_SECONDS, now());
  cooldowns.failed(deployment, failure);
  const { retryAfter, silentTimeout } = failure;
  const error = timedOut ? withNote(failure.error, deployment) : failure.error;
  return { reason: 'provider', error, deployment, retryAfter, silentTimeout };
}

/** A request that is wrong everywhere must not make a deployment look slow. */
function blamesDeployment({ status }: GatewayError): boolean {
  return isRetryableStatus(status) || status === 401 || status === 403 || status === 404;
}

function withNote(error: GatewayError, { timeoutNote }: DeploymentFacts): GatewayError {
  return error.with({ message: `${error.message}${timeoutNote}` });
}
