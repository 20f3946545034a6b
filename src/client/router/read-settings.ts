/**
 * The options of `Router` as `router_settings` of a configuration would say them, so that library and gateway read one
 * form. A slip is an error that says what to write: an unknown name, a value of another kind, an option of LiteLLM that
 * is not here yet. Pure.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { STRATEGIES } from '../../router/routing-policy.ts';
import { asJson, isRecord } from './as-json.ts';
import { respelledTargets } from './fallback-targets.ts';
import { camelCase, snakeCase, unknownName } from './names.ts';

type Kind = 'count' | 'flag' | 'list' | 'object' | 'text';

const SETTINGS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...named('count', [
    'num_retries',
    'allowed_fails',
    'cooldown_time',
    'timeout',
    'stream_timeout',
    'default_max_parallel_requests',
    'max_fallbacks',
    'retry_after',
    'max_attempts',
    'max_attempt_seconds',
    'retry_budget_ratio',
    'retry_budget_min_per_second',
    'retry_after_cap',
  ]),
  ...named('flag', [
    'disable_cooldowns',
    'enable_pre_call_checks',
    'enable_tag_filtering',
    'tag_filtering_match_any',
    'drop_params',
    'ignore_invalid_deployments',
    'half_open_probe',
    'panic_mode',
    'credential_cooldowns',
    'obey_retry_after',
    'full_jitter',
    'timeout_fails_over',
    'skip_last_sleep',
    'wait_for_place',
    'retry_forbidden',
  ]),
  ...named('list', ['fallbacks', 'context_window_fallbacks', 'content_policy_fallbacks', 'default_fallbacks']),
  ...named('object', [
    'retry_policy',
    'model_group_retry_policy',
    'allowed_fails_policy',
    'routing_strategy_args',
    'model_group_alias',
    'default_litellm_params',
  ]),
  ['routing_strategy', 'text'],
]);

/** No limit, where a number would be one. */
const MAY_BE_NULL: ReadonlySet<string> = new Set(['max_attempts', 'max_attempt_seconds', 'retry_budget_ratio']);

/** Options of LiteLLM that change nothing here. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(
  'client_ttl debug_level set_verbose polling_interval router_general_settings fallback_access_check'.split(' '),
);

/** Options of LiteLLM that would change something and are not here yet: never ignored in silence. */
const NOT_YET: ReadonlySet<string> = new Set(
  `optional_pre_call_checks provider_budget_config redis_host redis_port redis_password redis_db redis_url cache_kwargs
   cache_responses caching_groups default_priority alerting_config assistants_config search_tools routing_groups plugins
   enable_health_check_routing health_check_staleness_threshold health_check_ignore_transient_errors
   enable_weighted_failover deployment_affinity_ttl_seconds model_group_affinity_config tag_routing_prefix`.split(
    /\s+/,
  ),
);

function named(kind: Kind, names: readonly string[]): readonly (readonly [string, Kind])[] {
  return names.map((name) => [name, kind] as const);
}

/** @param options anything that a program passes @throws GatewayError `bad_request`, `not_implemented` */
export function readSettings(options: unknown): JsonObject {
  if (!isRecord(options))
    throw new GatewayError('bad_request', `Router takes one object of options; got ${kindOfValue(options)}.`);
  const settings = Object.create(null) as Record<string, JsonValue>;
  for (const [given, value] of Object.entries(options)) {
    const name = snakeCase(given);
    if (value === undefined || name === 'model_list' || WITHOUT_EFFECT.has(name)) continue;
    const kind = SETTINGS.get(name);
    if (kind !== undefined) {
      if (value === null && !MAY_BE_NULL.has(name)) continue;
      settings[name] = checked(given, name, value, kind);
    } else if (!NOT_YET.has(name)) throw unknownName('option of Router', given, knownNames());
    else if (value !== null && value !== false) throw notYet(given);
  }
  return settings;
}

function* knownNames(): Iterable<string> {
  yield 'modelList';
  for (const name of SETTINGS.keys()) yield camelCase(name);
}

function notYet(name: string): GatewayError {
  return new GatewayError(
    'not_implemented',
    `Router's option ${name} is not there yet. Leave it out, or keep LiteLLM.`,
    {
      param: name,
    },
  );
}

function checked(given: string, name: string, value: unknown, kind: Kind): JsonValue {
  const fits = value === null || FITS[kind](value);
  if (!fits) {
    const text = `Router: ${given} has to be ${WANTED[kind]}; got ${kindOfValue(value)}.`;
    throw new GatewayError('bad_request', text, { param: given });
  }
  const json = asJson(value, given);
  switch (name) {
    case 'routing_strategy':
      return checkedStrategy(json as string);
    case 'retry_policy':
      return policy(json, 'Retries');
    case 'allowed_fails_policy':
      return policy(json, 'AllowedFails');
    case 'model_group_retry_policy':
      return Object.fromEntries(
        Object.entries(json as JsonObject).map(([group, each]) => [group, policy(each, 'Retries')]),
      );
    case 'routing_strategy_args':
      return Object.fromEntries(Object.entries(json as JsonObject).map(([key, each]) => [snakeCase(key), each]));
    default:
      return kind === 'list' ? respelledTargets(json) : json;
  }
}

const FITS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  count: (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
  flag: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value),
  object: isRecord,
  text: (value) => typeof value === 'string',
};

const WANTED: Readonly<Record<Kind, string>> = {
  count: 'a number, 0 or more',
  flag: 'true or false',
  list: 'an array',
  object: 'an object',
  text: 'text',
};

function checkedStrategy(name: string): string {
  if ((STRATEGIES as readonly string[]).includes(name)) return name;
  throw unknownName('routing strategy', name, STRATEGIES);
}

const ERROR_KINDS = [
  'BadRequestError',
  'AuthenticationError',
  'TimeoutError',
  'RateLimitError',
  'ContentPolicyViolationError',
  'InternalServerError',
  'ServiceUnavailableError',
  'NotFoundError',
  'Default',
];

/** `{ rateLimitErrorRetries: 3 }` is LiteLLM's `RateLimitErrorRetries`. */
function policy(value: JsonValue, suffix: 'Retries' | 'AllowedFails'): JsonObject {
  const known = ERROR_KINDS.map((kind) => `${kind}${suffix}`);
  const counts = Object.create(null) as Record<string, JsonValue>;
  for (const [given, count] of isJsonObject(value) ? Object.entries(value) : []) {
    if (count === null) continue;
    const name = `${given.charAt(0).toUpperCase()}${given.slice(1)}`;
    if (!known.includes(name)) throw unknownName('kind of error', given, known);
    counts[name] = count;
  }
  return counts;
}
