/** Small answers about the gateway: parameters of a model, the price map, providers, settings, caches that are off. */
import { GatewayError } from '../../errors/gateway-error.ts';
import { describeModel, findModel } from '../../pricing/model-info.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { Exchange } from '../../wire/contract.ts';
import type { Access, RouteDefinition, RouteHandler } from '../contract.ts';
import type { InfoRouteDeps } from './info-deps.ts';
import { readQuery } from './query.ts';
import { constantJson, replyJson, replyJsonBytes } from './reply.ts';
import { routerFields, routerSettings } from './router-settings.ts';

const CACHE_OFF = 'Cache not initialized. litellm.cache is None';
const UI_CONFIG = {
  server_root_path: '',
  proxy_base_url: null,
  auto_redirect_to_sso: false,
  admin_ui_disabled: false,
  sso_configured: false,
  hide_default_credentials_hint: false,
  is_control_plane: false,
  workers: [],
};

export function utilityRoutes(deps: InfoRouteDeps): RouteDefinition[] {
  const { state, litellmVersion } = deps;
  const { snapshot } = state;
  const get = (path: string, access: Access, handler: RouteHandler): RouteDefinition => ({
    methods: ['GET'],
    path,
    family: 'info',
    access,
    handler,
  });
  const empty = constantJson([]);
  const hubInfo = {
    docs_title: 'LiteLLM API',
    custom_docs_description: null,
    litellm_version: litellmVersion,
    useful_links: {},
  };
  return [
    get('/utils/supported_openai_params', 'key', (exchange) => answerParams(exchange, deps)),
    get('/public/litellm_model_cost_map', 'public', costMapHandler(deps)),
    get('/public/providers', 'public', providersHandler(deps)),
    get('/public/model_hub', 'public', empty),
    get('/public/agent_hub', 'public', empty),
    get('/public/mcp_hub', 'public', empty),
    get('/public/model_hub/info', 'public', constantJson(hubInfo)),
    get('/.well-known/litellm-ui-config', 'public', constantJson(UI_CONFIG)),
    get('/litellm/.well-known/litellm-ui-config', 'public', constantJson(UI_CONFIG)),
    get('/search/tools', 'key', constantJson({ object: 'list', data: [] })),
    get('/v1/search/tools', 'key', constantJson({ object: 'list', data: [] })),
    { ...get('/api/event_logging/batch', 'key', constantJson({ status: 'ok' })), methods: ['POST'] },
    get('/router/settings', 'key', (exchange) => replyJson(exchange, routerSettings(snapshot))),
    get('/router/fields', 'key', (exchange) => replyJson(exchange, routerFields())),
    get(
      '/active/callbacks',
      'key',
      constantJson({
        alerting: 'None',
        'litellm.callbacks': [],
        'litellm.success_callback': [],
        'litellm.failure_callback': [],
      }),
    ),
    get('/callbacks/list', 'key', constantJson({ success: [], failure: [], success_and_failure: [] })),
    get('/get/config/callbacks', 'key', (exchange) => replyJson(exchange, callbacksConfig(deps))),
    get('/provider/budgets', 'key', (exchange) => answerProviderBudgets(exchange, deps)),
    get('/cache/ping', 'key', cachePing),
    get('/cache/redis/info', 'key', cacheUnavailable),
    { ...get('/cache/delete', 'key', cacheDelete), methods: ['POST'] },
    { ...get('/cache/flushall', 'key', cacheUnavailable), methods: ['POST'] },
  ];
}

function answerParams(exchange: Exchange, { knowledge }: InfoRouteDeps): void {
  const model = readQuery(exchange).required('model');
  const resolved = knowledge.context.resolveProvider(model, null);
  if (resolved === null) {
    throw new GatewayError('bad_request', `Could not map model=${model}`, {
      detail: { error: `Could not map model=${model}` },
    });
  }
  replyJson(exchange, {
    supported_openai_params: knowledge.context.supportedParams(resolved.model, resolved.provider),
  });
}

/** LiteLLM-compat: models that were looked up before show every field; here the ones of the configuration do. */
function costMapHandler({ state, knowledge }: InfoRouteDeps): RouteHandler {
  const { prices } = knowledge.context;
  let kept: { readonly version: number; readonly body: Buffer } | null = null;
  const make = (): Buffer => {
    const complete = new Set<string>();
    for (const { model } of state.snapshot.deployments) {
      const found = findModel({ model }, knowledge.context);
      if (found !== null) complete.add(found.key);
    }
    // A public answer: what the deployments of this gateway cost is nobody's business, unlike in LiteLLM.
    const own = new Set(state.snapshot.deployments.map(({ id }) => id));
    const map: Record<string, JsonObject> = Object.create(null) as Record<string, JsonObject>;
    for (const key of prices.keys()) {
      if (own.has(key)) continue;
      const entry = prices.get(key) ?? {};
      if (!complete.has(key)) map[key] = entry;
      else map[key] = { ...entry, ...describeModel({ key, provider: null, entry, complete: false }) };
    }
    return Buffer.from(JSON.stringify(map));
  };
  return (exchange) => {
    if (kept?.version !== prices.version) kept = { version: prices.version, body: make() };
    replyJsonBytes(exchange, kept.body);
  };
}

function providersHandler({ knowledge }: InfoRouteDeps): RouteHandler {
  return (exchange) => {
    const { prices } = knowledge.context;
    const names = new Set<string>();
    for (const key of prices.keys()) {
      const provider = prices.get(key)?.['litellm_provider'];
      if (typeof provider === 'string' && key !== 'sample_spec') names.add(provider);
    }
    replyJson(exchange, [...names].sort());
  };
}

function callbacksConfig({ state }: InfoRouteDeps): unknown {
  return {
    status: 'success',
    callbacks: [],
    alerts: [],
    active_alerting_destinations: [],
    router_settings: routerSettings(state.snapshot).current_values,
    available_callbacks: {},
  };
}

function answerProviderBudgets(exchange: Exchange, { state, budgets }: InfoRouteDeps): void {
  if (state.snapshot.router.raw['provider_budget_config'] == null)
    throw new GatewayError(
      'internal',
      'No provider budget config found. Please set a provider budget config in the router settings. https://docs.litellm.ai/docs/proxy/provider_budget_routing',
    );
  const rows = (budgets?.providers() ?? []).map((row) => [
    row.provider,
    {
      budget_limit: row.limitUsd,
      time_period: row.duration,
      spend: row.spentUsd,
      // LiteLLM-compat: microseconds and the offset, as Python writes them.
      budget_reset_at: row.endsAtMs === null ? null : new Date(row.endsAtMs).toISOString().replace('Z', '000+00:00'),
    },
  ]);
  replyJson(exchange, { providers: Object.fromEntries(rows) as JsonObject });
}

function cachePing(): void {
  const text = JSON.stringify({ message: CACHE_OFF, litellm_cache_params: '{}', health_check_cache_params: '{}' })
    .replaceAll('":"', '": "')
    .replaceAll('","', '", "');
  throw new GatewayError('service_unavailable', text, { type: 'cache_ping_error', param: 'cache_ping' });
}

function cacheUnavailable(): void {
  throw new GatewayError('service_unavailable', CACHE_OFF, { detail: `Service Unhealthy (503: ${CACHE_OFF})` });
}

function cacheDelete(): void {
  throw new GatewayError('internal', CACHE_OFF, { detail: `Cache Delete Failed(503: ${CACHE_OFF})` });
}
