import { describe, expect, test } from 'vitest';
import { AssembledGateway, COMPLETION, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';
import type { FakeUpstreamCall } from '../../../test/support/fake-upstream.ts';

interface Asked {
  readonly exchange: FakeExchange;
  readonly call: FakeUpstreamCall;
}

function ask(target: string, body: object): Asked {
  const to = new AssembledGateway({ deployments: [openaiDeployment()] });
  const exchange = to.post(target, { model: 'group', ...body });
  return { exchange, call: to.upstream.only };
}

const CHAT = '/v1/chat/completions';
const MESSAGES = [{ role: 'user', content: 'x' }];

describe('how a successful reply is relayed', () => {
  test('a stream that was asked for and comes as JSON is read for its error', () => {
    const { exchange, call } = ask(CHAT, { stream: true, messages: MESSAGES });
    call.answer(200, { error: { message: 'overloaded' } });
    expect([exchange.status >= 400, exchange.text]).toEqual([true, expect.stringContaining('overloaded')]);
  });

  test('a stream whose type is missing is still a stream', async () => {
    const { exchange, call } = ask(CHAT, { stream: true, messages: MESSAGES });
    call.head(200, []);
    call.data('data: {"model":"x","choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
    call.receiver.onEnd();
    await expect.poll(() => exchange.ended).toBe(true);
    expect(exchange.replied('content-type')).toEqual(['text/event-stream; charset=utf-8']);
    expect(exchange.text).toContain('"model":"group"');
  });

  test('a stream that nobody asked for is no answer', () => {
    const { exchange, call } = ask(CHAT, { messages: MESSAGES });
    call.stream([JSON.stringify(COMPLETION), '[DONE]']);
    expect(exchange.status).toBeGreaterThanOrEqual(500);
    expect(exchange.text).toContain('"error"');
  });

  test('speech keeps its type and its bytes', () => {
    const { exchange, call } = ask('/v1/audio/speech', { input: 'x', voice: 'alloy' });
    call.head(200, ['content-type', 'audio/mpeg']);
    call.data(Buffer.from([255, 0]));
    call.receiver.onEnd();
    expect([exchange.replied('content-type'), exchange.parts]).toEqual([['audio/mpeg'], [Buffer.from([255, 0])]]);
  });

  test('moderations keep the model of the provider', () => {
    const { exchange, call } = ask('/v1/moderations', { input: 'x' });
    call.answer(200, { id: 'm', model: 'omni-moderation', results: [] });
    expect(exchange.json).toMatchObject({ model: 'omni-moderation' });
  });

  test('every event of a response carries the same managed id', async () => {
    const { exchange, call } = ask('/v1/responses', { input: 'x', stream: true });
    const event = (type: string): string => JSON.stringify({ type, response: { id: 'resp_own', usage: null } });
    call.stream([
      event('response.created'),
      '{"type":"response.output_text.delta","delta":"a"}',
      event('response.completed'),
    ]);
    await expect.poll(() => exchange.ended).toBe(true);
    const ids = [...exchange.text.matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id);
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    expect(exchange.text).not.toContain('resp_own');
    expect(exchange.text).toContain('{"type":"response.output_text.delta","delta":"a"}');
  });

  test('a compressed reply is read and sent plain', async () => {
    const { gzipSync } = await import('node:zlib');
    const { exchange, call } = ask(CHAT, { messages: MESSAGES });
    call.head(200, ['content-type', 'application/json', 'content-encoding', 'gzip']);
    call.data(gzipSync(JSON.stringify(COMPLETION)), 9);
    call.receiver.onEnd();
    await expect.poll(() => exchange.ended).toBe(true);
    expect(exchange.json).toEqual({ ...COMPLETION, model: 'group' });
    expect(exchange.replied('llm_provider-content-encoding')).toEqual([]);
  });
});
