import { describe, expect, test } from 'vitest';
import { AssembledGateway, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';
import type { SnapshotParts } from '../../../test/support/snapshot.ts';

function post(body: unknown, parts: SnapshotParts = {}): FakeExchange {
  const to = new AssembledGateway({ deployments: [openaiDeployment()], ...parts });
  const exchange = to.post('/v1/messages', body);
  expect(to.upstream.calls).toHaveLength(0);
  return exchange;
}

describe('a route that is not served natively', () => {
  test('answers 501 and names the way out', () => {
    const exchange = post({ model: 'group', messages: [] });
    expect([exchange.status, exchange.text]).toEqual([501, expect.stringContaining('--fallback')]);
    expect(exchange.text).toContain('/v1/messages');
  });

  test.each<[number, string, unknown, SnapshotParts]>([
    [400, 'Invalid JSON payload', '{"model":', {}],
    [400, 'expected a JSON object', '[1]', {}],
    [400, "Invalid type for 'model'", { model: 1 }, {}],
    [401, 'api_base is not allowed', { model: 'group', api_base: 'http://evil.test' }, {}],
    [401, 'api_base is not allowed', '{"api_b\\u0061se":"http://evil.test"}', {}],
    [401, "'user' param not passed in", { model: 'group' }, { general: { enforceUserParam: true } }],
    [413, 'too large', { model: 'x'.repeat(100) }, { general: { maxRequestBytes: 20 } }],
  ])('refuses like every LLM route: %s %s', (status, message, body, parts) => {
    const exchange = post(body, parts);
    expect([exchange.status, exchange.text]).toEqual([status, expect.stringContaining(message)]);
  });

  test('what an administrator allows is not refused', () => {
    const parts = { general: { allowClientSideCredentials: true } };
    expect(post({ model: 'group', api_base: 'http://mine.test' }, parts).status).toBe(501);
  });
});
