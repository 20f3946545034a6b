import { describe, expect, it } from 'vitest';
import { ask, infoDeps } from '../../../test/support/info-deps.ts';
import { RouteTable } from '../http/route-table.ts';
import { infoRoutes } from './info-routes.ts';
import { managementRoutes, notServedRoutes } from './management-routes.ts';
import { NOT_CONNECTED } from './no-database.ts';

const deps = infoDeps({}, { m: { litellm_provider: 'openai' } });
const management = managementRoutes();
const call = (method: string, target: string, body?: unknown) =>
  ask(management, { method, target, body: body === undefined ? [] : [JSON.stringify(body)] }, deps);

describe('managementRoutes', () => {
  it.each([
    [
      'POST',
      '/key/generate',
      {},
      500,
      { error: { message: `{'error': '${NOT_CONNECTED}'}`, type: 'internal_server_error', param: null, code: '500' } },
    ],
    [
      'POST',
      '/key/delete',
      { keys: ['sk-x'] },
      500,
      { error: { message: 'Not connected to DB!', type: 'internal_server_error', param: null, code: '500' } },
    ],
    ['POST', '/budget/new', { budget_id: 'b', max_budget: 1 }, 500, { detail: { error: NOT_CONNECTED } }],
    [
      'POST',
      '/user/new',
      {},
      400,
      { error: { message: NOT_CONNECTED, type: 'internal_server_error', param: null, code: '400' } },
    ],
    ['GET', '/team/list', undefined, 400, { detail: { error: NOT_CONNECTED } }],
    ['GET', '/config/list?config_type=x', undefined, 400, { detail: { error: NOT_CONNECTED } }],
    [
      'GET',
      '/global/spend',
      undefined,
      500,
      { error: { message: "{'error': 'No db connected'}", type: 'internal_error', param: 'None', code: '500' } },
    ],
    ['GET', '/tag/list', undefined, 500, { detail: 'Database not connected' }],
  ])('%s %s without a database', async (...[method, target, body, status, expected]) => {
    const exchange = await call(method, target, body);
    expect([exchange.status, exchange.json]).toEqual([status, expected]);
  });

  it.each([
    [
      '/key/generate',
      { max_budget: 'lots' },
      {
        type: 'float_parsing',
        loc: ['body', 'max_budget'],
        msg: 'Input should be a valid number, unable to parse string as a number',
        input: 'lots',
      },
    ],
    [
      '/key/generate',
      { tpm_limit: 1.5 },
      {
        type: 'int_from_float',
        loc: ['body', 'tpm_limit'],
        msg: 'Input should be a valid integer, got a number with a fractional part',
        input: 1.5,
      },
    ],
    [
      '/key/generate',
      { models: 'gpt' },
      { type: 'list_type', loc: ['body', 'models'], msg: 'Input should be a valid list', input: 'gpt' },
    ],
    [
      '/key/generate',
      { key_alias: 5 },
      { type: 'string_type', loc: ['body', 'key_alias'], msg: 'Input should be a valid string', input: 5 },
    ],
    [
      '/model/new',
      { litellm_params: {}, model_info: {} },
      {
        type: 'missing',
        loc: ['body', 'model_name'],
        msg: 'Field required',
        input: { litellm_params: {}, model_info: {} },
      },
    ],
    [
      '/key/generate',
      [],
      {
        type: 'model_attributes_type',
        loc: ['body'],
        msg: 'Input should be a valid dictionary or object to extract fields from',
        input: [],
      },
    ],
    ['/key/generate', undefined, { type: 'missing', loc: ['body'], msg: 'Field required', input: null }],
  ])('POST %s with %j is refused before the database is missed', async (target, body, finding) => {
    const exchange = await call('POST', target, body);
    expect([exchange.status, exchange.json]).toEqual([422, { detail: [finding] }]);
  });

  it('lets what pydantic would read pass', async () => {
    const exchange = await call('POST', '/key/generate', {
      max_budget: '1.5',
      tpm_limit: '7',
      blocked: 'yes',
      duration: null,
    });
    expect(exchange.status).toBe(500);
  });

  it('says that a body is not JSON', async () => {
    const exchange = await ask(management, { method: 'POST', target: '/key/generate', body: ['{"a":'] }, deps);
    expect([exchange.status, exchange.json]).toMatchObject([422, { detail: [{ type: 'json_invalid' }] }]);
  });

  it('keeps every management route behind the key', () => {
    const open = management.filter(({ access }) => access === 'public').map(({ path }) => path);
    expect(open).toEqual(['/public/skill_hub']);
  });
});

describe('notServedRoutes', () => {
  const taken = infoRoutes(deps);
  const rest = notServedRoutes(taken);

  it('leaves out what is served and fits beside it in one table', () => {
    expect(() => new RouteTable([...taken, ...rest])).not.toThrow();
    expect(rest.some(({ path, methods }) => path === '/v1/models' && methods.includes('GET'))).toBe(false);
    expect(rest.length).toBeGreaterThan(200);
  });

  it('answers 501 with the way out', async () => {
    const exchange = await ask(rest, { method: 'POST', target: '/v1/batches' }, deps);
    expect([exchange.status, exchange.json]).toMatchObject([501, { error: { type: 'not_implemented' } }]);
    expect(exchange.text).toContain('--fallback');
  });

  it('reaches templates of all kinds', async () => {
    for (const target of [
      '/vertex_ai/v1/projects/p:predict',
      '/v1beta/models/g:countTokens',
      '/models/g:generateContent',
      '/a2a/agent/message/send',
      '/azure/v1/files',
    ]) {
      expect((await ask(rest, { method: 'POST', target }, deps)).status).toBe(501);
    }
  });
});
