/**
 * The one table of settings that restrict access, content or spend and are not enforced here yet. What stands in this
 * table and in a config is never ignored: the requests that it governs go to the fallback, or are refused naming the
 * key. `DERIVED` are those that need more than one key to be seen (find-restrictions.ts); both lists together drive
 * the test that starts with each one alone.
 */
import { PRIORITY_CALLBACK } from './limit-settings.ts';
import type { JsonObject, JsonValue } from './snapshot.ts';

export type RestrictionSection =
  'top' | 'general_settings' | 'litellm_settings' | 'router_settings' | 'litellm_params' | 'model_info';

export interface RestrictionRow {
  readonly section: RestrictionSection;
  readonly key: string;
  /** `group`: the model group of the deployment that carries the key. */
  readonly scope: 'all' | 'llm' | 'group';
  readonly masterKeyPasses: boolean;
  /** `set`: any value but nothing, false and empty. `positive`: a number above 0. `reject`: this word. */
  readonly when: 'set' | 'positive' | 'reject';
  /** A value with which the setting restricts. */
  readonly example: JsonValue;
  /** A reference to an unset variable switches nothing off that would protect. */
  readonly mayBeUnset: boolean;
}

type Options = Partial<Pick<RestrictionRow, 'masterKeyPasses' | 'when' | 'mayBeUnset'>>;

/** @param path section and key, the key alone at the top of the file */
function row(path: string, scope: RestrictionRow['scope'], example: JsonValue, options: Options = {}): RestrictionRow {
  const dot = path.indexOf('.');
  const section = (dot === -1 ? 'top' : path.slice(0, dot)) as RestrictionSection;
  const key = path.slice(dot + 1);
  return Object.freeze({
    section,
    key,
    scope,
    example,
    masterKeyPasses: false,
    when: 'set',
    mayBeUnset: false,
    ...options,
  });
}

const MASTER: Options = { masterKeyPasses: true };
const GUARDRAIL: JsonValue = [
  { guardrail_name: 'pii', litellm_params: { guardrail: 'presidio', mode: 'pre_call', default_on: true } },
];

export const RESTRICTIONS: readonly RestrictionRow[] = Object.freeze([
  // Who may call. The master key means the same in LiteLLM, so it passes; every other key is for LiteLLM to judge.
  row('general_settings.custom_auth', 'all', 'my_auth.user_api_key_auth', MASTER),
  row('general_settings.enable_jwt_auth', 'all', true, MASTER),
  row('general_settings.enable_oauth2_auth', 'all', true, MASTER),
  row('general_settings.enable_oauth2_proxy_auth', 'all', true, MASTER),
  row('general_settings.enforce_rbac', 'all', true, MASTER),
  row('general_settings.role_permissions', 'all', [{ role: 'team', models: ['gpt-4o'] }], MASTER),
  row('general_settings.admin_only_routes', 'all', ['/key/generate'], MASTER),
  row('general_settings.database_url', 'all', 'postgresql://db/litellm', { ...MASTER, mayBeUnset: true }),
  row('general_settings.allowed_ips', 'all', ['127.0.0.1']),
  row('general_settings.allowed_routes', 'all', ['/chat/completions']),
  // What a request may hold.
  row('general_settings.enforced_params', 'llm', ['user']),
  row('general_settings.reject_clientside_metadata_tags', 'llm', true),
  row('general_settings.service_account_settings', 'llm', { enforced_params: ['user'] }, MASTER),
  row('general_settings.missing_session_id', 'llm', 'reject', { when: 'reject' }),
  row('general_settings.blocked_file_extensions', 'llm', ['.exe']),
  row('general_settings.max_file_size_mb', 'llm', 5),
  row('general_settings.max_response_size_mb', 'llm', 5),
  row('guardrails', 'llm', GUARDRAIL),
  row('policies', 'llm', { 'block-pii': { guardrails: { add: ['pii'] } } }),
  row('policy_attachments', 'llm', [{ policy: 'block-pii', scope: '*' }]),
  row('litellm_settings.guardrails', 'llm', [
    { prompt_injection: { callbacks: ['lakera_prompt_injection'], default_on: true } },
  ]),
  row('litellm_settings.guardrail_name_config_map', 'llm', { pii: {} }),
  row('litellm_settings.pre_call_rules', 'llm', 'rules.before'),
  row('litellm_settings.post_call_rules', 'llm', 'rules.after'),
  row('litellm_settings.blocked_user_list', 'llm', ['user-1']),
  row('litellm_settings.banned_keywords_list', 'llm', ['secret']),
  row('litellm_settings.validate_end_user_id_in_db', 'llm', true),
  row('router_settings.guardrail_list', 'llm', GUARDRAIL),
  row('litellm_params.guardrails', 'group', ['pii']),
  // What may be spent.
  row('litellm_settings.max_budget', 'llm', 10, { when: 'positive' }),
  row('litellm_settings.max_user_budget', 'llm', 10),
  row('litellm_settings.max_end_user_budget', 'llm', 10),
  row('litellm_settings.max_end_user_budget_id', 'llm', 'budget-1'),
  row('litellm_settings.max_internal_user_budget', 'llm', 10, MASTER),
  row('litellm_settings.default_max_internal_user_budget', 'llm', 10, MASTER),
  row('litellm_settings.block_requests_for_models_without_pricing', 'llm', true),
  // How much at once.
  row('general_settings.max_in_flight_requests_per_worker', 'llm', 10),
  // Which deployment a request may reach.
  row('model_info.enable_tag_filtering', 'group', true),
  row('model_info.team_id', 'group', 'team-1'),
]);

