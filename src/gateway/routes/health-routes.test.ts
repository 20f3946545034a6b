import { describe, expect, it } from 'vitest';
import { ask, infoDeps } from '../../../test/support/info-deps.ts';
import { deployment, type SnapshotParts } from '../../../test/support/snapshot.ts';
import type { Deployment } from '../../config/snapshot.ts';
import { healthRoutes } from './health-routes.ts';
import type { ProbeResult } from './info-deps.ts';

const DEPLOYMENTS = [
  deployment('ok', 'good', { model: 'openai/gpt-4o', api_base: 'http://up', api_key: 'sk-secret' }),
  deployment('dead', 'bad', { model: 'openai/gpt-4o', api_base: 'http://down', rpm: 3 }),
];

function healthOf(parts: SnapshotParts = {}, deployments: readonly Deployment[] = DEPLOYMENTS) {
  const probed: string[] = [];
  const load = { running: 0, most: 0 };
  const probe = async ({ id }: Deployment): Promise<ProbeResult> => {
    probed.push(id);
    load.most = Math.max(load.most, ++load.running);
    await Promise.resolve();
    load.running--;
    if (id === 'dead')
      return {
        healthy: false,
        status: 500,
        error: 'Connection error.',
        request: { raw_request_api_base: 'http://down' },
      };
    return { healthy: true, headers: { 'x-ratelimit-remaining-requests': '9' } };
  };
  const deps = infoDeps({ deployments, ...parts }, { m: {} }, { probe });
  const routes = healthRoutes(deps);
  return {
    probed,
    load,
    get: (target: string, headers: Record<string, string> = {}, method = 'GET') =>
      ask(routes, { target, headers, method }, deps),
  };
}

describe('/health', () => {
  it('tells healthy from unhealthy deployments', async () => {
    const { get } = healthOf();
    const exchange = await get('/health');
    expect(exchange.status).toBe(200);
    expect(exchange.text).not.toContain('sk-secret');
    expect(exchange.json).toEqual({
      healthy_endpoints: [
        { api_base: 'http://up', model: 'openai/gpt-4o', 'x-ratelimit-remaining-requests': '9', model_id: 'ok' },
      ],
      unhealthy_endpoints: [
        {
          api_base: 'http://down',
          model: 'openai/gpt-4o',
          rpm: 3,
          error: 'Connection error.',
          raw_request_typed_dict: { raw_request_api_base: 'http://down' },
          model_id: 'dead',
          exception_status: 500,
        },
      ],
      healthy_count: 1,
      unhealthy_count: 1,
    });
  });

  it.each([
    ['/health?model=good', 200, ['ok']],
    ['/health?model=bad', 503, ['dead']],
    ['/health?model_id=ok', 200, ['ok']],
    ['/health?model=openai/gpt-4o', 200, ['ok', 'dead']],
    ['/health?model=nope', 503, []],
  ])('%s: %i', async (target, status, expected) => {
    const { get, probed } = healthOf();
    expect((await get(target)).status).toBe(status);
    expect(probed).toEqual(expected);
  });

  it('probes at most sixteen at the same time', async () => {
    const many = Array.from({ length: 50 }, (_value, index) => deployment(`d${index}`, 'm', { model: 'openai/m' }));
    const { get, load, probed } = healthOf({}, many);
    expect((await get('/health')).json).toMatchObject({ healthy_count: 50 });
    expect([load.most, probed.length]).toEqual([16, 50]);
  });

  it('in open mode shows no addresses and refuses foreign pages', async () => {
    const { get, probed } = healthOf({ general: { masterKey: null } });
    expect((await get('/health')).text).not.toContain('http://');
    const before = probed.length;
    expect((await get('/health', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await get('/health', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(probed.length).toBe(before);
  });
});

describe('liveness and readiness', () => {
  it('answer as LiteLLM does', async () => {
    const { get } = healthOf();
    expect((await get('/health/liveliness')).text).toBe('"I\'m alive!"');
    expect((await get('/health/liveness')).json).toBe("I'm alive!");
    expect((await get('/health/readiness')).json).toEqual({ status: 'healthy', db: 'Not connected' });
    const options = await get('/health/liveliness', {}, 'OPTIONS');
    expect(options.replied('allow')).toEqual(['GET, OPTIONS']);
    expect((await get('/health/history')).json).toEqual({ detail: { error: 'Database not initialized' } });
    expect((await get('/health/backlog')).json).toMatchObject({ in_flight_requests: 1 });
    expect((await get('/health/services?service=slack')).status).toBe(422);
  });
});
