import { describe, expect, it } from 'vitest';
import { AssembledGateway } from '../../../test/support/assembled-gateway.ts';
import { ask, infoDeps } from '../../../test/support/info-deps.ts';
import { deployment, type SnapshotParts } from '../../../test/support/snapshot.ts';
import { modelRoutes } from './model-routes.ts';

const PRICES = {
  'gpt-4o': {
    litellm_provider: 'openai',
    mode: 'chat',
    max_input_tokens: 128000,
    max_output_tokens: 16384,
    input_cost_per_token: 2.5e-6,
    output_cost_per_token: 1e-5,
  },
  'gpt-4o-mini': { litellm_provider: 'openai', mode: 'chat', max_input_tokens: 64000, max_output_tokens: 8192 },
  'mistral/tiny': { litellm_provider: 'mistral', mode: 'chat', max_input_tokens: 32000 },
};
const CONFIG: SnapshotParts = {
  deployments: [
    deployment('d1', 'gpt', { model: 'openai/gpt-4o', api_key: 'sk-secret-value', api_base: 'http://up' }),
    deployment('d2', 'mixed', { model: 'openai/gpt-4o-mini' }),
    deployment('d3', 'mixed', { model: 'openai/gpt-4o' }),
    deployment(
      'd4',
      'info',
      { model: 'openai/own', tpm: 5, extra_headers: { 'x-api-key': 'sk-in-a-header' } },
      { max_input_tokens: 8192, access_groups: ['beta'], mode: 'embedding' },
    ),
    deployment('d5', 'paused', { model: 'openai/gpt-4o' }, { blocked: true }),
    deployment('d6', 'mistral/*', { model: 'mistral/*' }),
    deployment('d7', 'team-*-x', { model: 'openai/*' }),
  ],
  aliases: new Map([
    ['alias', { model: 'gpt', hidden: false }],
    ['secret-alias', { model: 'gpt', hidden: true }],
    ['dangling', { model: 'gone', hidden: false }],
  ]),
  routerRaw: { fallbacks: [{ gpt: ['mixed'] }, { '*': ['info'] }] },
};
const deps = infoDeps(CONFIG, PRICES);
const routes = modelRoutes(deps);
const get = (target: string, headers: Record<string, string> = {}) => ask(routes, { target, headers }, deps);
const ids = (body: unknown) => (body as { data: { id: string }[] }).data.map(({ id }) => id);

describe('/v1/models', () => {
  it('lists visible aliases, groups and what wildcards stand for', async () => {
    expect(ids((await get('/v1/models')).json)).toEqual(['alias', 'gpt', 'mixed', 'info', 'mistral/tiny']);
    expect(ids((await get('/models?return_wildcard_routes=true')).json)).toContain('team-*-x');
  });

  it('takes limits from the deployments, the widest of a mixed group, the configured ones first', async () => {
    const { data } = (await get('/v1/models')).json as { data: unknown[] };
    const entry = { object: 'model', created: 1677610602, owned_by: 'openai' };
    expect(data[0]).toEqual({ id: 'alias', ...entry });
    expect(data[1]).toEqual({ id: 'gpt', ...entry, mode: 'chat', max_input_tokens: 128000, max_output_tokens: 16384 });
    expect(data[2]).toMatchObject({ id: 'mixed', max_input_tokens: 128000 });
    expect(data[3]).toEqual({ id: 'info', ...entry, mode: 'embedding', max_input_tokens: 8192 });
  });

  it('adds access groups and fallbacks when asked', async () => {
    expect(ids((await get('/v1/models?include_model_access_groups=true')).json)).toContain('beta');
    expect(ids((await get('/v1/models?only_model_access_groups=true')).json)).toEqual([]);
    const { data } = (await get('/v1/models?include_metadata=true')).json as {
      data: { id: string; metadata: { fallbacks: string[] } }[];
    };
    expect(data.find(({ id }) => id === 'gpt')?.metadata.fallbacks).toEqual(['mixed']);
    expect(data.find(({ id }) => id === 'mixed')?.metadata.fallbacks).toEqual(['info']);
  });

  it('has the shape of Anthropic for its clients', async () => {
    const body = (await get('/v1/models', { 'anthropic-version': '2023-06-01' })).json;
    expect(body).toMatchObject({ has_more: false, first_id: 'alias', last_id: 'mistral/tiny' });
    expect((body as { data: unknown[] }).data[1]).toEqual({
      type: 'model',
      id: 'gpt',
      display_name: 'gpt',
      created_at: '2023-02-28T18:56:42Z',
      max_input_tokens: 128000,
      max_tokens: 16384,
    });
  });

  it.each([
    ['/v1/models?scope=foo', 400, "Invalid scope parameter. Only 'expand' is currently supported. Received: foo"],
    [
      '/v1/models?include_metadata=1&fallback_type=x',
      400,
      "Invalid fallback_type. Must be one of: ['general', 'context_window', 'content_policy']",
    ],
    ['/v1/models/nope', 404, 'The model `nope` does not exist or is not accessible'],
    ['/v1/models/alias', 404, "Model 'alias' not found in router configuration"],
    ['/v1/models/paused', 404, 'The model `paused` does not exist or is not accessible'],
    ['/v1/model/info?litellm_model_id=nope', 400, { error: 'Model id = nope not found on litellm proxy' }],
    [
      '/fallback/other?fallback_type=context_window',
      404,
      { error: "No context_window fallbacks configured for model 'other'" },
    ],
  ])('%s', async (target, status, detail) => {
    const exchange = await get(target);
    expect([exchange.status, exchange.json]).toEqual([status, { detail }]);
  });

  it('refuses a flag that is neither yes nor no, naming it', async () => {
    const exchange = await get('/v1/models?include_metadata=maybe');
    expect(exchange.status).toBe(422);
    expect(exchange.json).toMatchObject({
      detail: [{ type: 'bool_parsing', loc: ['query', 'include_metadata'], input: 'maybe' }],
    });
  });
});

