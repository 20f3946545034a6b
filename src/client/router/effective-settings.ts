import type { JsonObject } from '../../protocol/json.ts';
import type { RoutingPolicy } from '../../router/routing-policy.ts';
import type { RouterSettings } from './contract.ts';
import { camelCase } from './names.ts';

/** What a router goes by: what was set, and the defaults of the rest, under the names of `RouterOptions`. */
export function effectiveSettings(settings: JsonObject, policy: RoutingPolicy): RouterSettings {
  const { resilience } = policy;
  const defaults: RouterSettings = {
    routingStrategy: policy.strategy,
    numRetries: policy.numRetries,
    maxFallbacks: policy.maxFallbacks,
    retryAfter: policy.retryAfterSeconds,
    cooldownTime: policy.cooldownSeconds,
    disableCooldowns: policy.disableCooldowns,
    allowedFails: policy.allowedFails ?? 3,
    enablePreCallChecks: policy.enablePreCallChecks,
    enableTagFiltering: policy.enableTagFiltering,
    tagFilteringMatchAny: policy.tagFilteringMatchAny,
    dropParams: policy.dropParams,
    halfOpenProbe: resilience.halfOpenProbe,
    panicMode: resilience.panicMode,
    credentialCooldowns: resilience.credentialScope,
    maxAttempts: resilience.maxAttempts,
    maxAttemptSeconds: resilience.maxSeconds,
    retryBudgetRatio: resilience.retryBudgetRatio,
    retryBudgetMinPerSecond: resilience.minRetriesPerSecond,
    obeyRetryAfter: resilience.obeyRetryAfter,
    retryAfterCap: resilience.retryAfterCapSeconds,
    fullJitter: resilience.fullJitter,
    timeoutFailsOver: resilience.timeoutFailsOver,
    skipLastSleep: resilience.skipLastSleep,
    waitForPlace: resilience.waitsForPlace,
    retryForbidden: resilience.retriesForbidden,
  };
  const set = Object.fromEntries(Object.entries(settings).map(([name, value]) => [camelCase(name), value]));
  return { ...defaults, ...(set as RouterSettings) };
}
