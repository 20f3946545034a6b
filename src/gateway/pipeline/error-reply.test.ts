import { describe, expect, test } from 'vitest';
import { AssembledGateway, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { FakeExchange } from '../../../test/support/fake-exchange.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import { withExceptionType } from './error-reply.ts';

function gateway(): AssembledGateway {
  return new AssembledGateway({ deployments: [openaiDeployment({ timeout: 5 })] });
}

const failure = { error: { message: 'no', type: 'x', code: null } };

function fail(status: number, headers: readonly string[] = []): FakeExchange {
  const to = gateway();
  const exchange = to.chat();
  const call = to.upstream.only;
  call.head(status, ['content-type', 'application/json', ...headers]);
  call.data(JSON.stringify(failure));
  call.receiver.onEnd();
  return exchange;
}

describe('errors of an LLM route', () => {
  test('before a deployment was chosen tell the call, its cost and the version', () => {
    const exchange = gateway().chat({ model: 'nope' });
    expect(exchange.replied('x-litellm-version')).toHaveLength(1);
    expect(exchange.replied('x-litellm-call-id')).toHaveLength(1);
    expect(exchange.replied('x-litellm-response-cost')).toEqual(['0']);
    expect(exchange.replied('x-litellm-model-id')).toEqual([]);
    expect(exchange.replied('x-litellm-timeout')).toEqual(['6000.0']);
  });

  test('after it tell the deployment and its time limit', () => {
    const exchange = fail(500);
    expect(exchange.replied('x-litellm-model-id')).toEqual(['id-group']);
    expect(exchange.replied('x-litellm-model-group')).toEqual(['group']);
    expect(exchange.replied('x-litellm-timeout')[0]).toMatch(/^5/);
  });

  test.each([
    [400, 400],
    [401, 401],
    [404, 404],
    [408, 408],
    [422, 422],
    [429, 429],
    [500, 500],
    [503, 503],
  ])('the provider’s %s is answered as %s and names the group', (status, answered) => {
    const exchange = fail(status);
    expect(exchange.status).toBe(answered);
    expect(exchange.json).toMatchObject({
      error: { code: String(answered), message: expect.stringMatching(/no.*Received Model Group=group/s) },
    });
  });

  test("the provider's headers are told for 422 only", () => {
    expect(fail(422, ['x-request-id', 'r']).replied('llm_provider-x-request-id')).toEqual(['r']);
    expect(fail(500, ['x-request-id', 'r']).replied('llm_provider-x-request-id')).toEqual([]);
  });

  test.each([
    ['closed', 503],
    ['saturated', 503],
    ['connect-failed', 500],
    ['connect-timeout', 408],
    ['reset', 500],
    ['malformed-reply', 500],
  ] as const)('a connection that is %s answers %s', (code, status) => {
    const to = gateway();
    const exchange = to.chat();
    to.upstream.only.receiver.onError({ code, message: 'why', unsent: true });
    expect(exchange.status).toBe(status);
    expect(exchange.json).toHaveProperty('error.message');
  });

  test('a provider that says more than 64 KB is answered without waiting for its end', () => {
    const to = gateway();
    const exchange = to.chat();
    to.upstream.only.head(500, ['content-type', 'text/plain']);
    to.upstream.only.data('x'.repeat(70_000), 10_000);
    expect([exchange.status, exchange.ended, to.upstream.only.aborted]).toEqual([500, true, true]);
  });
});

describe('withExceptionType', () => {
  test.each([
    ['bad_request', null],
    ['internal', null],
    ['rate_limit', 'throttling_error'],
    ['auth_error', 'auth_error'],
  ] as const)('%s: %s', (code, type) => {
    expect(withExceptionType(new GatewayError(code, 'x')).type).toBe(type);
  });
});
