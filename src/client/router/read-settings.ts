/**
 * The options of `Router` as `router_settings` of a configuration would say them, so that library and gateway read one
 * form, and hold it to one set of rules. A slip is an error that says what to write: an unknown name, a value of another
 * kind, an option of LiteLLM that is not here yet. Pure.
 */
import { settingProblem } from '../../config/router-settings/router-setting-rules.ts';
import type { SettingProblem } from '../../config/router-settings/setting-problem.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { asJson, isRecord } from './as-json.ts';
import { respelledTargets } from './fallback-targets.ts';
import { camelCase, snakeCase, unknownName } from './names.ts';

/** What each may be is in router-setting-rules.ts. */
const SETTINGS: ReadonlySet<string> = new Set(
  `num_retries allowed_fails cooldown_time timeout stream_timeout default_max_parallel_requests max_fallbacks retry_after
   max_attempts max_attempt_seconds retry_budget_ratio retry_budget_min_per_second retry_after_cap disable_cooldowns
   enable_pre_call_checks enable_tag_filtering tag_filtering_match_any drop_params ignore_invalid_deployments
   half_open_probe panic_mode credential_cooldowns obey_retry_after full_jitter timeout_fails_over skip_last_sleep
   wait_for_place retry_forbidden fallbacks context_window_fallbacks content_policy_fallbacks default_fallbacks
   retry_policy model_group_retry_policy allowed_fails_policy routing_strategy routing_strategy_args model_group_alias
   default_litellm_params`.split(/\s+/),
);

/** No limit, where a number would be one. */
const MAY_BE_NULL: ReadonlySet<string> = new Set(['max_attempts', 'max_attempt_seconds', 'retry_budget_ratio']);

/** Options of LiteLLM that change nothing here. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(
  'client_ttl debug_level set_verbose polling_interval router_general_settings fallback_access_check'.split(' '),
);

/** Options of LiteLLM that would change something and are not here yet: never ignored in silence. */
const NOT_YET: ReadonlySet<string> = new Set(
  `optional_pre_call_checks provider_budget_config tag_budget_config redis_host redis_port redis_password redis_db redis_url cache_kwargs
   cache_responses caching_groups default_priority alerting_config assistants_config search_tools routing_groups plugins
   enable_health_check_routing health_check_staleness_threshold health_check_ignore_transient_errors
   enable_weighted_failover deployment_affinity_ttl_seconds model_group_affinity_config tag_routing_prefix`.split(
    /\s+/,
  ),
);

/** @param options anything that a program passes @throws GatewayError `bad_request`, `not_implemented` */
export function readSettings(options: unknown): JsonObject {
  if (!isRecord(options))
    throw new GatewayError('bad_request', `Router takes one object of options; got ${kindOfValue(options)}.`);
  const settings = Object.create(null) as Record<string, JsonValue>;
  for (const [given, value] of Object.entries(options)) {
    const name = snakeCase(given);
    if (value === undefined || name === 'model_list' || WITHOUT_EFFECT.has(name)) continue;
    if (SETTINGS.has(name)) {
      if (value === null && !MAY_BE_NULL.has(name)) continue;
      settings[name] = checkedSetting(name, value, given, 'Router');
    } else if (!NOT_YET.has(name)) throw unknownName('option of Router', given, knownNames());
    else if (value !== null && value !== false) throw notYet(given);
  }
  return settings;
}

function* knownNames(): Iterable<string> {
  yield 'modelList';
  for (const name of SETTINGS) yield camelCase(name);
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

/** @param owner whose option it is, for messages @throws GatewayError `bad_request` */
export function checkedSetting(name: string, value: unknown, given: string, owner: string): JsonValue {
  // What JSON cannot say (NaN, a function) is told for what it is where it is the value itself.
  const json = typeof value === 'object' ? respelled(name, asJson(value, given)) : value;
  const problem = settingProblem(name, json, { numbersAsText: false, refusesSlips: true });
  if (problem !== null) throw refusal(owner, given, problem);
  return json as JsonValue;
}

/** `Router: fallbacks[0].gpt has to be …`. */
function refusal(owner: string, given: string, problem: SettingProblem): GatewayError {
  if (problem.kind === 'name') return unknownName(problem.what, problem.given, problem.known);
  const place = problem.at.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  const text = `${owner}: ${given}${place} has to be ${problem.expected}; got ${problem.found}.`;
  return new GatewayError('bad_request', text, { param: given });
}

/** Names below a setting in LiteLLM's spelling. What is of another shape stays, and is refused. */
function respelled(name: string, json: JsonValue): JsonValue {
  if (name.endsWith('fallbacks')) return isJsonArray(json) ? respelledTargets(json) : json;
  if (!isJsonObject(json)) return json;
  switch (name) {
    case 'retry_policy':
    case 'allowed_fails_policy':
      return policy(json);
    case 'model_group_retry_policy':
      return renamed(json, (group) => group, policy);
    case 'routing_strategy_args':
      return renamed(json, snakeCase, (value) => value);
    default:
      return json;
  }
}

/** `{ rateLimitErrorRetries: 3 }` is LiteLLM's `RateLimitErrorRetries`; what is null is not set. */
function policy(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  const set = Object.fromEntries(Object.entries(value).filter(([, count]) => count !== null));
  return renamed(
    set,
    (given) => `${given.charAt(0).toUpperCase()}${given.slice(1)}`,
    (count) => count,
  );
}

function renamed(
  object: JsonObject,
  name: (given: string) => string,
  value: (given: JsonValue) => JsonValue,
): JsonObject {
  const out = Object.create(null) as Record<string, JsonValue>;
  for (const [given, member] of Object.entries(object)) out[name(given)] = value(member);
  return out;
}
