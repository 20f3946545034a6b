/**
 * Every configuration key that LiteLLM 1.102 documents, and what becomes of it here. Data only. Restricting keys are
 * in restrictions.ts and are not repeated. A key in neither table is unknown to LiteLLM and to us.
 */
import type { KeyTreatment } from './snapshot.ts';

export interface KnownKey {
  readonly treatment: KeyTreatment;
  readonly note: string;
}

type Row = readonly [treatment: KeyTreatment, note: string, keys: string];

const SERVED = 'has its full effect';
const STREAMS = 'of this gateway alone; LiteLLM ignores it (docs/stream-recovery.md)';
const WITHOUT = 'not native yet: what is served natively is served without it';
const ROUTES = 'not native yet: its routes go to --fallback, or answer 501';
const DATABASE = 'needs the key database, which is not native yet';
const DASHBOARD = 'concerns the admin UI, which is not here';
const LOGGING = 'not native yet: what is served natively is not logged or exported by it';
const NOTHING = 'nothing here needs it';
const PROVIDER = 'for providers that are not native yet; such deployments go to --fallback, or answer 501';

const TOP: readonly Row[] = [
  [
    'served',
    SERVED,
    'model_list general_settings litellm_settings router_settings environment_variables include credential_list',
  ],
  ['served', 'of this gateway alone; LiteLLM ignores it (docs/migrating-from-litellm.md)', 'acceleration'],
  ['fallback', LOGGING, 'callback_settings'],
  [
    'fallback',
    ROUTES,
    `mcp_servers mcp_tools search_tools sandbox_tools vector_store_registry prompts agents agent_list assistant_settings
     files_settings finetune_settings default_vertex_config worker_registry`,
  ],
];

const GENERAL: readonly Row[] = [
  [
    'served',
    SERVED,
    `master_key litellm_key_header_name enforce_user_param max_request_size_mb always_include_stream_usage
     forward_client_headers_to_llm_api allow_client_side_credentials dangerously_allow_mock_testing_request_params
     completion_model cancel_on_disconnect max_parallel_requests global_max_parallel_requests token_rate_limit_type`,
  ],
  [
    'fallback',
    ROUTES,
    `pass_through_endpoints pass_through_request_timeout enable_openai_websocket_passthrough public_routes search_tools
     enable_mcp_registry control_plane_url plugins`,
  ],
  [
    'fallback',
    WITHOUT,
    `background_health_checks health_check_interval health_check_details health_check_concurrency use_shared_health_check
     enable_health_check_routing health_check_staleness_threshold health_check_ignore_transient_errors
     background_health_check_model_groups health_check_skip_disabled_background_models model_list_healthy_only
     embedding_model image_generation_model moderation_model infer_model_from_keys forward_openai_org_id
     forward_llm_provider_auth_headers use_x_forwarded_for trusted_proxy_ranges coordination_redis
     expose_fallback_errors_to_caller max_queued_requests_per_worker admission_queue_timeout_seconds user_url_validation
     user_url_allowed_hosts provider_url_destination_allowed_hosts key_management_system key_management_settings
     use_google_kms use_azure_key_vault enable_drain_endpoint drain_endpoint_token max_batch_file_size_mb`,
  ],
  [
    'fallback',
    DATABASE,
    `database_type database_args database_connection_pool_limit database_connection_timeout database_connect_timeout
     database_connection_pool_timeout database_socket_timeout database_disable_prepared_statements
     database_extra_connection_params database_max_idle_connection_lifetime allow_requests_on_db_unavailable
     disable_prisma_schema_update store_model_in_db supported_db_objects store_prompts_in_spend_logs disable_spend_logs
     disable_spend_updates disable_error_logs maximum_spend_logs_retention_period maximum_spend_logs_retention_interval
     maximum_spend_logs_cleanup_cron maximum_spend_logs_cleanup_batch_size maximum_spend_logs_cleanup_batch_timeout
     maximum_spend_logs_cleanup_max_batches maximum_spend_logs_cleanup_run_budget
     maximum_autorouter_session_retention_period maximum_health_check_retention_period use_spend_logs_partitioning
     proxy_batch_write_at proxy_budget_rescheduler_min_time proxy_budget_rescheduler_max_time disable_reset_budget
     proxy_batch_polling_interval proxy_config_reload_interval_seconds use_redis_transaction_buffer scheduled_job_stagger
     disable_retry_on_max_parallel_request_limit_error user_api_key_cache_ttl
     user_api_key_cache_max_size custom_key_generate custom_key_update default_team_disabled
     disable_adding_master_key_hash_to_db disable_budget_reservation fail_closed_budget_enforcement
     apply_user_budget_to_team_keys enforce_fallback_model_access use_team_public_model_name
     disable_auto_add_proxy_admin_to_teams disable_key_generate_for_org_admin custom_team_metadata_validate
     team_metadata_schema team_metadata_validation_error_message team_metadata_validation_timeout
     disable_batch_input_file_rate_limiting skip_batch_input_file_rate_limiting_for_models
     skip_batch_input_file_rate_limiting_for_providers track_unmanaged_batch_cost user_header_name user_header_mappings
     custom_auth_run_common_checks litellm_jwtauth oauth2_config_mappings allow_user_auth`,
  ],
  [
    'fallback',
    LOGGING,
    'alerting alerting_threshold alert_types alerting_args alert_to_webhook_url alert_type_config spend_report_frequency otel',
  ],
  [
    'ignored',
    DASHBOARD,
    `ui_access_mode custom_sso custom_ui_sso_sign_in_handler allow_cli_sso_verification_uri_complete
     auto_redirect_ui_login_to_sso disable_env_credential_login disable_password_login_when_sso_enabled
     enable_public_model_hub hide_default_credentials_hint password_policy_min_length password_policy_require_lowercase
     password_policy_require_numbers password_policy_require_special_characters password_policy_require_uppercase
     user_mcp_management_mode allow_public_health_readiness_details`,
  ],
  [
    'ignored',
    NOTHING,
    `disable_master_key_return litellm_license disable_responses_id_security allow_unmanaged_response_ids
     passthrough_managed_object_ids disable_bedrock_agent_runtime_passthrough use_legacy_interactions_schema
     mcp_internal_ip_ranges mcp_required_fields mcp_trusted_proxy_ranges mcp_xff_num_trusted_hops
     mcp_allow_all_keys_respects_mcp_scope mcp_client_side_auth_header_name mcp_session_token_signing
     require_end_user_mcp_access_defined require_key_mcp_access_defined`,
  ],
];

