/**
 * `router_settings` as routing reads them, LiteLLM's defaults where nothing is set. Pure.
 *
 * `RECORDED_RESILIENCE` is LiteLLM as recorded; `SAFE_RESILIENCE` adds what a gateway should have by default: a retry
 * budget, a bound on attempts, time-outs that go to a fallback at once, and no sleep behind the last attempt.
 */
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../protocol/json.ts';
import type { FailurePolicy, FallbackChain } from './contract.ts';
import { readFailurePolicy, readFallbackChain, readGroupPolicies } from './read-settings.ts';

export const STRATEGIES = [
  'simple-shuffle',
  'least-busy',
  'usage-based-routing',
  'usage-based-routing-v2',
  'latency-based-routing',
  'cost-based-routing',
  'p2c',
] as const;
export type StrategyName = (typeof STRATEGIES)[number];

/** What goes beyond LiteLLM; all off is LiteLLM. */
export interface ResilienceOptions {
  /** After a cooldown one call at a time until one succeeds. */
  readonly halfOpenProbe: boolean;
  /** Never zero candidates: when all are cooled down, the one that comes back first. */
  readonly panicMode: boolean;
  /** A 401 cools down every deployment that shares the credential. */
  readonly credentialScope: boolean;
  /** Calls per request over retries and fallbacks; null: no limit. */
  readonly maxAttempts: number | null;
  /** Seconds per request in which another attempt may still start; null: no limit. */
  readonly maxSeconds: number | null;
  /** Retries are at most this part of the requests of the last 10 s, or `minRetriesPerSecond`; null: no limit. */
  readonly retryBudgetRatio: number | null;
  readonly minRetriesPerSecond: number;
  /** `retry-after` counts with fractions and above 60 s: above the cap the group is not asked again. */
  readonly obeyRetryAfter: boolean;
  /** Cap for sleeps and for cooldowns that a provider asks for, with `obeyRetryAfter`. */
  readonly retryAfterCapSeconds: number;
  /** Sleeps are uniform in 0…back-off instead of back-off plus 0…0.75 s. */
  readonly fullJitter: boolean;
  /** A silent time-out goes to a fallback at once where one is configured. */
  readonly timeoutFailsOver: boolean;
  /** No sleep after the last attempt, which LiteLLM makes for nothing. */
  readonly skipLastSleep: boolean;
  /** A call that finds every deployment full waits for a place within its time limit, instead of failing at once. */
  readonly waitsForPlace: boolean;
  /** A 403 is tried again where there is only one deployment, as LiteLLM does for most of them. */
  readonly retriesForbidden: boolean;
}

/** LiteLLM as recorded. */
export const RECORDED_RESILIENCE: ResilienceOptions = {
  halfOpenProbe: false,
  panicMode: false,
  credentialScope: false,
  maxAttempts: null,
  maxSeconds: null,
  retryBudgetRatio: null,
  minRetriesPerSecond: 10,
  obeyRetryAfter: false,
  retryAfterCapSeconds: 60,
  fullJitter: false,
  timeoutFailsOver: false,
  skipLastSleep: false,
  waitsForPlace: true,
  retriesForbidden: true,
};

/** Default of the gateway: what bounds a request, and what no recorded answer of a healthy provider shows. */
export const SAFE_RESILIENCE: ResilienceOptions = {
  ...RECORDED_RESILIENCE,
  maxAttempts: 50,
  retryBudgetRatio: 0.1,
  timeoutFailsOver: true,
  skipLastSleep: true,
  retriesForbidden: false,
};

export interface RoutingPolicy {
  readonly strategy: StrategyName;
  readonly numRetries: number;
  readonly maxFallbacks: number;
  /** Least back-off. */
  readonly retryAfterSeconds: number;
  readonly cooldownSeconds: number;
  readonly disableCooldowns: boolean;
  /** null: unset, and so is LiteLLM's default 3. */
  readonly allowedFails: number | null;
  readonly allowedFailsPolicy: FailurePolicy | null;
  readonly retryPolicy: FailurePolicy | null;
  readonly modelGroupRetryPolicy: ReadonlyMap<string, FailurePolicy>;
  /** null: not configured, which is not the same as an empty list. */
  readonly fallbacks: FallbackChain | null;
  readonly contextWindowFallbacks: FallbackChain | null;
  readonly contentPolicyFallbacks: FallbackChain | null;
  readonly enablePreCallChecks: boolean;
  readonly enableTagFiltering: boolean;
  readonly tagFilteringMatchAny: boolean;
  readonly timeoutSeconds: number | null;
  readonly streamTimeoutSeconds: number | null;
  readonly defaultMaxParallelRequests: number | null;
  /** `routing_strategy_args` of latency-based routing. */
  readonly latency: LatencySettings;
  readonly dropParams: boolean;
  readonly resilience: ResilienceOptions;
}

export interface LatencySettings {
  readonly ttlSeconds: number;
  /** 0.1: up to 10 % slower than the fastest are equally good. */
  readonly buffer: number;
  readonly samples: number;
  /** 0…1 of the first-token samples of streams instead of their mean; null: mean. */
  readonly ttftPercentile: number | null;
}

