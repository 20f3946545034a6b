/** Deadline of an attempt in LiteLLM's order: the request's, the deployment's, the router's. Pure. */
import type { DeploymentFacts, RoutingOverrides } from './contract.ts';
import type { RoutingPolicy } from './routing-policy.ts';

/** LiteLLM's `request_timeout`. */
const DEFAULT_SECONDS = 6000;

export function attemptTimeoutSeconds(
  deployment: DeploymentFacts,
  stream: boolean,
  overrides: RoutingOverrides | null,
  policy: RoutingPolicy,
): number {
  const whole = overrides?.timeoutSeconds ?? deployment.timeoutSeconds ?? policy.timeoutSeconds ?? DEFAULT_SECONDS;
  if (!stream) return whole;
  return overrides?.streamTimeoutSeconds ?? deployment.streamTimeoutSeconds ?? policy.streamTimeoutSeconds ?? whole;
}
