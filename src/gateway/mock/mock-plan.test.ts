import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../protocol/json.ts';
import { hasMock, mockPlan, type MockFamily, type MockPlan } from './mock-plan.ts';

function plan(
  params: JsonObject,
  mocks: JsonObject = {},
  family: MockFamily = 'chat',
  clientResponses = false,
): MockPlan | null {
  return mockPlan({ family, mocks, params, clientResponses, timeoutSeconds: 3 });
}

describe('mockPlan', () => {
  it('answers for the deployment, and not without one of its mocks', () => {
    expect(plan({ model: 'm' })).toBeNull();
    expect(plan({ mock_response: '' })).toBeNull();
    expect(plan({ mock_delay: 2 })).toBeNull();
    expect(plan({ mock_response: 'hi' })).toMatchObject({ response: 'hi', waitMs: 0, timesOut: false, toolCalls: [] });
    expect(plan({ mock_tool_calls: [{ id: 'c' }] })).toMatchObject({
      response: 'This is a mock request',
      toolCalls: [{ id: 'c' }],
    });
  });

  it('ignores a client’s canned answer unless its key allows it', () => {
    const mocks = { mock_response: 'mine', mock_tool_calls: [{ id: 'c' }] };
    expect(plan({}, mocks)).toBeNull();
    expect(plan({ mock_response: 'theirs' }, mocks)).toMatchObject({ response: 'theirs', toolCalls: [] });
    expect(plan({ mock_response: 'theirs' }, mocks, 'chat', true)).toMatchObject({
      response: 'mine',
      toolCalls: [{ id: 'c' }],
    });
  });

  it('waits before the answer', () => {
    expect(plan({ mock_response: 'x', mock_delay: 0.5 })?.waitMs).toBe(500);
    expect(plan({ mock_response: 'x', mock_delay: 0.5 }, { mock_delay: 1 })?.waitMs).toBe(1000);
    expect(plan({}, { mock_delay: 1 })).toBeNull();
  });

  it('times out after the limit in force, for the literal true alone', () => {
    expect(plan({}, { mock_timeout: true })).toMatchObject({ timesOut: true, waitMs: 3000, deploymentTimeout: 'None' });
    expect(plan({ timeout: 1, mock_timeout: true })?.deploymentTimeout).toBe('1.0');
    expect(plan({ timeout: 0.2, mock_timeout: true })?.deploymentTimeout).toBe('0.2');
    expect(plan({ mock_response: 'x' }, { mock_timeout: 'true' })).toMatchObject({ timesOut: false, waitMs: 0 });
  });

  it.each<[MockFamily, JsonObject, boolean]>([
    ['completions', { mock_response: 'x' }, true],
    ['embeddings', { mock_response: [0.1] }, true],
    ['embeddings', { mock_timeout: true }, false],
    ['images.generations', { mock_response: 'http://x' }, true],
    ['responses', { mock_response: 'x' }, true],
    ['responses', { mock_response: [0.1] }, false],
    ['responses', { mock_tool_calls: [{ id: 'c' }] }, false],
    ['messages', { mock_response: 'x' }, true],
    ['messages', { mock_response: { choices: [] } }, false],
    ['moderations', { mock_response: 'x' }, false],
    ['rerank', { mock_response: 'x' }, false],
    ['audio.speech', { mock_response: 'x' }, false],
  ])('%s %j', (family, params, mocked) => {
    expect(plan(params, {}, family) !== null).toBe(mocked);
  });

  it('reads only own members', () => {
    expect(plan(JSON.parse('{"__proto__": {"mock_response": "x"}}') as JsonObject)).toBeNull();
  });
});

describe('hasMock', () => {
  it('is true for any of a deployment’s mocks', () => {
    expect([{ mock_response: 'x' }, { mock_tool_calls: [] }, { mock_timeout: true }].every(hasMock)).toBe(true);
    expect(hasMock({ model: 'm', mock_delay: 1 })).toBe(false);
  });
});
