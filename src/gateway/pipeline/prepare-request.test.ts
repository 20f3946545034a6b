import { describe, expect, test } from 'vitest';
import {
  AssembledGateway,
  COMPLETION,
  MESSAGES,
  openaiDeployment,
  PROVIDER_KEY,
} from '../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';
import { deployment, type SnapshotParts } from '../../../test/support/snapshot.ts';
import type { JsonObject } from '../../protocol/json.ts';

function gateway(params: JsonObject = {}, parts: SnapshotParts = {}): AssembledGateway {
  return new AssembledGateway({ deployments: [openaiDeployment(params)], ...parts });
}

function azure(): AssembledGateway {
  const params = { model: 'azure/dep', api_base: 'https://a.test', api_key: PROVIDER_KEY, api_version: '2024-06-01' };
  return new AssembledGateway({ deployments: [deployment('az', 'group', params)] });
}

function errorOf(exchange: FakeExchange): readonly [number, string] {
  return [exchange.status, (exchange.json as { error: { message: string } }).error.message];
}

describe('the request for the provider', () => {
  test("goes to the deployment's address with its credential and the client's own bytes", () => {
    const to = gateway();
    to.post('/v1/chat/completions', '{ "messages" : [{"role":"user","content":"Grüße"}],\n"model":"group" ,"n":1e0}');
    const sent = to.upstream.only;
    expect([sent.request.origin, sent.request.path]).toEqual(['http://provider.test', '/v1/chat/completions']);
    expect(sent.header('authorization')).toBe(`Bearer ${PROVIDER_KEY}`);
    expect(sent.text).toBe('{ "messages" : [{"role":"user","content":"Grüße"}],\n"model":"gpt-4o" ,"n":1e0}');
    expect(sent.request.bodyLength).toBe(Buffer.byteLength(sent.text));
  });

  test("never carries the client's key", () => {
    const to = gateway({}, { general: { forwardClientHeaders: true } });
    to.chat(
      {},
      { 'x-api-key': 'sk-1234', cookie: 'a=b', 'x-trace': '7', 'x-stainless-os': 'x', 'x-litellm-tags': 'y' },
    );
    const { request } = to.upstream.only;
    expect(JSON.stringify(request.headers)).not.toContain('sk-1234');
    expect(request.headers).toEqual(expect.arrayContaining(['x-trace', '7']));
    for (const name of ['cookie', 'x-stainless-os', 'x-litellm-tags']) expect(request.headers).not.toContain(name);
  });

  test('extra_headers reach the provider and never replace a credential', () => {
    const to = gateway();
    to.chat({
      extra_headers: {
        'X-Team': 'a',
        Authorization: 'Bearer mine',
        'api-key': 'x',
        Host: 'evil',
        'content-length': '1',
      },
    });
    const { request } = to.upstream.only;
    expect(to.upstream.only.header('x-team')).toBe('a');
    expect(request.headers.filter((value) => value === 'authorization')).toHaveLength(1);
    for (const name of ['Bearer mine', 'host', 'api-key', 'content-length'])
      expect(request.headers).not.toContain(name);
    expect(to.upstream.only.json).not.toHaveProperty('extra_headers');
  });

  test.each([['x'], [['a']], [{ a: 1 }], [{ 'a b': 'c' }], [{ a: 'c\r\nd: e' }]])(
    'refuses extra_headers %j',
    (extra) => {
      const to = gateway();
      expect(errorOf(to.chat({ extra_headers: extra }))[0]).toBe(400);
      expect(to.upstream.calls).toHaveLength(0);
    },
  );

  test("an Azure client's api version wins, from the body before the query, and only there", () => {
    const to = azure();
    to.chat();
    to.chat({ api_version: '2025-01-01' });
    to.post('/v1/chat/completions?api-version=2030%2F1', { model: 'group', messages: MESSAGES });
    const path = '/openai/deployments/dep/chat/completions?api-version=';
    expect(to.upstream.calls.map(({ request }) => request.path)).toEqual([
      `${path}2024-06-01`,
      `${path}2025-01-01`,
      `${path}2030%2F1`,
    ]);
    const plain = gateway();
    plain.post('/v1/chat/completions?api-version=1', { model: 'group', messages: MESSAGES });
    expect(plain.upstream.only.request.path).toBe('/v1/chat/completions');
  });
});

