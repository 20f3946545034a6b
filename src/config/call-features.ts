/**
 * Settings that change what LiteLLM does with a model call and that have no effect here. With a LiteLLM behind the
 * gateway the calls that they concern are its own, so that nothing that was configured is missing in silence; without
 * one they are served as `check` says.
 *
 * A setting counts unless it is known to change no call: a new one is safe before it is understood.
 */
import { asList, asObject } from './find-restrictions.ts';
import { KNOWN_KEYS } from './known-keys.ts';
import { ENFORCED_CALLBACKS } from './restrictions.ts';
import type { ConfigSnapshot, JsonObject, JsonValue } from './snapshot.ts';

export interface CallFeature {
  /** Dotted path of the configuration key, as findings name it. */
  readonly key: string;
  /** Which calls: all of them, or those of one model group. */
  readonly scope: 'calls' | { readonly modelName: string };
}

/** Of keys with this treatment only, by section: those that change no model call. */
const NOT_OF_CALLS: Readonly<Record<'general_settings' | 'litellm_settings' | 'router_settings', string>> = {
  general_settings: `
    pass_through_endpoints pass_through_request_timeout enable_openai_websocket_passthrough public_routes search_tools
    enable_mcp_registry control_plane_url plugins background_health_checks health_check_interval health_check_details
    health_check_concurrency use_shared_health_check health_check_staleness_threshold
    health_check_ignore_transient_errors background_health_check_model_groups
    health_check_skip_disabled_background_models model_list_healthy_only use_x_forwarded_for trusted_proxy_ranges
    coordination_redis max_queued_requests_per_worker admission_queue_timeout_seconds user_url_validation
    user_url_allowed_hosts provider_url_destination_allowed_hosts enable_drain_endpoint drain_endpoint_token
    max_batch_file_size_mb alerting_threshold alert_types alerting_args alert_to_webhook_url alert_type_config
    spend_report_frequency`,
  litellm_settings: `
    cache_params enable_redis_auth_cache caching_groups enable_loadbalancing_on_batch_endpoints user_url_validation
    user_url_allowed_hosts provider_url_destination_allowed_hosts common_cloud_provider_auth_params
    bedrock_request_metadata_fields skip_system_message_in_guardrail skip_tool_message_in_guardrail
    llamaguard_model_name llamaguard_unsafe_content_categories openai_moderations_model_name
    google_moderation_confidence_threshold code_interpreter_interception_params websearch_interception_params
    compression_interception_params mcp_aliases presidio_ad_hoc_recognizers output_parse_pii llm_guard_mode
    prompt_injection_params disable_vertex_batch_output_transformation vector_store_registry
    vector_store_index_registry vector_store_search_failure_mode gemini_live_defer_setup use_legacy_interactions_schema
    audit_log_callbacks store_audit_logs turn_off_message_logging redact_user_api_key_info
    redact_messages_in_exceptions langfuse_default_tags langfuse_enable_update_trace_keys langsmith_batch_size
    custom_prometheus_metadata_labels custom_prometheus_tags prometheus_metrics_config
    prometheus_initialize_budget_metrics prometheus_exclude_labels prometheus_exclude_metrics prometheus_latency_buckets
    prometheus_emit_stream_label prometheus_emit_rate_limit_labels prometheus_emit_input_sequence_length_label
    prometheus_deployment_and_latency_caller_identity require_auth_for_metrics_endpoint s3_callback_params
    s3_audit_callback_params datadog_params datadog_llm_observability_params aws_sqs_callback_params
    argilla_transformation_object argilla_batch_size dynamodb_table_name generic_logger_headers
    global_disable_no_log_param disable_streaming_logging standard_logging_payload_excluded_fields
    cold_storage_custom_logger gcs_pub_sub_use_v1 newrelic_params pointfive_params
    prometheus_end_user_metrics_cleanup_interval_seconds prometheus_end_user_metrics_max_series_per_metric
    prometheus_end_user_metrics_ttl_seconds prometheus_user_budget_label_include_email_alias datadog_use_v1
    generic_api_use_v1 otel_tenant_destination_mode logged_real_time_event_types callback_settings
    extra_spend_tag_headers disable_add_user_agent_to_request_tags allow_dynamic_callback_disabling logging error_logs
    budget_duration internal_user_budget_duration default_internal_user_params default_team_params
    default_team_settings upperbound_key_generate_params default_key_generate_params key_generation_settings
    max_ui_session_budget default_soft_budget timezone budget_reset_time budget_rollover
    budget_exceeded_throttle_percentage disable_end_user_cost_tracking disable_end_user_cost_tracking_prometheus_only
    enable_end_user_cost_tracking_prometheus_only overwrite_user_with_key_hash enable_key_alias_format_validation
    enable_post_custom_auth_checks require_managed_files`,
  router_settings: `
    polling_interval cache_kwargs health_check_staleness_threshold health_check_ignore_transient_errors
    deployment_affinity_ttl_seconds assistants_config search_tools background_health_check_model_groups`,
};

