/** Planted keys: whatever goes wrong, neither the provider's nor the gateway's own reach a client or a log line. */
import { describe, expect, test } from 'vitest';
import { AssembledGateway, openaiDeployment, PROVIDER_KEY } from '../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';
import type { FakeUpstreamCall } from '../../../test/support/fake-upstream.ts';

const MASTER_KEY = 'sk-master-canary-1a2b3c4d5e6f';
const QUOTED = JSON.stringify({
  error: { message: `Incorrect API key provided: ${PROVIDER_KEY}.`, type: 'x', code: 'y' },
});
const CONTENT = '{"model":"x","choices":[{"delta":{"content":"a"},"finish_reason":null}]}';

function gateway(): AssembledGateway {
  return new AssembledGateway({ deployments: [openaiDeployment()], general: { masterKey: MASTER_KEY } });
}

function expectNoSecrets(to: AssembledGateway, exchange: FakeExchange): void {
  const seen = [exchange.text, ...exchange.replyHeaders, ...to.logLines].join('\n');
  for (const secret of [PROVIDER_KEY, MASTER_KEY]) expect(seen).not.toContain(secret);
}

const HEADERS = { authorization: `Bearer ${MASTER_KEY}` };

describe('a failing provider that quotes the key', () => {
  test.each<[string, (call: FakeUpstreamCall) => void]>([
    ['in a JSON body', (call) => call.answer(401, QUOTED)],
    ['in a body of another status', (call) => call.answer(422, QUOTED)],
    ['in plain text', (call) => call.answer(500, `bad key ${PROVIDER_KEY}`)],
    ['in HTML', (call) => call.answer(503, `<p>Bearer ${PROVIDER_KEY}</p>`)],
    ['in a success', (call) => call.answer(200, QUOTED)],
    ['in what is no JSON', (call) => call.answer(200, `oops ${PROVIDER_KEY}`)],
    ['cut in two by a chunk', (call) => call.answer(401, QUOTED, 7)],
  ])('%s', (_where, script) => {
    const to = gateway();
    const exchange = to.chat({}, HEADERS);
    script(to.upstream.only);
    expect(exchange.status).toBeGreaterThanOrEqual(400);
    expectNoSecrets(to, exchange);
  });

  test.each<[string, readonly string[]]>([
    ['first', [QUOTED]],
    ['after content', [CONTENT, QUOTED]],
  ])('in an event of a stream, %s', async (_where, events) => {
    const to = gateway();
    const exchange = to.chat({ stream: true }, HEADERS);
    to.upstream.only.stream(events);
    await expect.poll(() => exchange.ended).toBe(true);
    expect(exchange.text).toContain('"error"');
    expectNoSecrets(to, exchange);
  });
});

describe('other failures', () => {
  test.each<[string, (to: AssembledGateway) => FakeExchange]>([
    ['a wrong key', (to) => to.chat({}, { authorization: `Bearer ${MASTER_KEY}x` })],
    ['the key in the wrong form', (to) => to.chat({}, { authorization: MASTER_KEY })],
    ['a body that is no JSON', (to) => to.post('/v1/chat/completions', '{', HEADERS)],
    ['an unknown model', (to) => to.chat({ model: 'nope' }, HEADERS)],
    ['an unknown path', (to) => to.post('/nope', {}, HEADERS)],
    ["the client's own credential", (to) => to.chat({ api_key: PROVIDER_KEY }, HEADERS)],
    ["the client's own header", (to) => to.chat({ extra_headers: { 'a b': PROVIDER_KEY } }, HEADERS)],
  ])('%s', (_what, ask) => {
    const to = gateway();
    const exchange = ask(to);
    expect(exchange.status).toBeGreaterThanOrEqual(400);
    const seen = [exchange.text, ...exchange.replyHeaders, ...to.logLines].join('\n');
    expect(seen.replaceAll(`${MASTER_KEY}x`, '')).not.toContain(MASTER_KEY);
    expect(seen).not.toContain(PROVIDER_KEY);
  });

  test.each(['connect-failed', 'connect-timeout', 'reset', 'malformed-reply', 'closed', 'saturated'] as const)(
    'a connection that is %s',
    (code) => {
      const to = gateway();
      const exchange = to.chat({}, HEADERS);
      to.upstream.only.receiver.onError({ code, message: 'connect ECONNREFUSED', unsent: true });
      expect(exchange.status).toBeGreaterThanOrEqual(400);
      expectNoSecrets(to, exchange);
    },
  );

  test('the gateway’s key never reaches the provider', () => {
    const to = gateway();
    to.chat({}, { ...HEADERS, 'x-api-key': MASTER_KEY, 'api-key': MASTER_KEY });
    const { request, text } = to.upstream.only;
    expect([...request.headers, request.path, text].join('\n')).not.toContain(MASTER_KEY);
  });
});