describe('the model', () => {
  const both = [openaiDeployment({}, 'a'), openaiDeployment({ model: 'openai/gpt-b' }, 'b')];

  test("in the path wins over the body's; the answer says what the body said", () => {
    const to = new AssembledGateway({ deployments: both });
    const exchange = to.post('/engines/b/chat/completions', { model: 'a', messages: MESSAGES });
    expect(to.upstream.only.json['model']).toBe('gpt-b');
    to.upstream.only.answer(200, COMPLETION);
    expect(exchange.json).toMatchObject({ model: 'a' });
    expect(exchange.replied('x-litellm-model-group')).toEqual(['b']);
  });

  test('completion_model wins over the body, not over the path', () => {
    const to = new AssembledGateway({ deployments: both, general: { completionModel: 'b' } });
    to.chat({ model: 'a' });
    to.post('/engines/a/chat/completions', { model: 'b', messages: MESSAGES });
    expect(to.upstream.calls.map(({ json }) => json['model'])).toEqual(['gpt-b', 'gpt-4o']);
  });

  test('that is not there is refused with 400 before anything is sent', () => {
    const to = gateway();
    for (const model of ['nope', null]) expect(errorOf(to.chat({ model }))[0]).toBe(400);
    expect(errorOf(to.chat({ model: 'nope' }))[1]).toContain('Invalid model name passed in model=nope');
    expect(to.upstream.calls).toHaveLength(0);
  });
});

describe('time limits', () => {
  test.each<[JsonObject, Record<string, string>, JsonObject, number]>([
    [{}, {}, {}, 6000],
    [{ timeout: 7 }, {}, {}, 7],
    [{ timeout: 7 }, {}, { timeout: 2 }, 2],
    [{ timeout: 7 }, { 'x-litellm-timeout': '3' }, { timeout: 2 }, 3],
  ])('deployment %j, headers %j, body %j: %s s in all', (params, headers, body, seconds) => {
    const to = gateway(params);
    const exchange = to.chat(body, headers);
    expect(to.upstream.only.deadlines.totalMs).toBe(seconds * 1000);
    expect(to.upstream.only.json).not.toHaveProperty('timeout');
    to.upstream.only.receiver.onDeadline('total', seconds * 1000, seconds * 1000);
    expect(errorOf(exchange)[0]).toBe(408);
    expect(exchange.replied('x-litellm-timeout')[0]).toMatch(new RegExp(`^${seconds}(?:\\.0)?$`));
  });

  test('a stream is bounded by silence, not in total', () => {
    const to = gateway({ timeout: 7, stream_timeout: 4 });
    to.chat({ stream: true });
    expect(to.upstream.only.deadlines).toMatchObject({
      firstByteMs: 4000,
      gapMs: 4000,
      totalMs: Number.POSITIVE_INFINITY,
    });
  });

  test.each([0, -1, 'soon', true])('refuses timeout %j', (timeout) => {
    expect(errorOf(gateway().chat({ timeout }))).toEqual([400, expect.stringContaining("'timeout'")]);
  });
});

describe('what a request must hold', () => {
  test.each<[string, JsonObject]>([
    ["Missing required parameter: 'messages'", { messages: null }],
    ["'messages' must be a list of message objects", { messages: 'hi' }],
    ["'messages' must be a list of message objects", { messages: ['hi'] }],
    ["'tools' must be an array", { tools: {} }],
    ["'response_format' must be an object", { response_format: 'json' }],
    ["Invalid type for 'model'", { model: 7 }],
  ])('%s', (message, body) => {
    const to = gateway();
    expect(errorOf(to.chat(body))).toEqual([400, expect.stringContaining(message)]);
    expect(to.upstream.calls).toHaveLength(0);
  });

  test('enforce_user_param asks for a user', () => {
    const to = gateway({}, { general: { enforceUserParam: true } });
    expect(errorOf(to.chat())).toEqual([401, expect.stringContaining("'user' param not passed in")]);
    to.chat({ user: 'u' });
    expect(to.upstream.calls).toHaveLength(1);
  });

  test('a restriction of the group that is not enforced here answers 501 and sends nothing', () => {
    const restriction = {
      key: 'model_list[0].litellm_params.tags',
      scope: { modelName: 'group' },
      masterKeyPasses: false,
    };
    const to = gateway({}, { restrictions: [restriction] });
    expect(errorOf(to.chat())).toEqual([501, expect.stringContaining(restriction.key)]);
    expect(to.upstream.calls).toHaveLength(0);
  });
});

describe('a follow-up of a response', () => {
  test('goes to the deployment that gave the response, with the id that it knows', () => {
    const other = deployment('id-other', 'group', {
      model: 'openai/gpt-b',
      api_base: 'http://other.test',
      api_key: 'k',
    });
    const to = new AssembledGateway({ deployments: [openaiDeployment(), other] });
    const first = to.post('/v1/responses', { model: 'group', input: 'hi' });
    const [sent] = to.upstream.calls;
    sent?.answer(200, { id: 'resp_own', object: 'response', model: 'gpt', output: [], error: null });
    const { id } = first.json as { id: string };
    expect(id).not.toContain('resp_own');
    for (let again = 0; again < 8; again += 1)
      to.post('/v1/responses', { model: 'group', input: 'x', previous_response_id: id });
    const followUps = to.upstream.calls.slice(1);
    expect(new Set(followUps.map(({ request }) => request.origin))).toEqual(new Set([sent?.request.origin]));
    expect(followUps.map(({ json }) => json['previous_response_id'])).toEqual(Array(8).fill('resp_own'));
  });
});