const LITELLM: readonly Row[] = [
  [
    'fallback',
    'not native yet: give the key as `api_key` of the deployment, or in the environment',
    `ai21_key aleph_alpha_key amazon_nova_api_key anthropic_key azure_key baseten_key bytez_key clarifai_key
     cloudflare_api_key cohere_key cometapi_key databricks_key datarobot_key gdc_key gigachat_key gradient_ai_api_key
     groq_key heroku_key huggingface_key inception_key infinity_key lemonade_key llama_api_key maritalk_key nebius_key
     nlp_cloud_key novita_api_key ollama_key openai_key openai_like_key openrouter_key ovhcloud_key predibase_key
     predibase_tenant_id replicate_key sap_service_key snowflake_key togetherai_api_key token vercel_ai_gateway_key
     wandb_key xai_key proxy_auth api_version project gdc_api_base`,
  ],
  [
    'served',
    SERVED,
    `drop_params modify_params request_timeout ssl_verify cost_discount_config cost_margin_config disable_token_counter
     disable_hf_tokenizer_download model_cost_map_url priority_reservation priority_reservation_settings tag_budget_config
     num_retries fallbacks default_fallbacks context_window_fallbacks
     content_policy_fallbacks allowed_fails max_fallbacks`,
  ],
  [
    'fallback',
    WITHOUT,
    `num_retries_per_request cache cache_params enable_redis_auth_cache caching_groups
     force_ipv4 ssl_certificate ssl_ecdh_curve ssl_security_level model_alias_map
     model_group_settings custom_provider_map responses enable_json_schema_validation return_response_headers
     add_user_information_to_llm_headers add_function_to_prompt include_cost_in_streaming_usage network_mock
     route_all_chat_openai_to_responses use_chat_completions_url_for_anthropic_messages reasoning_auto_summary
     enable_anthropic_prompt_caching anthropic_prompt_caching_ttl sse_keepalive_ping_interval_seconds
     anthropic_sse_ping_interval_seconds filter_invalid_headers forward_traceparent_to_llm_provider headers api_base api_key
     organization vertex_project vertex_location vertex_ai_safety_settings custom_prompt_dict longer_context_model_fallback_dict
     enable_loadbalancing_on_batch_endpoints global_prompt_directory global_bitbucket_config global_gitlab_config
     user_url_validation user_url_allowed_hosts provider_url_destination_allowed_hosts common_cloud_provider_auth_params
     bedrock_request_metadata_fields enable_model_config_credential_overrides use_litellm_proxy max_tokens
     skip_system_message_in_guardrail skip_tool_message_in_guardrail llamaguard_model_name
     llamaguard_unsafe_content_categories openai_moderations_model_name google_moderation_confidence_threshold
     code_interpreter_interception_params websearch_interception_params compression_interception_params
     mcp_semantic_tool_filter mcp_tool_search retry model_fallbacks client_session aclient_session check_provider_endpoint
     disable_add_prefix_to_prompt disable_add_transform_inline_image_block disable_copilot_system_to_assistant
     disable_anthropic_gemini_context_caching_transform disable_stop_sequence_limit
     disable_vertex_batch_output_transformation enable_azure_ad_token_refresh strip_anthropic_total_tokens
     enable_caching_on_provider_specific_optional_params enable_gemini_default_thinking_level_low gemini_live_defer_setup
     openai_compatible_endpoints openai_compatible_providers openai_text_completion_compatible_providers azure_llms
     model_cost vector_store_registry vector_store_index_registry vector_store_search_failure_mode use_client
     use_legacy_interactions_schema secret_manager_client adapters
     llm_guard_mode presidio_ad_hoc_recognizers output_parse_pii prompt_injection_params mcp_aliases`,
  ],
  [
    'fallback',
    LOGGING,
    `callbacks success_callback failure_callback service_callback input_callback audit_log_callbacks store_audit_logs
     turn_off_message_logging redact_user_api_key_info redact_messages_in_exceptions langfuse_default_tags
     langfuse_enable_update_trace_keys langsmith_batch_size custom_prometheus_metadata_labels custom_prometheus_tags
     prometheus_metrics_config prometheus_initialize_budget_metrics prometheus_exclude_labels prometheus_exclude_metrics
     prometheus_latency_buckets prometheus_emit_stream_label prometheus_emit_rate_limit_labels
     prometheus_emit_input_sequence_length_label prometheus_deployment_and_latency_caller_identity
     require_auth_for_metrics_endpoint s3_callback_params s3_audit_callback_params datadog_params
     datadog_llm_observability_params aws_sqs_callback_params argilla_transformation_object argilla_batch_size
     dynamodb_table_name generic_logger_headers global_disable_no_log_param disable_streaming_logging
     standard_logging_payload_excluded_fields cold_storage_custom_logger gcs_pub_sub_use_v1 newrelic_params pointfive_params
     prometheus_end_user_metrics_cleanup_interval_seconds prometheus_end_user_metrics_max_series_per_metric
     prometheus_end_user_metrics_ttl_seconds prometheus_user_budget_label_include_email_alias datadog_use_v1
     generic_api_use_v1 otel_tenant_destination_mode logged_real_time_event_types callback_settings
     extra_spend_tag_headers disable_add_user_agent_to_request_tags allow_dynamic_callback_disabling logging error_logs`,
  ],
  [
    'fallback',
    DATABASE,
    `budget_duration internal_user_budget_duration default_internal_user_params default_team_params default_team_settings
     upperbound_key_generate_params default_key_generate_params key_generation_settings max_ui_session_budget
     default_soft_budget timezone budget_reset_time budget_rollover budget_exceeded_throttle_percentage
     disable_end_user_cost_tracking disable_end_user_cost_tracking_prometheus_only
     enable_end_user_cost_tracking_prometheus_only overwrite_user_with_key_hash enable_key_alias_format_validation
     enable_post_custom_auth_checks require_managed_files`,
  ],
  [
    'ignored',
    NOTHING,
    `set_verbose json_logs log_level log_raw_request_response suppress_debug_info telemetry
     use_aiohttp_transport disable_aiohttp_transport aiohttp_trust_env disable_aiohttp_trust_env
     expose_router_debug_in_errors request_correlation_in_logs log_client_error_tracebacks safe_memory_mode
     known_tokenizer_config enable_preview_features default_in_memory_ttl default_redis_ttl
     default_redis_batch_cache_expiry request_timeout_explicitly_set email litellm_mode config_path
     anthropic_beta_headers_url autorouter_presets_url blog_posts_url default_key_max_budget_alert_emails
     agent_search_embedding_model skill_search_embedding_model prompt_name_config_map initialized_langfuse_clients`,
  ],
  [
    'ignored',
    DASHBOARD,
    'public_model_groups public_model_groups_links public_mcp_servers public_agent_groups public_mcp_hub_strict_whitelist public_skills_index',
  ],
];

