/** Limits of deployments in the current minute, as LiteLLM's strategies read them. */
import type { DeploymentState } from '../deployment-state.ts';
import type { Picking } from './contract.ts';

/** Latency- and cost-based routing: the next request must still fit. LiteLLM-compat: a limit of 0 is no limit. */
export function isOverLimit(picking: Picking, member: number, { minutes }: DeploymentState): boolean {
  const { group, minute, inputTokens } = picking;
  const slot = group.slots[member] ?? 0;
  if (group.hasTokenLimits) {
    const tpm = group.tokenLimits[member] ?? 0;
    if (tpm !== 0 && minutes.tokensIn(slot, minute) + inputTokens > tpm) return true;
  }
  if (!group.hasRequestLimits) return false;
  const rpm = group.requestLimits[member] ?? 0;
  return rpm !== 0 && minutes.requestsIn(slot, minute) + 1 > rpm;
}

/** LiteLLM-compat: usage-based routing stops one request before `rpm`, except that the first of a minute always goes. */
export function isUsedUp(picking: Picking, member: number, { minutes }: DeploymentState): boolean {
  const { group, minute, inputTokens } = picking;
  const slot = group.slots[member] ?? 0;
  if (group.hasTokenLimits && minutes.tokensIn(slot, minute) + inputTokens > (group.tokenLimits[member] ?? 0))
    return true;
  if (!group.hasRequestLimits) return false;
  const requests = minutes.requestsIn(slot, minute);
  return requests > 0 && requests + 1 >= (group.requestLimits[member] ?? 0);
}