describe('one model', () => {
  it('names its provider', async () => {
    expect((await get('/models/gpt')).json).toMatchObject({ id: 'gpt', owned_by: 'openai', max_input_tokens: 128000 });
  });

  it('names its fallbacks', async () => {
    expect((await get('/fallback/gpt')).json).toEqual({
      model: 'gpt',
      fallback_models: ['mixed'],
      fallback_type: 'general',
    });
  });
});

describe('/model/info', () => {
  it('shows parameters without secrets', async () => {
    const exchange = await get('/model/info');
    expect(exchange.text).not.toMatch(/sk-secret|sk-in-a-header/);
    const { data } = exchange.json as {
      data: { model_name: string; litellm_params: unknown; model_info: { id: string } }[];
    };
    expect(data.map((row) => row.model_name)).toContain('mistral/tiny');
    expect(data[0]?.litellm_params).toEqual({
      api_base: 'http://up',
      model: 'openai/gpt-4o',
      allow_client_keepalive_override: false,
      use_in_pass_through: false,
      use_litellm_proxy: false,
      use_xai_oauth: false,
      merge_reasoning_content_in_choices: false,
    });
    expect(data.at(-1)).toMatchObject({ model_name: 'alias', model_info: { id: 'd1' } });
  });

  it('answers for one deployment', async () => {
    const { data } = (await get('/v1/model/info?litellm_model_id=d4')).json as { data: unknown[] };
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({
      model_name: 'info',
      litellm_params: { tpm: 5 },
      model_info: { id: 'd4', max_input_tokens: 8192 },
    });
  });
});

describe("a deployment's own tokenizer", () => {
  it('is shown without its token', async () => {
    const custom_tokenizer = { identifier: 'owner/name', auth_token: 'hub-canary-91c2' };
    const to = new AssembledGateway({
      deployments: [deployment('own', 'own', { model: 'openai/gpt-4o' }, { custom_tokenizer })],
    });
    const exchange = to.request({ target: '/model/info' });
    await expect.poll(() => exchange.ended).toBe(true);
    expect(exchange.text).toContain('owner/name');
    expect(exchange.text).not.toContain('canary');
  });
});

describe('/model_group/info', () => {
  it('has one row per listed name and none for others', async () => {
    const { data } = (await get('/model_group/info')).json as { data: { model_group: string }[] };
    expect(data.map((row) => row.model_group)).toEqual(['alias', 'gpt', 'mixed', 'info', 'mistral/tiny']);
    expect((await get('/model_group/info?model_group=nope')).json).toEqual({ data: [] });
    expect((await get('/model_group/info?model_group=secret-alias')).json).toEqual({ data: [] });
    expect((await get('/model_group/info?model_group=alias')).json).toMatchObject({
      data: [{ providers: ['openai'], max_input_tokens: 128000, health_status: null }],
    });
  });
});