const ROUTER: readonly Row[] = [
  [
    'served',
    SERVED,
    `model_group_alias timeout stream_timeout model_list ignore_invalid_deployments enable_pre_call_checks num_retries
     max_fallbacks retry_after retry_policy model_group_retry_policy allowed_fails allowed_fails_policy cooldown_time
     disable_cooldowns fallbacks context_window_fallbacks content_policy_fallbacks default_fallbacks
     default_max_parallel_requests enable_tag_filtering tag_filtering_match_any routing_strategy routing_strategy_args
     optional_pre_call_checks default_priority provider_budget_config redis_host redis_port redis_password redis_db
     redis_url`,
  ],
  [
    'served',
    'of this gateway alone; LiteLLM ignores it (docs/routing.md)',
    `panic_mode half_open_probe credential_cooldowns max_attempts max_attempt_seconds retry_budget_ratio
     retry_budget_min_per_second obey_retry_after retry_after_cap full_jitter timeout_fails_over skip_last_sleep
     single_flight affinity wait_for_place retry_forbidden hedge_after_ms cluster_limits rate_limit_algorithm`,
  ],
  ['served', STREAMS, 'stream_recovery stream_hold_back_ms stream_hold_back_chars'],
  [
    'fallback',
    WITHOUT,
    `tag_routing_prefix cache_kwargs cache_responses caching_groups polling_interval
     default_litellm_params enable_health_check_routing health_check_staleness_threshold health_check_ignore_transient_errors
     enable_weighted_failover routing_groups deployment_affinity_ttl_seconds model_group_affinity_config plugins
     assistants_config search_tools background_health_check_model_groups`,
  ],
  ['fallback', LOGGING, 'alerting_config'],
  [
    'ignored',
    NOTHING,
    'client_ttl debug_level set_verbose router_general_settings fallback_access_check auto_router_capability_limit',
  ],
];