export interface PolicySources {
  /** `router_settings`. */
  readonly router: JsonObject;
  /** `litellm_settings`: what the router falls back to (`num_retries`, `request_timeout`, fallbacks, `drop_params`). */
  readonly litellm?: JsonObject;
  /** What is on where the configuration says nothing. */
  readonly resilience: ResilienceOptions;
}

const DEFAULT_RETRIES = 2;
const DEFAULT_ALLOWED_FAILS = 3;
const LARGEST_SAMPLE_LIST = 100;

export function readRoutingPolicy({ router, litellm = {}, resilience }: PolicySources): RoutingPolicy {
  const allowedFails = number(router['allowed_fails']) ?? number(litellm['allowed_fails']);
  const either = (key: string): JsonValue | undefined => router[key] ?? litellm[key];
  return {
    strategy: strategyOf(router['routing_strategy']),
    numRetries: number(router['num_retries']) ?? number(litellm['num_retries']) ?? DEFAULT_RETRIES,
    maxFallbacks: number(router['max_fallbacks']) ?? number(litellm['max_fallbacks']) ?? 5,
    retryAfterSeconds: number(router['retry_after']) ?? 0,
    cooldownSeconds: number(router['cooldown_time']) ?? 5,
    disableCooldowns: router['disable_cooldowns'] === true,
    // LiteLLM-compat: the default written down is the default, and means that failure rates decide.
    allowedFails: allowedFails === DEFAULT_ALLOWED_FAILS ? null : allowedFails,
    allowedFailsPolicy: readFailurePolicy(router['allowed_fails_policy'], 'AllowedFails'),
    retryPolicy: readFailurePolicy(router['retry_policy'], 'Retries'),
    modelGroupRetryPolicy: readGroupPolicies(router['model_group_retry_policy']),
    fallbacks: withDefaults(either('fallbacks'), either('default_fallbacks')),
    contextWindowFallbacks: readFallbackChain(either('context_window_fallbacks')),
    contentPolicyFallbacks: readFallbackChain(either('content_policy_fallbacks')),
    enablePreCallChecks: router['enable_pre_call_checks'] === true,
    enableTagFiltering: router['enable_tag_filtering'] === true,
    tagFilteringMatchAny: router['tag_filtering_match_any'] !== false,
    timeoutSeconds: number(litellm['request_timeout']) ?? number(router['timeout']),
    streamTimeoutSeconds: number(router['stream_timeout']),
    defaultMaxParallelRequests: number(router['default_max_parallel_requests']),
    latency: readLatency(router['routing_strategy_args']),
    dropParams: litellm['drop_params'] === true,
    resilience: readResilience(router, resilience),
  };
}

function strategyOf(value: JsonValue | undefined): StrategyName {
  return STRATEGIES.find((name) => name === value) ?? 'simple-shuffle';
}

function readLatency(value: JsonValue | undefined): LatencySettings {
  const args = isJsonObject(value) ? value : {};
  const samples = number(args['max_latency_list_size']) ?? 10;
  return {
    ttlSeconds: number(args['ttl']) ?? 3600,
    buffer: Math.max(0, number(args['lowest_latency_buffer']) ?? 0),
    samples: Math.min(LARGEST_SAMPLE_LIST, Math.max(1, Math.floor(samples))),
    ttftPercentile: number(args['ttft_percentile']),
  };
}

/** Settings of our own, under `router_settings`, each with the default that the caller gives. */
function readResilience(router: JsonObject, defaults: ResilienceOptions): ResilienceOptions {
  const flag = (key: string, value: boolean): boolean => (typeof router[key] === 'boolean' ? router[key] : value);
  const amount = (key: string, value: number | null): number | null =>
    router[key] === null || router[key] === false ? null : (number(router[key]) ?? value);
  return {
    halfOpenProbe: flag('half_open_probe', defaults.halfOpenProbe),
    panicMode: flag('panic_mode', defaults.panicMode),
    credentialScope: flag('credential_cooldowns', defaults.credentialScope),
    maxAttempts: amount('max_attempts', defaults.maxAttempts),
    maxSeconds: amount('max_attempt_seconds', defaults.maxSeconds),
    retryBudgetRatio: amount('retry_budget_ratio', defaults.retryBudgetRatio),
    minRetriesPerSecond: number(router['retry_budget_min_per_second']) ?? defaults.minRetriesPerSecond,
    obeyRetryAfter: flag('obey_retry_after', defaults.obeyRetryAfter),
    retryAfterCapSeconds: number(router['retry_after_cap']) ?? defaults.retryAfterCapSeconds,
    fullJitter: flag('full_jitter', defaults.fullJitter),
    timeoutFailsOver: flag('timeout_fails_over', defaults.timeoutFailsOver),
    skipLastSleep: flag('skip_last_sleep', defaults.skipLastSleep),
    retriesForbidden: flag('retry_forbidden', defaults.retriesForbidden),
    waitsForPlace: flag('wait_for_place', defaults.waitsForPlace),
  };
}

/** `default_fallbacks` is the generic entry behind all others. */
function withDefaults(fallbacks: JsonValue | undefined, defaults: JsonValue | undefined): FallbackChain | null {
  if (!isJsonArray(defaults) || defaults.length === 0) return readFallbackChain(fallbacks);
  return readFallbackChain([...(isJsonArray(fallbacks) ? fallbacks : []), { '*': defaults }]);
}

function number(value: JsonValue | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : null;
}
