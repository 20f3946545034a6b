import { describe, expect, it } from 'vitest';
import { ask, infoDeps } from '../../../test/support/info-deps.ts';
import type { FakeExchange, FakeRequest } from '../../../test/support/fake-exchange.ts';
import type { SnapshotParts } from '../../../test/support/snapshot.ts';
import type { PooledReceiver } from '../../pool/contract.ts';
import type { HeaderList, UpstreamRequest } from '../../wire/contract.ts';
import { passThroughRoutes } from './pass-through-routes.ts';

const GATEWAY_KEY = 'sk-1234';
const ENVIRONMENT = {
  OPENAI_API_KEY: 'sk-env-openai',
  OPENAI_API_BASE: 'http://up:1/base/',
  ANTHROPIC_API_KEY: 'sk-env-anthropic',
  GEMINI_API_KEY: 'env-gemini',
  AZURE_API_KEY: 'env-azure',
};

interface Sent {
  readonly request: UpstreamRequest;
  readonly receiver: PooledReceiver;
  aborted: boolean;
  content: number;
}

async function send(
  request: FakeRequest,
  parts: SnapshotParts = {},
  reply: (receiver: PooledReceiver) => void = succeed,
): Promise<{ exchange: FakeExchange; sent: Sent[] }> {
  const deps = infoDeps({ environment: ENVIRONMENT, ...parts }, { m: {} });
  const sent: Sent[] = [];
  const upstream = {
    send(outgoing: UpstreamRequest, _deadlines: unknown, receiver: PooledReceiver) {
      const one: Sent = { request: outgoing, receiver, aborted: false, content: 0 };
      sent.push(one);
      queueMicrotask(() => reply(receiver));
      return {
        abort: () => (one.aborted = true),
        pause: () => undefined,
        resume: () => undefined,
        contentSeen: () => one.content++,
      };
    },
  };
  const routes = passThroughRoutes({ state: deps.state, upstream, newCallId: () => 'call-1' });
  const exchange = await ask(routes, request, deps);
  await Promise.resolve();
  return { exchange, sent };
}

function succeed(receiver: PooledReceiver): void {
  receiver.onHead(200, [
    'content-type',
    'application/json',
    'x-request-id',
    'r1',
    'set-cookie',
    'a=b',
    'content-length',
    '4',
  ]);
  receiver.onData(Buffer.from('{"a"'));
  receiver.onData(Buffer.from(':1}'));
  receiver.onEnd();
}

const valueOf = (headers: HeaderList, name: string) => headers[headers.indexOf(name) + 1];

