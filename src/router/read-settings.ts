/** Pieces of router settings that come both from the configuration and from a request, a key or a team. Pure. */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import type { FailurePolicy, FallbackChain, FallbackTarget, RoutingOverrides } from './contract.ts';

/** `{RateLimitErrorRetries: 3}` with the suffix `Retries` -> `RateLimitError` -> 3; null when nothing is set. */
export function readFailurePolicy(
  value: JsonValue | undefined,
  suffix: 'Retries' | 'AllowedFails',
): FailurePolicy | null {
  if (!isJsonObject(value)) return null;
  const policy = new Map<string, number>();
  for (const [name, count] of Object.entries(value)) {
    // A variable of the environment is text.
    const number = typeof count === 'string' && count.trim() !== '' ? Number(count) : count;
    if (!name.endsWith(suffix) || typeof number !== 'number' || !Number.isFinite(number)) continue;
    const className = name.slice(0, -suffix.length);
    // The class is called `Timeout`, its settings `TimeoutError…`.
    policy.set(className === 'TimeoutError' ? 'Timeout' : className, number);
  }
  return policy;
}

/** `[{group: [targets]}]`; null when there is no list. Entries of another shape are left out. */
export function readFallbackChain(value: JsonValue | undefined): FallbackChain | null {
  if (!isJsonArray(value)) return null;
  const source = value.filter(isJsonObject);
  const entries = source.flatMap((entry) => {
    // LiteLLM-compat: of an entry with several groups the first counts.
    const group = Object.keys(entry)[0];
    return group === undefined ? [] : [{ group, targets: readTargets(entry[group]) }];
  });
  return { entries, source };
}

function readTargets(value: JsonValue | undefined): readonly FallbackTarget[] {
  if (typeof value === 'string') return [value];
  if (!isJsonArray(value)) return [];
  return value.filter((target): target is FallbackTarget => typeof target === 'string' || isJsonObject(target));
}

/** A request's own list is names, or parameters with a `model`; else it is a chain as in the configuration. */
function readRequestFallbacks(value: JsonValue | undefined): FallbackChain | readonly FallbackTarget[] | null {
  if (!isJsonArray(value)) return null;
  const plain = value.every(
    (entry) => typeof entry === 'string' || (isJsonObject(entry) && typeof entry['model'] === 'string'),
  );
  return plain && value.length > 0 ? readTargets(value) : readFallbackChain(value);
}

/**
 * What the layers say, the first that says anything wins as a whole (`router_settings` of request, key, team), except
 * that switches which forbid or filter hold wherever they stand.
 */
export function readOverrides(layers: readonly (JsonObject | null)[]): RoutingOverrides | null {
  const said = layers.filter((layer) => layer !== null);
  const first = said.find((layer) => VALUES.some((key) => Object.hasOwn(layer, key)));
  if (said.length === 0) return null;
  const layer: JsonObject = first ?? {};
  const policies = layer['model_group_retry_policy'];
  return {
    numRetries: count(layer['num_retries']),
    timeoutSeconds: seconds(layer['timeout']) ?? seconds(layer['request_timeout']),
    streamTimeoutSeconds: seconds(layer['stream_timeout']),
    fallbacks: readRequestFallbacks(layer['fallbacks']),
    contextWindowFallbacks: readFallbackChain(layer['context_window_fallbacks']),
    contentPolicyFallbacks: readFallbackChain(layer['content_policy_fallbacks']),
    modelGroupRetryPolicy: isJsonObject(policies) ? readGroupPolicies(policies) : null,
    maxFallbacks: count(layer['max_fallbacks']),
    disableFallbacks: said.some((each) => each['disable_fallbacks'] === true),
    enableTagFiltering: said.some((each) => each['enable_tag_filtering'] === true),
  };
}

/** Of these the first layer that has any wins. */
const VALUES = [
  'num_retries',
  'timeout',
  'request_timeout',
  'stream_timeout',
  'fallbacks',
  'context_window_fallbacks',
  'content_policy_fallbacks',
  'model_group_retry_policy',
  'max_fallbacks',
];

/** What `readOverrides` reads: the values, and the switches that hold wherever they stand. */
export const OVERRIDE_MEMBERS: readonly string[] = [...VALUES, 'disable_fallbacks', 'enable_tag_filtering'];

/** Nothing is set. */
export const NO_OVERRIDES: RoutingOverrides = {
  numRetries: null,
  timeoutSeconds: null,
  streamTimeoutSeconds: null,
  fallbacks: null,
  contextWindowFallbacks: null,
  contentPolicyFallbacks: null,
  modelGroupRetryPolicy: null,
  maxFallbacks: null,
  disableFallbacks: false,
  enableTagFiltering: false,
};

/** `model_group_retry_policy`. */
export function readGroupPolicies(value: JsonValue | undefined): ReadonlyMap<string, FailurePolicy> {
  const policies = new Map<string, FailurePolicy>();
  if (!isJsonObject(value)) return policies;
  for (const [group, entry] of Object.entries(value)) {
    const policy = readFailurePolicy(entry, 'Retries');
    if (policy !== null) policies.set(group, policy);
  }
  return policies;
}

function count(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}

function seconds(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null;
}
