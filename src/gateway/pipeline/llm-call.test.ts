import { describe, expect, test } from 'vitest';
import { AssembledGateway, COMPLETION, MESSAGES, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';

const ROUTE = '/v1/chat/completions';

function gateway(): AssembledGateway {
  return new AssembledGateway({ deployments: [openaiDeployment()] });
}

function messageOf(exchange: FakeExchange): string {
  return (exchange.json as { error: { message: string } }).error.message;
}

describe('LlmCall', () => {
  test.each([1, 7, 100_000])('answers a whole reply, cut every %s bytes, under the client’s name', (size) => {
    const to = gateway();
    const exchange = to.chat({ model: 'group' });
    to.upstream.only.answer(200, COMPLETION, size);
    expect(exchange.status).toBe(200);
    expect(exchange.text).toBe(JSON.stringify({ ...COMPLETION, model: 'group' }));
    expect(exchange.replied('x-litellm-model-id')).toEqual(['id-group']);
    expect(exchange.replied('content-type')).toEqual(['application/json']);
  });

  test.each([
    ['{', 'Invalid JSON payload'],
    ['{"model":"group"} x', 'Invalid JSON payload'],
    ['[]', 'expected a JSON object'],
    ['"text"', 'expected a JSON object'],
    [`{"model":"${'m'.repeat(80)}\t"}`, 'Invalid JSON payload'],
    [`{"model":"a","model":"${'m'.repeat(80)}\t"}`, 'Invalid JSON payload'],
  ])('refuses %j with 400', (body, message) => {
    const to = gateway();
    const exchange = to.post(ROUTE, body);
    expect([exchange.status, messageOf(exchange)]).toEqual([400, expect.stringContaining(message)]);
    expect(to.upstream.calls).toHaveLength(0);
    // Debug lines (20) aside, nothing: a client's mistake is not a fault of ours.
    expect(to.logLines.filter((line) => !line.includes('"level":20'))).toEqual([]);
  });

  test('an empty body is an empty object', () => {
    expect(messageOf(gateway().request({ method: 'POST', target: ROUTE }))).toContain("'messages'");
  });

  test.each(['multipart/form-data; boundary=x', 'application/x-www-form-urlencoded'])('refuses %s', (type) => {
    const exchange = gateway().post(ROUTE, 'model=group', { 'content-type': type });
    expect([exchange.status, messageOf(exchange)]).toEqual([400, expect.stringContaining('application/json')]);
  });

  test('a body above the limit is refused with 413, whatever came before', () => {
    const to = new AssembledGateway({ deployments: [openaiDeployment()], general: { maxRequestBytes: 20 } });
    expect(to.post(ROUTE, `{"a":"${'x'.repeat(30)}"}`).status).toBe(413);
  });

  test('a client that leaves while the provider is silent ends the call at once', () => {
    const to = gateway();
    const exchange = to.chat();
    exchange.leave();
    expect(to.upstream.only.aborted).toBe(true);
    expect(exchange.headSent).toBe(false);
  });

  test('a client that reads slowly stops the provider until there is room', () => {
    const to = gateway();
    const exchange = to.post('/v1/audio/speech', { model: 'group', input: 'x', voice: 'alloy' });
    exchange.full = true;
    const call = to.upstream.only;
    call.head(200, ['content-type', 'audio/mpeg']);
    call.data('abc');
    expect([call.paused, call.resumed]).toEqual([1, 0]);
    exchange.drain();
    expect(call.resumed).toBe(1);
    call.receiver.onEnd();
    expect([exchange.text, exchange.ended, exchange.aborted]).toEqual(['abc', true, false]);
  });

  test('bytes that break off in the middle cut the client’s connection', () => {
    const to = gateway();
    const exchange = to.post('/v1/audio/speech', { model: 'group', input: 'x', voice: 'alloy' });
    to.upstream.only.head(200, ['content-type', 'audio/mpeg']);
    to.upstream.only.data('abc');
    to.upstream.only.receiver.onError({ code: 'reset', message: 'reset', unsent: false });
    expect(exchange.aborted).toBe(true);
  });

  test('a stream that breaks off ends in an error event and never in [DONE]', async () => {
    const to = gateway();
    const exchange = to.chat({ stream: true });
    const call = to.upstream.only;
    call.head(200, ['content-type', 'text/event-stream']);
    call.data('data: {"model":"x","choices":[{"delta":{"content":"a"},"finish_reason":null}]}\n\n');
    await expect.poll(() => exchange.headSent).toBe(true);
    call.receiver.onError({ code: 'reset', message: 'reset', unsent: false });
    expect(exchange.text).toMatch(/"a".*\n\ndata: \{"error":.*\}\n\n$/s);
    expect(exchange.text).not.toContain('[DONE]');
    expect([exchange.ended, exchange.aborted]).toEqual([true, false]);
  });

  test('the caller may name its call, in characters that a header can hold', () => {
    const to = gateway();
    const exchange = to.chat({}, { 'x-litellm-call-id': 'mine\r\nx: y' });
    to.upstream.only.answer(200, COMPLETION);
    expect(exchange.replied('x-litellm-call-id')).toEqual(['mine??x: y']);
  });

  test('messages reach the provider as they were written', () => {
    const to = gateway();
    to.chat();
    expect(to.upstream.only.json['messages']).toEqual(MESSAGES);
  });
});
