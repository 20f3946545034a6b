/**
 * `/health…`. Liveness costs one constant reply; readiness says what this process depends on; `/health` sends one
 * minimal request to each deployment, so it needs a key and may not be reached by other people's web pages.
 */
import type { Deployment } from '../../config/snapshot.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { Exchange } from '../../wire/contract.ts';
import type { Access, RouteContext, RouteDefinition, RouteHandler } from '../contract.ts';
import { fromForeignPage } from '../http/open-mode-guard.ts';
import type { InfoRouteDeps, Probe, ProbeResult } from './info-deps.ts';
import { readQuery } from './query.ts';
import { constantJson, replyJson } from './reply.ts';

/** Probes that run at the same time. */
const PARALLEL_PROBES = 16;
const SHOWN_PARAMS = [
  'api_base',
  'model',
  'custom_llm_provider',
  'mode',
  'base_model',
  'aws_region_name',
  'region_name',
  'watsonx_region_name',
  'vertex_project',
  'vertex_location',
  'tpm',
  'rpm',
  'api_version',
] as const;
/** Where a deployment lives is for the holder of the master key alone. */
const ADMIN_ONLY: readonly string[] = ['api_base', 'api_version'];
const PREFLIGHT_HEADERS = [
  'allow',
  'GET, OPTIONS',
  'access-control-allow-methods',
  'GET, OPTIONS',
  'access-control-allow-headers',
  '*',
];

export function healthRoutes(deps: InfoRouteDeps): RouteDefinition[] {
  const { state } = deps;
  const route = (path: string, access: Access, handler: RouteHandler, method = 'GET'): RouteDefinition => ({
    methods: [method],
    path,
    family: 'health',
    access,
    handler,
  });
  const alive = constantJson("I'm alive!");
  const options: RouteHandler = (exchange) => exchange.reply(200, PREFLIGHT_HEADERS, '');
  const ready = readiness(deps);
  const noHistory: RouteHandler = () => {
    throw new GatewayError('internal', 'Database not initialized', { detail: { error: 'Database not initialized' } });
  };
  return [
    route('/health/liveliness', 'public', alive),
    route('/health/liveness', 'public', alive),
    route('/health/readiness', 'public', ready),
    ...['/health/liveliness', '/health/liveness', '/health/readiness'].map((path) =>
      route(path, 'public', options, 'OPTIONS'),
    ),
    route('/health', 'key', (exchange, context) => answerHealth(exchange, context, deps)),
    route('/health/readiness/details', 'key', (exchange) => replyJson(exchange, readinessDetails(deps))),
    route('/health/backlog', 'key', (exchange) =>
      replyJson(exchange, {
        in_flight_requests: deps.openExchanges(),
        admitted_requests: 0,
        queued_requests: 0,
        rejected_requests: 0,
      }),
    ),
    route(
      '/health/shared-status',
      'key',
      constantJson({ shared_health_check_enabled: false, message: 'Shared health check is not enabled' }),
    ),
    route(
      '/health/license',
      'key',
      constantJson({
        has_license: false,
        license_type: 'community',
        expiration_date: null,
        allowed_features: [],
        limits: { max_users: null, max_teams: null },
      }),
    ),
    route('/health/history', 'key', noHistory),
    route('/health/latest', 'key', noHistory),
    route('/health/services', 'key', (exchange) => refuseService(readQuery(exchange).required('service'))),
    route('/test', 'public', constantJson({ route: '/test' })),
  ].map((definition) => (state.snapshot.general.masterKey === null ? guarded(definition) : definition));
}

/** Ready whatever becomes of the LiteLLM behind: what is served natively does not need it. */
function readiness({ fallback = null }: InfoRouteDeps): RouteHandler {
  const own = { status: 'healthy', db: 'Not connected' };
  if (fallback === null) return constantJson(own);
  return (exchange) => replyJson(exchange, { ...own, fallback: fallback.health() });
}

/** Without a key a web page could make the user's browser spend on probes. */
function guarded(definition: RouteDefinition): RouteDefinition {
  if (definition.path !== '/health') return definition;
  return {
    ...definition,
    handler: (exchange, context) => {
      if (fromForeignPage(exchange)) {
        throw new GatewayError(
          'forbidden_host',
          'Web pages of other hosts may not probe a gateway without a key. Set general_settings.master_key.',
        );
      }
      return definition.handler(exchange, context);
    },
  };
}

async function answerHealth(exchange: Exchange, context: RouteContext, { state, probe }: InfoRouteDeps): Promise<void> {
  const query = readQuery(exchange);
  const model = query.text('model');
  const id = query.text('model_id');
  const targeted = targets(state.snapshot.deployments, model, id);
  const results = await probeAll(targeted, probe);
  const admin = context.caller.kind === 'master';
  const rows = targeted.map((deployment, index) => ({ deployment, result: results[index] as ProbeResult }));
  const healthy = rows
    .filter(({ result }) => result.healthy)
    .map((row) => endpointRow(row.deployment, row.result, admin));
  const unhealthy = rows
    .filter(({ result }) => !result.healthy)
    .map((row) => endpointRow(row.deployment, row.result, admin));
  const body = {
    healthy_endpoints: healthy,
    unhealthy_endpoints: unhealthy,
    healthy_count: healthy.length,
    unhealthy_count: unhealthy.length,
  };
  // LiteLLM-compat: only a question about one model gets 503; the overview is always 200.
  const status = (model !== null || id !== null) && healthy.length === 0 ? 503 : 200;
  replyJson(exchange, body, status);
}

function targets(all: readonly Deployment[], model: string | null, id: string | null): readonly Deployment[] {
  if (id !== null) return all.filter((deployment) => deployment.id === id);
  if (model === null) return all;
  const named = all.filter((deployment) => deployment.modelName === model);
  return named.length > 0 ? named : all.filter((deployment) => deployment.model === model);
}

/** Results in the order of the deployments, at most `PARALLEL_PROBES` on their way. */
async function probeAll(deployments: readonly Deployment[], probe: Probe): Promise<readonly ProbeResult[]> {
  const results: ProbeResult[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < deployments.length) {
      const index = next++;
      results[index] = await probe(deployments[index] as Deployment);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_PROBES, deployments.length) }, work));
  return results;
}

function endpointRow(deployment: Deployment, result: ProbeResult, admin: boolean): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const name of SHOWN_PARAMS) {
    const value = deployment.params[name];
    if (value == null || (!admin && ADMIN_ONLY.includes(name))) continue;
    row[name] = value;
  }
  row['model'] = deployment.model;
  if (result.healthy) return { ...row, ...result.headers, model_id: deployment.id };
  const request = result.request === undefined || !admin ? {} : { raw_request_typed_dict: result.request };
  return { ...row, error: result.error, ...request, model_id: deployment.id, exception_status: result.status };
}

function readinessDetails({ litellmVersion, state, fallback = null }: InfoRouteDeps): unknown {
  return {
    ...(fallback === null ? {} : { fallback: fallback.health() }),
    status: 'healthy',
    db: 'Not connected',
    cache: null,
    litellm_version: litellmVersion,
    success_callbacks: [],
    use_aiohttp_transport: false,
    log_level: state.log.level.toUpperCase(),
    is_detailed_debug: state.log.level === 'debug' || state.log.level === 'trace',
    show_no_redis_warning: true,
    show_env_credential_login_warning: false,
  };
}

function refuseService(service: string): void {
  const text = `"${service}" not in proxy config: general_settings. Unable to test this.`;
  throw new GatewayError('unprocessable', `{'error': '${text}'}`, { type: 'auth_error', param: 'None' });
}
