/**
 * What LiteLLM answers on its management routes while no database is connected, as data: the answer, then the routes
 * that give it as `METHOD,METHOD:path`. The words differ from route to route and dashboards and scripts match on them.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { NOT_CONNECTED } from './no-database.ts';

const CONNECT_ONE =
  'Database not connected. Connect a database to your proxy - https://docs.litellm.ai/docs/simple_proxy#managing-auth---virtual-keys';

type Answer = () => GatewayError;

/** FastAPI's shape with a text. */
const detailText =
  (status: number, text: string): Answer =>
  () =>
    new GatewayError('internal', text, { status, detail: text });

/** FastAPI's shape with an object. */
const detail =
  (status: number, content: Readonly<Record<string, string>>): Answer =>
  () =>
    new GatewayError('internal', Object.values(content).join(' '), { status, detail: content });

const detailError = (status: number, error: string): Answer => detail(status, { error });

/** The error envelope of the LLM routes. */
const envelope =
  (status: number, message: string, type: string, param: string | null): Answer =>
  () =>
    new GatewayError('internal', message, { status, type, param });

export const NO_DATABASE_ANSWERS: readonly (readonly [Answer, string])[] = [
  [
    detailError(500, NOT_CONNECTED),
    `
GET:/agent/daily/activity POST:/budget/delete POST:/budget/new POST:/budget/update
GET:/claude-code/marketplace.json GET,POST:/claude-code/plugins
DELETE,GET,PUT:/claude-code/plugins/{plugin_name} POST:/claude-code/plugins/{plugin_name}/disable
POST:/claude-code/plugins/{plugin_name}/enable DELETE:/cloudzero/delete GET:/cloudzero/settings
PATCH:/config/block_requests_for_models_without_pricing GET,PATCH:/config/cost_discount_config
GET,PATCH:/config/cost_margin_config GET:/config/pass_through_endpoint
GET:/config/pass_through_endpoint/team/{team_id} POST:/credentials/migrate-encryption
GET:/credentials/migrate-encryption/check GET:/customer/daily/activity POST:/customer/new
GET:/end_user/daily/activity POST:/end_user/new POST:/health/test_connection POST:/key/service-account/generate
POST:/model/block POST:/model/unblock PATCH:/model/{model_id}/update GET:/tag/dau GET:/tag/distinct GET:/tag/mau
GET:/tag/summary GET:/tag/user-agent/per-user-analytics GET:/tag/wau POST:/team/bulk_member_add
GET:/team/daily/activity GET:/team/daily/activity/aggregated GET:/team/spend/by_user
POST:/team/{team_id}/callback DELETE:/team/{team_id}/callback/{callback_name} GET:/user/available_users
GET:/user/daily/activity GET:/user/daily/activity/aggregated GET,POST:/v1/access_group
DELETE,GET,PUT:/v1/access_group/{access_group_id} GET,POST:/v1/unified_access_group
DELETE,GET,PUT:/v1/unified_access_group/{access_group_id} GET:/v2/model/info DELETE:/vantage/delete
POST:/vantage/export POST:/vantage/init GET:/vantage/settings
`,
  ],
  [
    detailText(500, NOT_CONNECTED),
    `
GET:/auto_router/benchmarks GET:/auto_router/session GET:/auto_router/shadow_eval
GET:/auto_router/shadow_eval/{job_id} POST:/auto_router/shadow_eval/{job_id}/stop
DELETE,GET,POST:/config_overrides/cyberark DELETE,GET,POST:/config_overrides/hashicorp_vault
GET:/gateway/daily/activity GET:/key/spend/report GET:/organization/spend/report POST:/prompts
DELETE,PATCH,PUT:/prompts/{prompt_id} POST:/tag/new GET:/team/spend/report GET:/user/spend/report
POST:/v1/agents/make_public PATCH,PUT:/v1/agents/{agent_id} POST:/v1/agents/{agent_id}/make_public
GET,POST:/v1/indexes GET,POST:/v1/memory DELETE,GET,PUT:/v1/memory/{key} GET:/v1/tool/list POST:/v1/tool/policy
GET:/v1/tool/spend GET:/v1/tool/{tool_name} GET:/v1/tool/{tool_name}/detail GET:/v1/tool/{tool_name}/logs
DELETE:/v1/tool/{tool_name}/overrides GET,POST:/v1/workflows/runs GET,PATCH:/v1/workflows/runs/{run_id}
GET,POST:/v1/workflows/runs/{run_id}/events GET,POST:/v1/workflows/runs/{run_id}/messages
`,
  ],
  [
    detailText(500, 'Database not connected'),
    `
GET,PATCH:/email/event_settings POST:/email/event_settings/reset POST:/jwt/key/mapping/delete
GET:/jwt/key/mapping/info GET:/jwt/key/mapping/list POST:/jwt/key/mapping/new POST:/jwt/key/mapping/update
POST:/policies POST:/policies/attachments POST:/policies/attachments/estimate-impact
DELETE,GET:/policies/attachments/{attachment_id} GET:/policies/compare
DELETE:/policies/name/{policy_name}/all-versions GET,POST:/policies/name/{policy_name}/versions
POST:/policies/resolve DELETE,GET,PUT:/policies/{policy_id} GET:/policies/{policy_id}/resolved-guardrails
PUT:/policies/{policy_id}/status GET:/spend/logs/session/ui GET:/tag/daily/activity POST:/tag/delete
POST:/tag/info GET:/tag/list POST:/tag/update POST:/vector_store/delete POST:/vector_store/info
POST:/vector_store/update
`,
  ],
  [
    detailError(500, 'Database not connected. Connect a database to your proxy'),
    `
POST:/v1/mcp/server POST:/v1/mcp/server/import GET:/v1/mcp/server/submissions GET:/v1/mcp/server/{server_id}
PUT:/v1/mcp/server/{server_id}/approve DELETE,POST:/v1/mcp/server/{server_id}/oauth-user-credential
GET:/v1/mcp/server/{server_id}/oauth-user-credential/status PUT:/v1/mcp/server/{server_id}/reject
DELETE,POST:/v1/mcp/server/{server_id}/user-credential DELETE,GET,POST:/v1/mcp/server/{server_id}/user-env-vars
GET,POST,PUT:/v1/mcp/toolset DELETE,GET:/v1/mcp/toolset/{toolset_id} GET:/v1/mcp/user-credentials
GET:/v1/mcp/user-env-vars/status
`,
  ],
  [
    detailError(500, 'No db connected'),
    `
POST:/budget/info GET:/global/all_end_users POST:/global/spend/end_users GET:/global/spend/keys
GET:/global/spend/models GET:/global/spend/teams POST:/team/delete GET:/team/filter/ui POST:/team/member_add
POST:/team/member_delete POST:/team/member_update POST:/team/model/add POST:/team/model/delete
POST:/team/permissions_bulk_update GET:/team/permissions_list POST:/team/permissions_update
GET:/team/{team_id}/callback POST:/team/{team_id}/disable_logging POST:/user/delete GET:/user/filter/ui
`,
  ],
  [
    detailText(500, 'Prisma client not initialized'),
    `
POST:/guardrails POST:/guardrails/register GET:/guardrails/submissions
GET:/guardrails/submissions/{guardrail_id} POST:/guardrails/submissions/{guardrail_id}/approve
POST:/guardrails/submissions/{guardrail_id}/reject GET:/guardrails/usage/detail/{guardrail_id}
DELETE,PATCH,PUT:/guardrails/{guardrail_id} POST:/search_tools GET:/search_tools/list
DELETE,GET,PUT:/search_tools/{search_tool_id} POST:/v1/agents DELETE,GET:/v1/agents/{agent_id}
`,
  ],
  [
    detailError(400, NOT_CONNECTED),
    `
GET:/alerting/settings GET:/budget/list GET:/budget/settings POST:/config/callback/delete
POST:/config/field/delete GET:/config/field/info POST:/config/field/update GET:/config/list
POST:/config/pass_through_endpoint POST:/invitation/delete GET:/invitation/info POST:/invitation/update
GET:/team/available GET:/team/list
`,
  ],
  [
    envelope(500, `{'error': '${NOT_CONNECTED}'}`, 'internal_server_error', null),
    `
DELETE,PATCH:/credentials/{credential_name} GET:/customer/info GET:/end_user/info POST:/key/generate
GET:/project/info GET:/project/list
`,
  ],
  [
    envelope(500, 'Not connected to DB!', 'internal_server_error', null),
    `
POST:/customer/delete POST:/customer/update POST:/end_user/delete POST:/end_user/update POST:/key/block
POST:/key/delete POST:/key/unblock
`,
  ],
  [
    detailError(500, 'Database not connected. Please connect a database.'),
    `
POST:/cache/settings POST:/coordination_redis/settings GET:/get/mcp_semantic_filter_settings
GET:/get/sso_settings GET:/get/ui_settings PATCH:/update/sso_settings PATCH:/update/ui_settings
`,
  ],
  [
    detailError(500, 'Database not connected.'),
    `
GET:/access_group/list DELETE,GET,PUT:/access_group/{access_group}/budget
DELETE:/access_group/{access_group}/delete GET:/access_group/{access_group}/info
PUT:/access_group/{access_group}/update
`,
  ],
  [
    detailError(500, CONNECT_ONE),
    `
GET:/global/activity/cache_hits GET:/global/activity/exceptions/deployment GET:/global/activity/model
GET:/team/{team_id}/members/me PUT:/v1/mcp/server DELETE:/v1/mcp/server/{server_id}
`,
  ],
  [
    detailError(500, `Set \`'STORE_MODEL_IN_DB='True'\` in your env to enable this feature.`),
    `
POST:/model_group/make_public PATCH:/update/default_team_settings PATCH:/update/internal_user_settings
PATCH:/update/mcp_semantic_filter_settings PATCH:/update/mcp_tool_search_settings
PATCH:/update/ui_theme_settings
`,
  ],
  [
    detailError(400, CONNECT_ONE),
    `
GET:/global/activity GET:/global/spend/provider GET:/global/spend/report GET:/spend/keys GET:/spend/users
`,
  ],
  [
    envelope(401, 'Prisma Client is not initialized', 'internal_error', 'None'),
    `
POST:/global/spend/refresh POST:/global/spend/reset GET:/spend/logs/ui GET:/spend/logs/v2
`,
  ],
  [
    envelope(500, 'Prisma Client is not initialized', 'internal_error', 'None'),
    `
GET:/global/spend/logs GET:/model/metrics GET:/model/metrics/exceptions GET:/model/metrics/slow_responses
`,
  ],
  [detailText(503, 'Database not available'), 'DELETE,GET,PATCH,POST,PUT:/toolset/{toolset_name}/mcp'],
  [
    detailError(500, 'Database not connected'),
    'POST:/key/bulk_update POST:/team/key/bulk_update POST:/user/bulk_update',
  ],
  [envelope(500, CONNECT_ONE, 'internal_server_error', null), 'GET:/key/info GET:/user/info POST:/v2/key/info'],
  [
    envelope(500, `{'error': 'No db connected'}`, 'internal_server_error', null),
    'POST:/team/block POST:/team/new POST:/team/unblock',
  ],
  [
    envelope(400, `{'error': '${NOT_CONNECTED}'}`, 'internal_server_error', null),
    'GET:/customer/list GET:/end_user/list POST:/invitation/new',
  ],
  [
    envelope(
      500,
      `{'error': "No DB Connected. Here's how to do it - https://docs.litellm.ai/docs/proxy/virtual_keys"}`,
      'auth_error',
      'None',
    ),
    'POST:/model/delete POST:/model/new POST:/model/update',
  ],
  [
    detailError(500, 'DB not connected. prisma_client is None'),
    'POST:/key/{key}/reset_spend POST:/team/{team_id}/member/{user_id}/reset_spend',
  ],
  [
    envelope(500, 'Authentication Error, Database not connected', 'internal_server_error', 'None'),
    'GET:/key/aliases GET:/key/list',
  ],
  [detailError(500, 'No db connected. prisma client=None'), 'GET:/user/list GET:/v2/team/list'],
  [
    envelope(
      401,
      'Authentication Error, No DB Connected. See - https://docs.litellm.ai/docs/proxy/virtual_keys',
      'auth_error',
      'None',
    ),
    'POST:/team/update PATCH:/team/{team_id}',
  ],
  [detailError(500, `500: {'error': 'Postgres DB Not connected'}`), 'POST:/customer/block POST:/end_user/block'],
  [
    envelope(500, `/spend/tags Error${CONNECT_ONE}`, 'internal_error', 'None'),
    'GET:/global/spend/tags GET:/spend/tags',
  ],
  [
    detailText(500, 'Database not connected. Please connect a database.'),
    'GET:/get/mcp_tool_search_settings PATCH:/update/user_banner',
  ],
  [detail(500, { message: NOT_CONNECTED }), 'GET:/audit GET:/audit/{id}'],
  [detailText(500, `500: {'error': '${NOT_CONNECTED}'}`), 'GET:/public/skill_hub'],
  [envelope(500, `{'error': 'Database not connected'}`, 'auth_error', 'None'), 'POST:/key/update'],
  [envelope(400, NOT_CONNECTED, 'internal_server_error', null), 'POST:/user/new'],
  [envelope(500, NOT_CONNECTED, 'internal_server_error', null), 'GET:/v2/user/info'],
  [envelope(400, 'Authentication Error, Not connected to DB!', 'auth_error', 'None'), 'POST:/user/update'],
  [envelope(500, `{'error': '${CONNECT_ONE}'}`, 'auth_error', 'None'), 'GET:/team/info'],
  [envelope(500, `/spend/logs Error${CONNECT_ONE}`, 'internal_error', 'None'), 'GET:/spend/logs'],
  [detailError(500, 'Database not connected. Cannot create access group.'), 'POST:/access_group/new'],
  [
    detailError(
      400,
      `Database storage not enabled. Set 'STORE_MODEL_IN_DB=True' in your environment to use this feature.`,
    ),
    'DELETE:/fallback/{model}',
  ],
  [detailError(500, `Failed to perform CloudZero dry run export: ${CONNECT_ONE}`), 'POST:/cloudzero/dry-run'],
  [
    detailError(500, `Failed to perform CloudZero export: 500: {'error': '${NOT_CONNECTED}'}`),
    'POST:/cloudzero/export',
  ],
  [
    detailError(500, `Failed to initialize CloudZero settings: 500: {'error': '${NOT_CONNECTED}'}`),
    'POST:/cloudzero/init',
  ],
  [detailError(500, `Failed to perform Vantage dry run export: ${CONNECT_ONE}`), 'POST:/vantage/dry-run'],
  [envelope(400, 'Authentication Error, No DB Connected', 'auth_error', 'None'), 'POST:/config/update'],
  [envelope(500, `{'error': 'No db connected'}`, 'internal_error', 'None'), 'GET:/global/spend'],
  [
    envelope(500, `/spend/all_tag_names Error${CONNECT_ONE}`, 'internal_error', 'None'),
    'GET:/global/spend/all_tag_names',
  ],
  [envelope(500, NOT_CONNECTED, 'internal_error', 'None'), 'GET:/model/streaming_metrics'],
  [detailText(500, 'Database connection not available'), 'POST:/reload/model_cost_map'],
];