const PARAMS: readonly Row[] = [
  [
    'served',
    SERVED,
    `model api_key api_base base_url api_version organization extra_headers headers custom_llm_provider timeout
     stream_timeout request_timeout weight drop_params additional_drop_params allowed_openai_params
     configurable_clientside_auth_params litellm_credential_name mock_response mock_timeout mock_delay
     merge_reasoning_content_in_choices rpm tpm num_retries cooldown_time order tags tag_regex region_name
     max_parallel_requests default_api_key_rpm_limit default_api_key_tpm_limit max_budget budget_duration`,
  ],
  [
    'fallback',
    WITHOUT,
    `max_retries itpm otpm modify_params
     use_chat_completions_api keepalive_seconds allow_client_keepalive_override cache_control_injection_points
     prompt_id max_file_size_mb use_litellm_proxy custom_tokenizer hf_model_name ensure_alternating_roles
     supports_system_message fallbacks`,
  ],
  [
    'fallback',
    PROVIDER,
    `azure_ad_token tenant_id client_id client_secret azure_username azure_password use_xai_oauth vertex_project
     vertex_location vertex_credentials gcs_bucket_name aws_access_key_id aws_secret_access_key aws_session_token
     aws_region_name aws_session_name aws_profile_name aws_role_name aws_web_identity_token aws_sts_endpoint aws_external_id
     aws_session_tags aws_bedrock_runtime_endpoint aws_bedrock_project_id s3_bucket_name s3_region_name
     s3_encryption_key_id s3_output_bucket_name aws_batch_role_arn bedrock_tags watsonx_region_name auto_router_config_path
     auto_router_config auto_router_default_model auto_router_embedding_model auto_router_max_input_chars
     auto_router_routing_compression auto_router_model_compression complexity_router_config
     complexity_router_default_model adaptive_router_config adaptive_router_default_model quality_router_config
     quality_router_default_model vector_store_id milvus_text_field milvus_db_name milvus_partition_names valkey_host
     valkey_port valkey_password valkey_ssl valkey_text_field valkey_embedding_field`,
  ],
  ['ignored', NOTHING, 'use_in_pass_through litellm_trace_id model_info'],
];

const MODEL_INFO: readonly Row[] = [
  [
    'served',
    SERVED,
    'id db_model base_model mode supported_environments custom_tokenizer allowed_fails allowed_fails_policy cooldown_time order',
  ],
  ['served', STREAMS, 'stream_recovery supports_assistant_prefill'],
  [
    'fallback',
    WITHOUT,
    `health_check_timeout health_check_model
     health_check_max_tokens disable_background_health_check ptu_count cost_per_ptu_per_hour ptu_effective_from
     ptu_effective_to allow_fail_open team_public_model_name internal_router_model`,
  ],
  ['ignored', NOTHING, 'updated_at updated_by created_at created_by tier'],
];

function tableOf(rows: readonly Row[]): ReadonlyMap<string, KnownKey> {
  return new Map(
    rows.flatMap(([treatment, note, keys]) =>
      keys
        .trim()
        .split(/\s+/)
        .map((key) => [key, { treatment, note }] as const),
    ),
  );
}

/** By section, then by key. In `litellm_params` and `model_info` any other key is allowed and needs no row. */
export const KNOWN_KEYS = {
  top: tableOf(TOP),
  general_settings: tableOf(GENERAL),
  litellm_settings: tableOf(LITELLM),
  router_settings: tableOf(ROUTER),
  litellm_params: tableOf(PARAMS),
  model_info: tableOf(MODEL_INFO),
} as const;
