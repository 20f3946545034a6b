/**
 * Routes that LiteLLM has and this gateway does not serve itself, as `METHOD,METHOD:path`. What another table serves is
 * left out when the routes are put together, so this list only ever shrinks in effect.
 */
export const NOT_SERVED = `
POST:/models/{model_name}:generateContent POST:/models/{model_name}:streamGenerateContent
POST:/models/{model_name}:countTokens GET:/ GET:/.well-known/agent-skills/index.json GET:/.well-known/jwks.json GET:/.well-known/litellm-cli-auth
GET:/.well-known/litellm-ui-config GET:/.well-known/oauth-authorization-server
GET:/.well-known/oauth-authorization-server/mcp GET:/.well-known/oauth-authorization-server/mcp/{mcp_server_name}
GET:/.well-known/oauth-authorization-server/{mcp_server_name}
GET:/.well-known/oauth-authorization-server/{mcp_server_name}/mcp GET:/.well-known/oauth-protected-resource
GET:/.well-known/oauth-protected-resource/mcp GET:/.well-known/oauth-protected-resource/mcp/{mcp_server_name}
GET:/.well-known/oauth-protected-resource/{mcp_server_name}/mcp GET:/.well-known/openid-configuration
POST:/a2a/{agent_id} GET:/a2a/{agent_id}/.well-known/agent-card.json GET:/a2a/{agent_id}/.well-known/agent.json
POST:/a2a/{agent_id}/message/send GET:/active/callbacks GET:/adaptive_router/state POST:/add/allowed_ip
DELETE,GET,PATCH,POST,PUT:/anthropic/{endpoint:path} POST:/api/event_logging/batch GET:/api/plugins
GET:/api/plugins/auth-token POST:/apply_guardrail DELETE,GET,PATCH,POST,PUT:/assemblyai/{endpoint:path}
GET,POST:/assistants DELETE:/assistants/{assistant_id} POST:/audio/speech POST:/audio/transcriptions GET:/authorize
POST:/authorize/complete GET:/authorize/flow GET:/authorize/mcp-session
GET,POST:/auto_router/classifier/default_prompt POST:/auto_router/shadow_eval/start POST:/auto_router/test_routing
POST:/auto_router/validate_complexity_router_config DELETE,GET,PATCH,POST,PUT:/azure/{endpoint:path}
DELETE,GET,PATCH,POST,PUT:/azure_ai/{endpoint:path} GET,POST:/batches GET:/batches/{batch_id}
POST:/batches/{batch_id}/cancel DELETE,GET,PATCH,POST,PUT:/bedrock/{endpoint:path} POST:/cache/delete
POST:/cache/flushall GET:/cache/ping GET:/cache/redis/info GET:/cache/settings POST:/cache/settings/test
GET:/callback GET:/callbacks/configs GET:/callbacks/list POST:/chat/completions PUT:/cloudzero/settings
DELETE,GET,PATCH,POST,PUT:/cohere/{endpoint:path} POST:/completions POST:/compliance/eu-ai-act POST:/compliance/gdpr
POST:/comprehendmedical POST:/comprehendmedical/{operation:path}
GET:/config/block_requests_for_models_without_pricing DELETE:/config/pass_through_endpoint
POST:/config/pass_through_endpoint/{endpoint_id} POST:/config_overrides/cyberark/test_connection
POST:/config_overrides/hashicorp_vault/test_connection GET,POST:/containers DELETE,GET:/containers/{container_id}
GET,POST:/containers/{container_id}/files DELETE,GET:/containers/{container_id}/files/{file_id}
GET:/containers/{container_id}/files/{file_id}/content GET:/coordination_redis/settings
POST:/coordination_redis/settings/test POST:/cost/estimate GET,POST:/credentials
GET:/credentials/by_model/{model_id} GET:/credentials/by_name/{credential_name} POST:/cursor/chat/completions
GET:/cursor/models GET:/cursor/v1/models DELETE,GET,PATCH,POST,PUT:/cursor/{endpoint:path} POST:/customer/unblock
GET:/debug/asyncio-tasks POST:/delete/allowed_ip POST:/embeddings POST:/end_user/unblock
POST:/engines/{model}/chat/completions POST:/engines/{model}/completions POST:/engines/{model}/embeddings
DELETE,GET,PATCH,POST,PUT:/eu.assemblyai/{endpoint:path} POST:/fallback GET:/fallback/login GET:/fallback/{model}
GET,POST:/files DELETE,GET:/files/{file_id} GET:/files/{file_id}/content GET,POST:/fine_tuning/jobs
GET:/fine_tuning/jobs/{fine_tuning_job_id} POST:/fine_tuning/jobs/{fine_tuning_job_id}/cancel
DELETE,GET,PATCH,POST,PUT:/gemini/{endpoint:path} GET:/get/allowed_ips GET:/get/default_team_settings
GET:/get/internal_user_settings GET:/get/ui_theme_settings GET:/get/user_banner GET:/get_favicon GET:/get_image
GET:/get_logo_url DELETE,GET,PATCH,POST,PUT:/gigachat/{endpoint:path} GET:/global/activity/exceptions
POST:/guardrails/apply_guardrail GET:/guardrails/list POST:/guardrails/test_custom_code
GET:/guardrails/ui/add_guardrail_settings GET:/guardrails/ui/category_yaml/{category_name}
GET:/guardrails/ui/major_airlines GET:/guardrails/ui/provider_specific_params GET:/guardrails/usage/logs
GET:/guardrails/usage/overview POST:/guardrails/validate_blocked_words_file GET:/guardrails/{guardrail_id}
GET:/guardrails/{guardrail_id}/info POST:/images/edits POST:/images/generations POST:/interactions
DELETE,GET:/interactions/{interaction_id} POST:/interactions/{interaction_id}/cancel POST:/introspect
POST:/key/health POST:/key/regenerate POST:/key/{key}/regenerate DELETE,GET,PATCH,POST,PUT:/langfuse/{endpoint:path}
GET:/litellm/.well-known/litellm-ui-config POST:/login GET:/management/v1/spend_logs/end_users
GET:/management/v1/spend_logs/users DELETE,GET,PATCH,POST,PUT:/mcp POST:/mcp-rest/test/connection
POST:/mcp-rest/test/tools/list POST:/mcp-rest/tools/call GET:/mcp-rest/tools/list
DELETE,GET,PATCH,POST,PUT:/mcp/proxy DELETE,GET,PATCH,POST,PUT:/milvus/{endpoint:path}
DELETE,GET,PATCH,POST,PUT:/mistral/{endpoint:path} GET:/model/cost_map/source GET:/model/deprecations
GET:/model/info GET:/model/settings GET:/model_group/info POST:/model_hub/update_useful_links POST:/moderations
POST:/ocr POST:/onboarding/claim_token GET:/onboarding/get_token POST:/openai/deployments/{model}/chat/completions
POST:/openai/deployments/{model}/completions POST:/openai/deployments/{model}/embeddings
POST:/openai/deployments/{model}/images/edits POST:/openai/deployments/{model}/images/generations
POST:/openai/v1/realtime/calls POST:/openai/v1/realtime/client_secrets
POST:/openai/v1/realtime/transcription_sessions POST:/openai/v1/responses POST:/openai/v1/responses/compact
POST:/openai/v1/responses/input_tokens DELETE,GET:/openai/v1/responses/{response_id:path}
POST:/openai/v1/responses/{response_id}/cancel GET:/openai/v1/responses/{response_id}/input_items
DELETE,GET,PATCH,POST,PUT:/openai/{endpoint:path} DELETE,GET,PATCH,POST,PUT:/openai_passthrough/{endpoint:path}
DELETE,GET,PATCH,POST,PUT:/openrouter/{endpoint:path} GET:/organization/daily/activity DELETE:/organization/delete
GET,POST:/organization/info GET:/organization/list POST:/organization/member_add DELETE:/organization/member_delete
PATCH:/organization/member_update POST:/organization/new PATCH:/organization/update GET:/policies/attachments/list
GET:/policies/list POST:/policies/test-pipeline GET:/policies/usage/overview GET:/policy/info/{policy_name}
GET:/policy/list GET:/policy/templates POST:/policy/templates/enrich POST:/policy/templates/enrich/stream
POST:/policy/templates/suggest POST:/policy/templates/test POST:/policy/test POST:/policy/validate
DELETE:/project/delete POST:/project/new POST:/project/update GET:/prompts/list POST:/prompts/test
GET:/prompts/{prompt_id} GET:/prompts/{prompt_id}/info GET:/prompts/{prompt_id}/versions GET:/provider/budgets
GET:/public/agent_hub GET:/public/agents/fields GET:/public/autorouter_presets
GET:/public/complexity_router/scorer_defaults GET:/public/endpoints GET:/public/litellm_blog_posts
GET:/public/litellm_model_cost_map GET:/public/mcp_hub GET:/public/model_hub GET:/public/model_hub/info
GET:/public/providers GET:/public/providers/fields GET:/public/v1/model_hub GET:/public/v1/model_hub/{facet}
POST:/rag/ingest POST:/rag/query POST:/realtime/calls POST:/realtime/client_secrets
POST:/realtime/transcription_sessions POST:/register POST:/rerank POST:/responses POST:/responses/compact
POST:/responses/input_tokens DELETE,GET:/responses/{response_id} POST:/responses/{response_id}/cancel
GET:/responses/{response_id}/input_items POST:/revoke GET:/robots.txt GET:/router/fields GET:/router/settings
GET:/schedule/model_cost_map_reload/status GET:/scim/v2 GET,POST:/scim/v2/Groups
DELETE,GET,PATCH,PUT:/scim/v2/Groups/{group_id} GET:/scim/v2/ResourceTypes
GET:/scim/v2/ResourceTypes/{resource_type_id} GET:/scim/v2/Schemas GET:/scim/v2/Schemas/{schema_id}
GET:/scim/v2/ServiceProviderConfig GET,POST:/scim/v2/Users DELETE,GET,PATCH,PUT:/scim/v2/Users/{user_id}
GET:/scim/v2/placeholders POST:/scim/v2/placeholders/{user_id}/merge POST:/search GET:/search/tools
POST:/search/{search_tool_name} POST:/search_tools/test_connection GET:/search_tools/ui/available_providers
GET:/settings POST:/spend/calculate GET:/sso/callback GET:/sso/cli/start GET:/sso/get/ui_settings
GET:/sso/key/generate GET:/sso/readiness GET:/team/metadata_schema GET:/test POST:/threads GET:/threads/{thread_id}
GET,POST:/threads/{thread_id}/messages POST:/threads/{thread_id}/runs POST:/token
DELETE,GET,PATCH,POST,PUT:/typesafe/{endpoint:path} POST:/upload/logo POST:/usage/ai/chat GET:/user/available_roles
POST:/utils/dotprompt_json_converter GET:/utils/supported_openai_params POST:/utils/test_policies_and_guardrails
POST:/utils/token_counter POST:/utils/transform_request POST:/v1/a2a/discover POST:/v1/a2a/{agent_id}/message/send
GET:/v1/agents GET,POST:/v1/assistants DELETE:/v1/assistants/{assistant_id} POST:/v1/audio/speech
POST:/v1/audio/transcriptions GET,POST:/v1/batches GET:/v1/batches/{batch_id} POST:/v1/batches/{batch_id}/cancel
POST:/v1/chat/completions POST:/v1/completions GET,POST:/v1/containers DELETE,GET:/v1/containers/{container_id}
GET,POST:/v1/containers/{container_id}/files DELETE,GET:/v1/containers/{container_id}/files/{file_id}
GET:/v1/containers/{container_id}/files/{file_id}/content POST:/v1/embeddings GET,POST:/v1/evals
DELETE,GET,POST:/v1/evals/{eval_id} POST:/v1/evals/{eval_id}/cancel GET,POST:/v1/evals/{eval_id}/runs
DELETE,GET,POST:/v1/evals/{eval_id}/runs/{run_id} GET,POST:/v1/files DELETE,GET:/v1/files/{file_id}
GET:/v1/files/{file_id}/content GET,POST:/v1/fine_tuning/jobs GET:/v1/fine_tuning/jobs/{fine_tuning_job_id}
POST:/v1/fine_tuning/jobs/{fine_tuning_job_id}/cancel POST:/v1/images/edits POST:/v1/images/generations
GET:/v1/mcp/access_groups GET:/v1/mcp/discover POST:/v1/mcp/make_public GET:/v1/mcp/network/client-ip
GET:/v1/mcp/openapi-registry GET:/v1/mcp/registry.json GET:/v1/mcp/server GET:/v1/mcp/server/health
POST:/v1/mcp/server/oauth/session POST:/v1/mcp/server/register GET:/v1/mcp/tools POST:/v1/messages
POST:/v1/messages/count_tokens GET:/v1/model/deprecations GET:/v1/model/info POST:/v1/moderations POST:/v1/ocr
POST:/v1/rag/ingest POST:/v1/rag/query POST:/v1/realtime/calls POST:/v1/realtime/client_secrets
POST:/v1/realtime/transcription_sessions POST:/v1/rerank POST:/v1/responses POST:/v1/responses/compact
POST:/v1/responses/input_tokens DELETE,GET:/v1/responses/{response_id} POST:/v1/responses/{response_id}/cancel
GET:/v1/responses/{response_id}/input_items POST:/v1/rust_control_plane/logs POST:/v1/search GET:/v1/search/tools
POST:/v1/search/{search_tool_name} GET,POST:/v1/skills DELETE,GET:/v1/skills/{skill_id}
GET:/v1/skills/{skill_id}/archive POST:/v1/threads GET:/v1/threads/{thread_id}
GET,POST:/v1/threads/{thread_id}/messages POST:/v1/threads/{thread_id}/runs GET:/v1/tool/policy/options
GET:/v1/vector_store/list GET,POST:/v1/vector_stores DELETE,GET,POST:/v1/vector_stores/{vector_store_id}
GET,POST:/v1/vector_stores/{vector_store_id}/files
DELETE,GET,POST:/v1/vector_stores/{vector_store_id}/files/{file_id}
GET:/v1/vector_stores/{vector_store_id}/files/{file_id}/content POST:/v1/vector_stores/{vector_store_id}/search
GET,POST:/v1/videos POST:/v1/videos/characters GET:/v1/videos/characters/{character_id} POST:/v1/videos/edits
POST:/v1/videos/extensions GET:/v1/videos/{video_id} GET:/v1/videos/{video_id}/content
POST:/v1/videos/{video_id}/remix GET,POST:/v1beta/agents DELETE,GET:/v1beta/agents/{name}
GET:/v1beta/agents/{name}/versions POST:/v1beta/interactions DELETE,GET:/v1beta/interactions/{interaction_id}
POST:/v1beta/interactions/{interaction_id}/cancel POST:/v1beta/models/{model_name}:countTokens
POST:/v1beta/models/{model_name}:generateContent POST:/v1beta/models/{model_name}:streamGenerateContent
GET:/v2/guardrails/list POST:/v2/login PATCH:/v2/organization/{organization_id} POST:/v2/rerank
PUT:/vantage/settings GET:/vector_store/list POST:/vector_store/new GET,POST:/vector_stores
DELETE,GET,POST:/vector_stores/{vector_store_id} GET,POST:/vector_stores/{vector_store_id}/files
DELETE,GET,POST:/vector_stores/{vector_store_id}/files/{file_id}
GET:/vector_stores/{vector_store_id}/files/{file_id}/content POST:/vector_stores/{vector_store_id}/search
DELETE,GET,PATCH,POST,PUT:/vertex_ai/discovery/{endpoint:path} GET:/vertex_ai/live
DELETE,GET,PATCH,POST,PUT:/vertex_ai/{endpoint:path} GET,POST:/videos POST:/videos/characters
GET:/videos/characters/{character_id} POST:/videos/edits POST:/videos/extensions GET:/videos/{video_id}
GET:/videos/{video_id}/content POST:/videos/{video_id}/remix DELETE,GET,PATCH,POST,PUT:/vllm/{endpoint:path}
DELETE,GET,PATCH,POST,PUT:/watsonx/{endpoint:path} GET,POST:/{provider}/v1/batches
GET:/{provider}/v1/batches/{batch_id} POST:/{provider}/v1/batches/{batch_id}/cancel GET,POST:/{provider}/v1/files
DELETE,GET:/{provider}/v1/files/{file_id} GET:/{provider}/v1/files/{file_id}/content
`;