/** Limits of a deployment that only count when the router enforces them, and that are not enforced here yet. */
export const RATE_LIMIT_PARAMS: readonly string[] = ['itpm', 'otpm'];

/** Callbacks that may refuse a request and do so here. */
export const ENFORCED_CALLBACKS: ReadonlySet<string> = new Set([PRIORITY_CALLBACK]);

/**
 * Callbacks that log, trace or enrich and never refuse. Any other name in `litellm_settings.callbacks` restricts: the
 * known moderators and limiters, and Python classes of the user's own, which may refuse in their pre-call hook.
 */
export const HARMLESS_CALLBACKS: ReadonlySet<string> = new Set(
  `agentops anthropic_cache_control_hook argilla arize arize_phoenix athina aws_sqs azure_sentinel azure_storage
   batch_redis_requests bitbucket braintrust cloudzero code_interpreter_interception compression_interception datadog
   datadog_cost_management datadog_llm_observability datadog_metrics deepeval dotprompt dynamodb focus galileo gcs_bucket
   gcs_pubsub generic_api gitlab greenscale helicone humanloop lago langfuse langfuse_otel langsmith langtrace levo
   literalai logfire lunary mavvrik mlflow newrelic openmeter opik otel pagerduty pointfive posthog prometheus promptlayer
   resend_email s3 s3_v2 sendgrid_email sentry slack smtp_email supabase traceloop vantage vector_store_pre_call_hook
   wandb weave_otel websearch_interception`.split(/\s+/),
);

/** Limits and budgets that are enforced here: without their value they would be switched off all the same. */
const ENFORCED: ReadonlySet<string> = new Set([
  'router_settings.provider_budget_config',
  'litellm_settings.tag_budget_config',
  'litellm_settings.priority_reservation',
  'litellm_params.max_budget',
  'litellm_params.budget_duration',
  'litellm_params.default_api_key_tpm_limit',
  'litellm_params.default_api_key_rpm_limit',
  'general_settings.max_parallel_requests',
  'general_settings.global_max_parallel_requests',
]);

const PATH = /^(?:model_list\[\d+\]\.)?(?:([a-z_]+)\.)?([a-z_0-9]+)$/;

/** The path of a key's own value whose absence would switch a restriction off. */
export function isRestrictingPath(path: string): boolean {
  const match = PATH.exec(path);
  if (match === null) return false;
  const section = match[1] ?? 'top';
  if (ENFORCED.has(`${section}.${match[2]}`)) return true;
  return RESTRICTIONS.some((known) => known.section === section && known.key === match[2] && !known.mayBeUnset);
}

export interface RestrictionExample {
  /** As `Restriction.key` names it. */
  readonly key: string;
  readonly masterKeyPasses: boolean;
  /** A whole configuration, master key `sk-1234`, one group `gpt`, in which this setting is the only restriction. */
  readonly document: JsonObject;
}

function exampleDocument(section: RestrictionSection, settings: JsonObject, apiBase: string): JsonObject {
  const of = (name: RestrictionSection): JsonObject => (name === section ? settings : {});
  return {
    ...of('top'),
    model_list: [
      {
        model_name: 'gpt',
        litellm_params: { model: 'openai/gpt-4o', api_base: apiBase, api_key: 'sk-upstream', ...of('litellm_params') },
        model_info: { id: 'd-gpt', ...of('model_info') },
      },
    ],
    general_settings: { master_key: 'sk-1234', ...of('general_settings') },
    litellm_settings: of('litellm_settings'),
    router_settings: of('router_settings'),
  };
}

function examplePath(section: RestrictionSection, key: string): string {
  if (section === 'top') return key;
  return section === 'litellm_params' || section === 'model_info'
    ? `model_list[0].${section}.${key}`
    : `${section}.${key}`;
}

/** One configuration for each restricting setting, for tests that start with each alone. */
export function restrictionExamples(apiBase: string): readonly RestrictionExample[] {
  const single = RESTRICTIONS.map(({ section, key, example, masterKeyPasses }) => ({
    key: examplePath(section, key),
    masterKeyPasses,
    document: exampleDocument(section, { [key]: example }, apiBase),
  }));
  const callbacks = [
    'lakera_prompt_injection',
    'presidio',
    'hide_secrets',
    'dynamic_rate_limiter',
    'my_module.handler',
  ];
  return [
    ...single,
    ...callbacks.map((name) => ({
      key: 'litellm_settings.callbacks',
      masterKeyPasses: false,
      document: exampleDocument('litellm_settings', { callbacks: [name] }, apiBase),
    })),
    {
      key: 'model_list[0].litellm_params.itpm',
      masterKeyPasses: false,
      document: {
        ...exampleDocument('litellm_params', { itpm: 1 }, apiBase),
        router_settings: { optional_pre_call_checks: ['enforce_model_rate_limits'] },
      },
    },
  ];
}
