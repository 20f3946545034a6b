import { describe, expect, it } from 'vitest';
import { ask, infoDeps } from '../../../test/support/info-deps.ts';
import { deployment, type SnapshotParts } from '../../../test/support/snapshot.ts';
import { infoRoutes } from './info-routes.ts';

const PRICES = {
  'gpt-4o': { litellm_provider: 'openai', mode: 'chat' },
  'mistral/tiny': { litellm_provider: 'mistral' },
};

function gateway(parts: SnapshotParts = {}) {
  const deployments = [
    deployment('secret-price', 'm<script>', { model: 'openai/gpt-4o', input_cost_per_token: 0.123 }),
  ];
  const deps = infoDeps({ deployments, ...parts }, PRICES);
  const routes = infoRoutes(deps);
  return (target: string, request: { method?: string; headers?: Record<string, string> } = {}) =>
    ask(routes, { target, ...request }, deps);
}

describe('small answers', () => {
  const get = gateway();

  it.each([
    [
      '/utils/supported_openai_params',
      422,
      { detail: [{ type: 'missing', loc: ['query', 'model'], msg: 'Field required', input: null }] },
    ],
    ['/utils/supported_openai_params?model=nope', 400, { detail: { error: 'Could not map model=nope' } }],
    ['/public/providers', 200, ['mistral', 'openai']],
    ['/public/model_hub', 200, []],
    ['/cache/redis/info', 503, { detail: 'Service Unhealthy (503: Cache not initialized. litellm.cache is None)' }],
    ['/search/tools', 200, { object: 'list', data: [] }],
    ['/config/yaml', 422, { detail: [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }] }],
  ])('%s', async (target, status, body) => {
    const exchange = await get(target);
    expect([exchange.status, exchange.json]).toEqual([status, body]);
  });

  it("says that the cache is off in LiteLLM's words", async () => {
    const message =
      '{"message": "Cache not initialized. litellm.cache is None", "litellm_cache_params": "{}", "health_check_cache_params": "{}"}';
    expect((await get('/cache/ping')).json).toEqual({
      error: { message, type: 'cache_ping_error', param: 'cache_ping', code: '503' },
    });
    expect((await get('/cache/delete', { method: 'POST' })).json).toEqual({
      detail: 'Cache Delete Failed(503: Cache not initialized. litellm.cache is None)',
    });
  });

  it('lists parameters of a model', async () => {
    const { supported_openai_params: params } = (await get('/utils/supported_openai_params?model=gpt-4o')).json as {
      supported_openai_params: string[];
    };
    expect(params).toContain('temperature');
  });

  it('shows the price map in public, without the prices of this gateway', async () => {
    const exchange = await get('/public/litellm_model_cost_map');
    expect(exchange.text).not.toMatch(/secret-price|0\.123/);
    expect(exchange.json).toMatchObject({
      'gpt-4o': { key: 'gpt-4o', cache_read_input_token_cost: null },
      'mistral/tiny': { litellm_provider: 'mistral' },
    });
  });

  it('shows the settings of routing in force', async () => {
    const get2 = gateway({ routerRaw: { routing_strategy: 'least-busy', num_retries: 3 } });
    const body = (await get2('/router/settings')).json as { current_values: Record<string, unknown> };
    expect(body.current_values).toMatchObject({
      routing_strategy: 'least-busy',
      num_retries: 3,
      max_fallbacks: 5,
      disable_cooldowns: false,
    });
  });
});

describe('pages', () => {
  it('escapes names of the configuration and may load nothing', async () => {
    const exchange = await gateway()('/');
    expect(exchange.text).not.toContain('<script>');
    expect(exchange.replied('content-type')).toEqual(['text/html; charset=utf-8']);
    expect(exchange.replied('content-security-policy')[0]).toContain("default-src 'none'");
    expect((await gateway()('/ui/')).status).toBe(501);
  });
});

describe('/metrics', () => {
  it('is hidden from callers without a key and not found for the others', async () => {
    const refused = await gateway()('/metrics');
    expect(refused.status).toBe(401);
    expect(refused.json).toBe(
      'Unauthorized access to metrics endpoint: Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix. To allow unauthenticated access, set `litellm_settings.require_auth_for_metrics_endpoint: false` in your proxy_config.yaml.',
    );
    expect((await gateway()('/metrics', { headers: { authorization: 'Bearer sk-1234' } })).status).toBe(404);
    expect((await gateway({ general: { masterKey: null } })('/metrics')).status).toBe(404);
    expect((await gateway({ litellmRaw: { require_auth_for_metrics_endpoint: false } })('/metrics')).status).toBe(404);
  });
});
