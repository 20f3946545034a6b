/**
 * What each setting of the router may be: one table for `router_settings` of a file and for the options of the library's
 * `Router`, so that no door takes a value that the other one refuses. Pure.
 *
 * LiteLLM starts with most wrong values and fails, or does something else, at some later request; here they are refused at
 * the start. Names of settings are checked elsewhere (known-keys.ts, the library's list of options).
 */
import { STRATEGIES } from '../../router/routing-policy.ts';
import { groupFallbacks, targetFallbacks } from './fallback-rules.ts';
import { type SettingProblem, wrongShape } from './setting-problem.ts';
import {
  amount,
  anything,
  flag,
  isMapping,
  listOf,
  mappingOf,
  oneOf,
  type SettingRule,
  type Writing,
} from './setting-rule.ts';

/** What `router_settings.affinity` may name. */
export const AFFINITY_KINDS = ['session', 'user', 'prompt'] as const;

/** What `router_settings.cluster_limits` may name. */
export const CLUSTER_MODES = ['slices', 'strict'] as const;

/** LiteLLM's `OptionalPreCallChecks`. One that is misspelled would be a limit that is silently off. */
const PRE_CALL_CHECKS = [
  'prompt_caching',
  'router_budget_limiting',
  'responses_api_deployment_check',
  'deployment_affinity',
  'session_affinity',
  'forward_client_headers_by_model_group',
  'enforce_model_rate_limits',
  'encrypted_content_affinity',
];

const ERROR_KINDS = [
  'BadRequestError',
  'AuthenticationError',
  'TimeoutError',
  'RateLimitError',
  'ContentPolicyViolationError',
  'InternalServerError',
  'ServiceUnavailableError',
  'NotFoundError',
];
/** `NotFoundErrorRetries` is ours; the rest is LiteLLM's. */
const RETRIES = [...ERROR_KINDS, 'Default'].map((kind) => `${kind}Retries`);
const ALLOWED_FAILS = [...ERROR_KINDS, 'BadGatewayError'].map((kind) => `${kind}AllowedFails`);

const count = amount({ whole: true, example: '3' });

function failurePolicy(known: readonly string[]): SettingRule {
  const expectation = { expected: 'a mapping of kinds of errors to whole numbers', example: `{${known[3]}: 3}` };
  return mappingOf(expectation, (name) =>
    known.includes(name)
      ? count
      : (_value, _writing, at = []) => ({ kind: 'name', at, what: 'kind of error', given: name, known }),
  );
}

const retryPolicy = failurePolicy(RETRIES);

/** Of latency-based routing; LiteLLM's other strategies read `ttl` alone. */
export const STRATEGY_ARGUMENTS: ReadonlyMap<string, SettingRule> = new Map([
  ['ttl', amount({ example: '3600' })],
  ['lowest_latency_buffer', amount({ example: '0.1' })],
  ['max_latency_list_size', amount({ least: 1, whole: true, example: '10' })],
  ['ttft_percentile', amount({ example: '0.9' })],
]);

const aliasTarget: SettingRule = (value, _writing, at = []) => {
  const model = isMapping(value) ? value['model'] : value;
  if (typeof model === 'string') return null;
  return wrongShape(at, model, { expected: 'the name of a model, or a mapping with `model`', example: 'gpt-4o' });
};

/** Settings that are on or off. */
export const SWITCHES: readonly string[] =
  `disable_cooldowns enable_pre_call_checks enable_tag_filtering tag_filtering_match_any drop_params
   ignore_invalid_deployments half_open_probe panic_mode credential_cooldowns obey_retry_after full_jitter
   timeout_fails_over skip_last_sleep wait_for_place retry_forbidden single_flight`.split(/\s+/);

const RULES: ReadonlyMap<string, SettingRule> = new Map<string, SettingRule>([
  ...named(count, 'num_retries allowed_fails max_fallbacks'),
  ...named(amount({ example: '30' }), 'timeout stream_timeout cooldown_time retry_after retry_after_cap'),
  ['default_max_parallel_requests', amount({ least: 1, whole: true, example: '100' })],
  ['default_priority', amount({ least: null, example: '100' })],
  ['max_attempts', amount({ least: 1, whole: true, mayBeUnbounded: true, example: '50' })],
  ['max_attempt_seconds', amount({ mayBeUnbounded: true, example: '60' })],
  ['retry_budget_ratio', amount({ mayBeUnbounded: true, example: '0.1' })],
  ['retry_budget_min_per_second', amount({ example: '10' })],
  ['hedge_after_ms', amount({ example: '500' })],
  ...SWITCHES.map((name) => [name, flag] as const),
  ...named(groupFallbacks, 'fallbacks context_window_fallbacks content_policy_fallbacks'),
  ['default_fallbacks', targetFallbacks],
  ['retry_policy', retryPolicy],
  ['allowed_fails_policy', failurePolicy(ALLOWED_FAILS)],
  [
    'model_group_retry_policy',
    mappingOf(
      { expected: 'a mapping of model groups to retry policies', example: '{gpt-4o: {RateLimitErrorRetries: 3}}' },
      () => retryPolicy,
    ),
  ],
  ['routing_strategy', oneOf('routing strategy', STRATEGIES)],
  [
    'routing_strategy_args',
    mappingOf(
      { expected: 'a mapping', example: '{ttl: 3600}' },
      (argument) => STRATEGY_ARGUMENTS.get(argument) ?? anything,
    ),
  ],
  [
    'model_group_alias',
    mappingOf({ expected: 'a mapping of aliases to models', example: '{gpt: gpt-4o}' }, () => aliasTarget),
  ],
  ['default_litellm_params', mappingOf({ expected: 'a mapping', example: '{timeout: 30}' }, () => anything)],
  [
    'optional_pre_call_checks',
    listOf(
      { expected: 'a list of names', example: '[enforce_model_rate_limits]' },
      oneOf('pre-call check', PRE_CALL_CHECKS),
    ),
  ],
  ['affinity', oneOf('affinity', AFFINITY_KINDS)],
  ['cluster_limits', oneOf('mode of shared limits', CLUSTER_MODES)],
]);

function named(rule: SettingRule, names: string): readonly (readonly [string, SettingRule])[] {
  return names.split(/\s+/).map((name) => [name, rule] as const);
}

/**
 * What is wrong with the value of a setting, the first thing only; null for what is right and for what has no rule here.
 *
 * @param name as `router_settings` has it, `num_retries`
 */
export function settingProblem(name: string, value: unknown, writing: Writing): SettingProblem | null {
  return RULES.get(name)?.(value, writing) ?? null;
}
