/**
 * `litellm_settings.callbacks: [dynamic_rate_limiter_v3]`: the `rpm` and `tpm` of a group's deployments together are its
 * capacity, which is never passed, and from a saturation on each priority of `priority_reservation` has its share of it.
 * A caller's priority stands in the metadata of its team, else of its key; the master key has none, and shares the default
 * pool with all others without one.
 */
import type { ConfigSnapshot } from '../../config/snapshot.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { CallerLimits } from '../../rate-limit/caller-limits.ts';
import type { PriorityLimiter } from '../../rate-limit/priority-limiter.ts';
import type { AdmittedRequest, CallerLimiter } from './contract.ts';
import { groupCapacities } from './group-capacity.ts';

/** What a header can hold; others are not told. */
const IN_HEADERS = /^[\x20-\x7e\xa0-\xff]+$/;

export function createPriorityLimits({ deployments }: ConfigSnapshot, limiter: PriorityLimiter): CallerLimiter {
  const capacityOf = groupCapacities(deployments);
  return {
    admit({ caller, resolution }): AdmittedRequest | null {
      const capacity = capacityOf(resolution);
      if (capacity.requests === null && capacity.tokens === null) return null;
      const priority = priorityOf(caller.limits);
      const call = { model: resolution.group, capacity, priority };
      limiter.admit(call);
      let isOver = false;
      const count = (tokens: number): void => {
        if (!isOver && tokens > 0) limiter.settle(call, tokens);
        isOver = true;
      };
      return {
        headers: headersFor(priority ?? 'default'),
        outputCap: null,
        settle: (usage) => count(usage?.totalTokens ?? 0),
        fail: (partial) => count(partial === null || partial.completionTokens === 0 ? 0 : partial.totalTokens),
      };
    },
  };
}

function headersFor(priority: string): readonly string[] {
  const version = ['x-litellm-rate-limiter-version', 'v3'];
  return IN_HEADERS.test(priority) ? ['x-litellm-priority', priority, ...version] : version;
}

function priorityOf(limits: CallerLimits | undefined): string | null {
  return textAt(limits?.teamMetadata) ?? textAt(limits?.keyMetadata);
}

function textAt(metadata: JsonObject | undefined): string | null {
  const value = metadata !== undefined && Object.hasOwn(metadata, 'priority') ? metadata['priority'] : null;
  return typeof value === 'string' ? value : null;
}
