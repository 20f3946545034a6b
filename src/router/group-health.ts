/** How many deployments of a group can be asked now. O(n) over the group, asked after failures only. */
import type { NowMs } from './contract.ts';
import type { DeploymentState } from './deployment-state.ts';
import type { Frame } from './fallback-frame.ts';
import type { GroupHealth } from './retry-rules.ts';

interface HealthSources {
  readonly state: DeploymentState;
  readonly now: NowMs;
}

/** LiteLLM-compat: how many the group has is what it had at the first failure. */
export function groupHealth({ group }: Frame, { state, now }: HealthSources): GroupHealth {
  if (group === null || group.byId) return { healthy: 0, total: 0 };
  const nowMs = now();
  let healthy = 0;
  for (const slot of group.slots) if (!state.isCooled(slot, nowMs)) healthy++;
  return { healthy, total: group.slots.length };
}

/** Whether the group has a deployment that does not rest and has not refused this request. */
export function hasOther({ group, refusedSlots }: Frame, { state, now }: HealthSources): boolean {
  if (group === null || group.byId) return false;
  const nowMs = now();
  return group.slots.some((slot) => refusedSlots?.has(slot) !== true && !state.isCooled(slot, nowMs));
}
