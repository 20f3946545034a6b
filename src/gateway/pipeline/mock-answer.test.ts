import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AssembledGateway, openaiDeployment } from '../../../test/support/assembled-gateway.ts';
import type { SnapshotParts } from '../../../test/support/snapshot.ts';
import type { JsonObject } from '../../protocol/json.ts';

function gateway(params: JsonObject, general: SnapshotParts['general'] = {}): AssembledGateway {
  return new AssembledGateway({ deployments: [openaiDeployment(params)], general });
}

describe('a mocked deployment', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => vi.useRealTimers());

  test('answers without a provider, under the name that was asked for', () => {
    const to = gateway({ mock_response: 'canned' });
    const exchange = to.chat();
    expect(exchange.json).toMatchObject({ model: 'group', choices: [{ message: { content: 'canned' } }] });
    expect(exchange.replied('x-litellm-model-id')).toEqual(['id-group']);
    expect(to.upstream.calls).toHaveLength(0);
  });

  test('answers a stream that ends in [DONE]', () => {
    const exchange = gateway({ mock_response: 'canned answer' }).chat({ stream: true });
    expect(exchange.replied('content-type')).toEqual(['text/event-stream; charset=utf-8']);
    expect(exchange.text).toMatch(/^data: \{.*\n\ndata: \[DONE\]\n\n$/s);
    expect(exchange.ended).toBe(true);
  });

  test('answers an error where the mock is one', () => {
    const exchange = gateway({ mock_response: 'litellm.RateLimitError' }).chat();
    expect([exchange.status, exchange.text]).toEqual([429, expect.stringContaining('Received Model Group=group')]);
  });

  test('waits, and never answers a client that has left', () => {
    const to = gateway({ mock_response: 'late', mock_delay: 3 });
    const [stays, leaves] = [to.chat(), to.chat()];
    expect(stays.ended).toBe(false);
    leaves.leave();
    vi.advanceTimersByTime(3000);
    expect([stays.status, leaves.status]).toEqual([200, 0]);
  });
});

describe('mock members of a request', () => {
  test('that switch on a fault are refused unless an administrator allows them', () => {
    const to = gateway({});
    const exchange = to.chat({ mock_testing_rate_limit_error: true });
    expect([exchange.status, exchange.text]).toEqual([400, expect.stringContaining('mock_testing_rate_limit_error')]);
    expect(to.upstream.calls).toHaveLength(0);
    const allowed = gateway({}, { allowMockTestingParams: true });
    expect(allowed.chat({ mock_testing_rate_limit_error: true }).status).toBe(429);
  });

  test('that can an answer never reach the provider and answer nothing', () => {
    const to = gateway({});
    to.chat({ mock_response: 'mine' });
    expect(to.upstream.only.json).not.toHaveProperty('mock_response');
  });
});
