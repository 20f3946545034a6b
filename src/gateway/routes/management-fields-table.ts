/**
 * Fields of the JSON bodies that management routes take, as `METHOD:path … = name!:kind name:kind?` (`!` required, `?`
 * may be null). A body that does not fit is refused before anything else is looked at, as FastAPI does.
 */
export const MANAGEMENT_FIELDS = `
POST:/key/service-account/generate POST:/key/generate = key_alias:string? duration:string? models:array?
  spend:number? max_budget:number? user_id:string? team_id:string? agent_id:string? max_parallel_requests:integer?
  metadata:object? tpm_limit:integer? rpm_limit:integer? budget_duration:string? budget_limits:array?
  allowed_cache_controls:array? config:object? permissions:object? model_max_budget:object? budget_fallbacks:object?
  model_rpm_limit:object? model_tpm_limit:object? mcp_rpm_limit:object? tag_rpm_limit:object? guardrails:array?
  policies:array? prompts:array? blocked:boolean? aliases:object? object_permission:object? key:string?
  default_estimated_output_tokens:integer? default_estimated_output_tokens_per_model:object? budget_id:string?
  tags:array? disable_global_guardrails:boolean? enable_prompt_caching:boolean? throttle_on_budget_exceeded:boolean?
  enforced_params:array? allowed_routes:array? allowed_passthrough_routes:array? allowed_vector_store_indexes:array?
  rpm_limit_type:string? tpm_limit_type:string? router_settings:object? access_group_ids:array? soft_budget:number?
  send_invite_email:boolean? key_type:string? auto_rotate:boolean? rotation_interval:string? organization_id:string?
  project_id:string?
POST:/team/bulk_member_add = team_id!:string members:array? all_users:boolean? max_budget_in_team:number?
POST:/customer/new = budget_id:string? max_budget:number? soft_budget:number? max_parallel_requests:integer?
  tpm_limit:integer? rpm_limit:integer? budget_duration:string? model_max_budget:object? budget_reset_at:string?
  user_id!:string alias:string? blocked:boolean spend:number? allowed_model_region:string? default_model:string?
  object_permission:object?
POST:/team/{team_id}/callback = callback_name!:string callback_type:string? callback_vars!:object
POST:/budget/new POST:/budget/update = budget_id:string? max_budget:number? soft_budget:number?
  max_parallel_requests:integer? tpm_limit:integer? rpm_limit:integer? budget_duration:string?
  model_max_budget:object? budget_reset_at:string?
POST:/budget/delete POST:/model/delete POST:/jwt/key/mapping/delete = id!:string
PATCH:/model/{model_id}/update POST:/model/update = model_name:string? litellm_params:object? model_info:object?
  blocked:boolean?
POST:/model/block POST:/model/unblock = model_id!:string
PATCH:/config/block_requests_for_models_without_pricing = enabled!:boolean
POST:/claude-code/plugins = name!:string source!:object
PUT:/claude-code/plugins/{plugin_name} = source!:object
POST:/vantage/init = api_key!:string integration_token!:string
POST:/v1/access_group POST:/v1/unified_access_group = access_group_name!:string
PATCH:/credentials/{credential_name} = credential_name!:string credential_info!:object credential_values!:object
POST:/config/pass_through_endpoint = path!:string target!:string
POST:/key/update = key_alias:string? duration:string? models:array? spend:number? max_budget:number? user_id:string?
  team_id:string? agent_id:string? max_parallel_requests:integer? metadata:object? tpm_limit:integer?
  rpm_limit:integer? budget_duration:string? budget_limits:array? allowed_cache_controls:array? config:object?
  permissions:object? model_max_budget:object? budget_fallbacks:object? model_rpm_limit:object?
  model_tpm_limit:object? mcp_rpm_limit:object? tag_rpm_limit:object? guardrails:array? policies:array?
  prompts:array? blocked:boolean? aliases:object? object_permission:object? key:string?
  default_estimated_output_tokens:integer? default_estimated_output_tokens_per_model:object? budget_id:string?
  tags:array? disable_global_guardrails:boolean? enable_prompt_caching:boolean? throttle_on_budget_exceeded:boolean?
  enforced_params:array? allowed_routes:array? allowed_passthrough_routes:array? allowed_vector_store_indexes:array?
  rpm_limit_type:string? tpm_limit_type:string? router_settings:object? access_group_ids:array? soft_budget:number?
  temp_budget_increase:number? temp_budget_expiry:string? auto_rotate:boolean? rotation_interval:string?
  organization_id:string? project_id:string?
POST:/key/bulk_update = keys!:array
POST:/team/key/bulk_update = team_id!:string key_ids:array? all_keys_in_team:boolean update_fields!:object
POST:/user/bulk_update = users:array? all_users:boolean? user_updates:object?
POST:/key/delete = keys:array? key_aliases:array?
POST:/customer/update = user_id!:string alias:string? blocked:boolean max_budget:number? budget_id:string?
  allowed_model_region:string? default_model:string? object_permission:object?
POST:/customer/delete POST:/user/delete POST:/customer/block = user_ids!:array
POST:/key/block POST:/key/unblock = key!:string
POST:/key/{key}/reset_spend POST:/team/{team_id}/member/{user_id}/reset_spend = reset_to!:number
POST:/user/new = key_alias:string? duration:string? models:array? spend:number? max_budget:number? user_id:string?
  team_id:string? agent_id:string? max_parallel_requests:integer? metadata:object? tpm_limit:integer?
  rpm_limit:integer? budget_duration:string? budget_limits:array? allowed_cache_controls:array? config:object?
  permissions:object? model_max_budget:object? budget_fallbacks:object? model_rpm_limit:object?
  model_tpm_limit:object? mcp_rpm_limit:object? tag_rpm_limit:object? guardrails:array? policies:array?
  prompts:array? blocked:boolean? aliases:object? object_permission:object? user_email:string? user_alias:string?
  user_role:string? teams:array auto_create_key:boolean send_invite_email:boolean? sso_user_id:string?
  organizations:array?
POST:/user/update = key_alias:string? duration:string? models:array? spend:number? max_budget:number?
  user_id:string? team_id:string? agent_id:string? max_parallel_requests:integer? metadata:object?
  tpm_limit:integer? rpm_limit:integer? budget_duration:string? budget_limits:array? allowed_cache_controls:array?
  config:object? permissions:object? model_max_budget:object? budget_fallbacks:object? model_rpm_limit:object?
  model_tpm_limit:object? mcp_rpm_limit:object? tag_rpm_limit:object? guardrails:array? policies:array?
  prompts:array? blocked:boolean? aliases:object? object_permission:object? password:string? user_alias:string?
  user_role:string? user_email:string?
POST:/team/member_add = member!:any team_id!:string max_budget_in_team:number? budget_duration:string?
  allowed_models:array?
POST:/team/member_delete = user_id:string? user_email:string? team_id!:string
POST:/team/member_update = user_id:string? user_email:string? team_id!:string max_budget_in_team:number?
  role:string? tpm_limit:integer? rpm_limit:integer? budget_duration:string? allowed_models:array?
POST:/team/delete = team_ids!:array
POST:/team/model/add POST:/team/model/delete = team_id!:string models!:array
POST:/team/permissions_update = team_id!:string team_member_permissions!:array
POST:/team/permissions_bulk_update = permissions!:array team_ids:array? apply_to_all_teams:boolean
POST:/budget/info = budgets!:array
POST:/team/new = team_alias:string? team_id:string? organization_id:string? admins:array members:array
  members_with_roles:array team_member_permissions:array? metadata:object? tpm_limit:integer? rpm_limit:integer?
  max_budget:number? soft_budget:number? budget_duration:string? budget_limits:array? models:array blocked:boolean
  router_settings:object? access_group_ids:array? default_team_member_models:array? model_aliases:object?
  tags:array? guardrails:array? policies:array? prompts:array? object_permission:object?
  allowed_passthrough_routes:array? disable_global_guardrails:boolean? secret_manager_settings:object?
  model_rpm_limit:object? rpm_limit_type:string? tpm_limit_type:string? model_tpm_limit:object?
  default_estimated_output_tokens:integer? default_estimated_output_tokens_per_model:object? mcp_rpm_limit:object?
  team_member_budget:number? team_member_rpm_limit:integer? team_member_tpm_limit:integer?
  team_member_key_duration:string? team_member_budget_duration:string? allowed_vector_store_indexes:array?
  enforced_batch_output_expires_after:object? enforced_file_expires_after:object?
POST:/team/block POST:/team/unblock = team_id!:string
POST:/team/update = team_id!:string team_alias:string? organization_id:string? metadata:object? tpm_limit:integer?
  rpm_limit:integer? max_budget:number? soft_budget:number? models:array? blocked:boolean? budget_duration:string?
  tags:array? model_aliases:object? guardrails:array? policies:array? object_permission:object?
  disable_global_guardrails:boolean? team_member_budget:number? team_member_budget_duration:string?
  team_member_rpm_limit:integer? team_member_tpm_limit:integer? team_member_key_duration:string?
  allowed_passthrough_routes:array? secret_manager_settings:object? prompts:array? model_rpm_limit:object?
  model_tpm_limit:object? default_estimated_output_tokens:integer? default_estimated_output_tokens_per_model:object?
  mcp_rpm_limit:object? allowed_vector_store_indexes:array? enforced_batch_output_expires_after:object?
  enforced_file_expires_after:object? router_settings:object? access_group_ids:array? budget_limits:array?
  default_team_member_models:array?
PATCH:/team/{team_id} = team_id:string? team_alias:string? organization_id:string? metadata:object?
  tpm_limit:integer? rpm_limit:integer? max_budget:number? soft_budget:number? models:array? blocked:boolean?
  budget_duration:string? tags:array? model_aliases:object? guardrails:array? policies:array?
  object_permission:object? disable_global_guardrails:boolean? team_member_budget:number?
  team_member_budget_duration:string? team_member_rpm_limit:integer? team_member_tpm_limit:integer?
  team_member_key_duration:string? allowed_passthrough_routes:array? secret_manager_settings:object? prompts:array?
  model_rpm_limit:object? model_tpm_limit:object? default_estimated_output_tokens:integer?
  default_estimated_output_tokens_per_model:object? mcp_rpm_limit:object? allowed_vector_store_indexes:array?
  enforced_batch_output_expires_after:object? enforced_file_expires_after:object? router_settings:object?
  access_group_ids:array? budget_limits:array? default_team_member_models:array?
PUT:/v1/mcp/server = server_id!:string
POST:/tag/new POST:/tag/update = name!:string description:string? models:array? model_info:object? budget_id:string?
  max_budget:number? soft_budget:number? max_parallel_requests:integer? tpm_limit:integer? rpm_limit:integer?
  model_max_budget:object? budget_duration:string?
POST:/v1/workflows/runs = workflow_type!:string
POST:/v1/workflows/runs/{run_id}/events = event_type!:string step_name!:string
POST:/v1/workflows/runs/{run_id}/messages = role!:string content!:string
POST:/v1/memory = key!:string value!:string
POST:/v1/agents/make_public = agent_ids!:array
PUT:/v1/agents/{agent_id} POST:/v1/agents = agent_card_params!:object agent_name!:string
POST:/v1/indexes = index_name!:string litellm_params!:object
POST:/v1/tool/policy = tool_name!:string
POST:/prompts PUT:/prompts/{prompt_id} = litellm_params!:object prompt_id!:string
POST:/model_group/make_public = model_groups!:array
POST:/cache/settings = cache_settings!:object
POST:/coordination_redis/settings = settings!:object
POST:/model/new = model_name!:string litellm_params!:object model_info!:object
POST:/access_group/new = access_group!:string
POST:/tag/info = names!:array
POST:/tag/delete = name!:string
PATCH:/email/event_settings = settings!:array
POST:/policies = policy_name!:string
POST:/policies/attachments POST:/policies/attachments/estimate-impact = policy_name!:string
PUT:/policies/{policy_id}/status = version_status!:string
POST:/vector_store/delete POST:/vector_store/info = vector_store_id!:string
POST:/vector_store/update = vector_store_id!:string
POST:/jwt/key/mapping/new = jwt_claim_name!:string jwt_claim_value!:string key!:string
POST:/jwt/key/mapping/update = id!:string
POST:/guardrails PUT:/guardrails/{guardrail_id} = guardrail!:object
POST:/guardrails/register = guardrail_name!:string litellm_params!:object
POST:/search_tools PUT:/search_tools/{search_tool_id} = search_tool!:object
POST:/v1/mcp/server/import = mcp_servers!:any
POST:/v1/mcp/server/{server_id}/oauth-user-credential = access_token!:string
POST:/v1/mcp/server/{server_id}/user-credential = credential!:string
POST:/v1/mcp/server/{server_id}/user-env-vars = values!:object
POST:/v1/mcp/toolset = toolset_name!:string
PUT:/v1/mcp/toolset = toolset_id!:string
POST:/cloudzero/init = api_key!:string connection_id!:string
`;