/** What needs the key database is about keys, which LiteLLM judges anyway. */
const DATABASE = 'needs the key database';
/** Of deployments: these change the calls of their group, whatever the provider. */
const PARAMS_OF_CALLS: readonly string[] = `
  modify_params use_chat_completions_api keepalive_seconds allow_client_keepalive_override
  cache_control_injection_points prompt_id max_file_size_mb use_litellm_proxy hf_model_name ensure_alternating_roles
  supports_system_message fallbacks`
  .trim()
  .split(/\s+/);

const CALLBACK_LISTS: ReadonlySet<string> = new Set([
  'callbacks',
  'success_callback',
  'failure_callback',
  'service_callback',
  'input_callback',
]);

/** Without those that restrict, which `Restriction` tells. */
export function callFeatures({ raw, deployments, general, litellm, router }: ConfigSnapshot): readonly CallFeature[] {
  const found: CallFeature[] = [];
  const sections = { general_settings: general.raw, litellm_settings: litellm.raw, router_settings: router.raw };
  for (const [section, settings] of Object.entries(sections) as [keyof typeof sections, JsonObject][]) {
    for (const [key, value] of Object.entries(settings))
      if (changesCalls(section, key, value)) found.push({ key: `${section}.${key}`, scope: 'calls' });
  }
  const served = new Set(deployments.map(({ modelName }) => modelName));
  asList(raw['model_list']).forEach((item, index) => {
    const { model_name: modelName, litellm_params: params } = asObject(item);
    if (typeof modelName !== 'string' || !served.has(modelName)) return;
    for (const key of PARAMS_OF_CALLS)
      if (isSet(asObject(params)[key]))
        found.push({ key: `model_list[${index}].litellm_params.${key}`, scope: { modelName } });
  });
  return found;
}

function changesCalls(section: keyof typeof NOT_OF_CALLS, key: string, value: JsonValue): boolean {
  const known = KNOWN_KEYS[section].get(key);
  if (known?.treatment !== 'fallback' || !isSet(value) || known.note.startsWith(DATABASE)) return false;
  if (section === 'litellm_settings' && CALLBACK_LISTS.has(key)) return namesCallback(value);
  return !SETS[section].has(key);
}

const SETS = {
  general_settings: new Set(NOT_OF_CALLS.general_settings.trim().split(/\s+/)),
  litellm_settings: new Set(NOT_OF_CALLS.litellm_settings.trim().split(/\s+/)),
  router_settings: new Set(NOT_OF_CALLS.router_settings.trim().split(/\s+/)),
};

/** Any but those that are enforced here. */
function namesCallback(value: JsonValue): boolean {
  return asList(value).some((name) => typeof name !== 'string' || !ENFORCED_CALLBACKS.has(name));
}

function isSet(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