describe('passThroughRoutes', () => {
  it('sends method, body and query on with the key of the environment', async () => {
    const { sent, exchange } = await send({
      method: 'POST',
      target: '/openai/v1/chat/completions?x=y',
      headers: {
        authorization: `Bearer ${GATEWAY_KEY}`,
        'content-type': 'application/json',
        cookie: 'c',
        'x-pass-extra': 'yes',
        'x-other': 'no',
      },
      body: ['{"model"', ':"m"}'],
    });
    const request = sent[0]?.request;
    expect(request).toMatchObject({
      origin: 'http://up:1',
      method: 'POST',
      path: '/base/v1/chat/completions?x=y',
      bodyLength: 13,
    });
    expect(Buffer.concat(request?.body ?? []).toString()).toBe('{"model":"m"}');
    expect(request?.headers).toEqual([
      'content-type',
      'application/json',
      'extra',
      'yes',
      'authorization',
      'Bearer sk-env-openai',
      'api-key',
      'sk-env-openai',
    ]);
    expect(exchange).toMatchObject({ status: 200, text: '{"a":1}', ended: true });
    expect(exchange.replyHeaders).toEqual([
      'content-type',
      'application/json',
      'x-request-id',
      'r1',
      'x-litellm-call-id',
      'call-1',
      'x-litellm-key-spend',
      '0.0',
      'x-litellm-model-api-base',
      'http://up:1/base/v1/chat/completions',
    ]);
    expect(sent[0]?.content).toBe(2);
  });

  it.each([
    ['/anthropic/v1/messages', { 'x-api-key': GATEWAY_KEY, 'anthropic-beta': 'b' }],
    ['/gemini/v1beta/models/g:generateContent?key=sk-1234&alt=sse', { 'x-goog-api-key': GATEWAY_KEY }],
    ['/openai/v1/models?key=sk-1234', { authorization: `Bearer ${GATEWAY_KEY}`, 'x-litellm-api-key': GATEWAY_KEY }],
  ])('never sends the key of the gateway: %s', async (target, headers: Record<string, string>) => {
    const { sent } = await send({ method: 'POST', target, headers });
    expect(sent).toHaveLength(1);
    expect(JSON.stringify(sent[0]?.request)).not.toContain(GATEWAY_KEY);
  });

  it('shows keys as each provider wants them', async () => {
    const anthropic = await send({
      method: 'POST',
      target: '/anthropic/v1/messages',
      headers: { 'anthropic-beta': 'b' },
    });
    expect(anthropic.sent[0]?.request).toMatchObject({ origin: 'https://api.anthropic.com', path: '/v1/messages' });
    expect(anthropic.sent[0]?.request.headers).toEqual(['anthropic-beta', 'b', 'x-api-key', 'sk-env-anthropic']);
    const gemini = await send({ method: 'POST', target: '/gemini/v1beta/models/g:generateContent?key=sk-1234' });
    expect(gemini.sent[0]?.request.path).toBe('/v1beta/models/g:generateContent?key=env-gemini');
  });

  it('adds the version to the default address only, and once', async () => {
    const environment = { OPENAI_API_KEY: 'k' };
    for (const target of ['/openai/v1/models', '/openai/models', '/openai_passthrough/v1/models']) {
      const { sent } = await send({ target }, { environment });
      expect([sent[0]?.request.origin, sent[0]?.request.path]).toEqual(['https://api.openai.com', '/v1/models']);
    }
  });

  it('hides a key header of the configuration from the provider', async () => {
    const { sent } = await send(
      { target: '/anthropic/v1/models', headers: { 'x-my-key': `Bearer ${GATEWAY_KEY}` } },
      { general: { keyHeaderName: 'x-my-key' } },
    );
    expect(JSON.stringify(sent[0]?.request.headers)).not.toContain(GATEWAY_KEY);
  });

  it.each([
    '/openai/../admin',
    '/openai/v1/%2e%2e/admin',
    '/openai/v1/..%2fadmin',
    '/openai/v1/..\\admin',
    '/%6fpenai/v1/models',
  ])('refuses %s', async (target) => {
    const { exchange, sent } = await send({ target });
    expect([exchange.status, sent.length]).toEqual([404, 0]);
  });

  it('says which variable is missing', async () => {
    const noKey = await send({ target: '/cohere/v1/models' });
    expect([noKey.exchange.status, noKey.exchange.text]).toEqual([401, expect.stringContaining('COHERE_API_KEY')]);
    const noBase = await send({ target: '/azure/openai/models' });
    expect([noBase.exchange.status, noBase.exchange.text]).toEqual([400, expect.stringContaining('AZURE_API_BASE')]);
  });

  it('is refused where a restriction governs LLM calls', async () => {
    const { exchange, sent } = await send(
      { target: '/openai/v1/models' },
      { restrictions: [{ key: 'guardrails', scope: 'llm', masterKeyPasses: false }] },
    );
    expect([exchange.status, sent.length]).toEqual([501, 0]);
  });

  it('relays errors of the provider and streams as they are', async () => {
    const { exchange } = await send({ method: 'POST', target: '/openai/v1/x' }, {}, (receiver) => {
      receiver.onHead(429, ['content-type', 'text/event-stream; charset=utf-8', 'retry-after', '1']);
      receiver.onData(Buffer.from('data: x\n\n'));
      receiver.onEnd();
    });
    expect([exchange.status, exchange.text, exchange.replied('retry-after')]).toEqual([429, 'data: x\n\n', ['1']]);
    expect(valueOf(exchange.replyHeaders, 'x-litellm-call-id')).toBe('call-1');
    expect(exchange.replied('x-litellm-key-spend')).toEqual([]);
  });

  it('answers failures before the head and cuts after it', async () => {
    const refused = await send({ target: '/openai/v1/x' }, {}, (receiver) =>
      receiver.onError({ code: 'connect-failed', message: 'refused', unsent: true }),
    );
    expect(refused.exchange).toMatchObject({ status: 500 });
    expect(refused.exchange.json).toMatchObject({ error: { message: 'Connection error: refused' } });
    const slow = await send({ target: '/openai/v1/x' }, {}, (receiver) =>
      receiver.onDeadline('first-byte', 2000, 2001),
    );
    expect(slow.exchange.status).toBe(408);
    const cut = await send({ target: '/openai/v1/x' }, {}, (receiver) => {
      receiver.onHead(200, []);
      receiver.onData(Buffer.from('half'));
      receiver.onError({ code: 'reset', message: 'reset', unsent: false });
    });
    expect(cut.exchange).toMatchObject({ status: 200, text: 'half', aborted: true });
  });

  it('keeps a call id that is safe and replaces any other', async () => {
    const id = async (value: string) =>
      (await send({ target: '/openai/v1/x', headers: { 'x-litellm-call-id': value } })).exchange.replied(
        'x-litellm-call-id',
      );
    expect(await id('my-call-1')).toEqual(['my-call-1']);
    expect(await id('a b\r\nc')).toEqual(['call-1']);
  });
});
