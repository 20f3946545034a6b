import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../errors/gateway-error.ts';
import { errorBody } from '../../errors/error-body.ts';
import { isConsumedMockParam, isTruthy, refuseMockParams, secondsToMs } from './mock-params.ts';

function refusal(names: readonly string[]): GatewayError {
  try {
    refuseMockParams(names, false);
  } catch (error) {
    if (error instanceof GatewayError) return error;
  }
  throw new Error('not refused');
}

describe('refuseMockParams', () => {
  it('answers as LiteLLM does', () => {
    const message =
      'Mock testing request params are disabled on this proxy: mock_delay. An admin can enable them by setting ' +
      '`general_settings.dangerously_allow_mock_testing_request_params: true` in config.yaml. ' +
      'This setting cannot be changed from the Admin UI or the API.';
    expect(JSON.parse(errorBody(refusal(['mock_response', 'mock_delay'])))).toEqual({
      error: {
        message,
        type: 'invalid_request_error',
        param: null,
        code: '400',
        provider_specific_fields: { error: message },
      },
    });
  });

  it('names all of them in one order, whatever order they were sent in', () => {
    const names = ['mock_delay', 'mock_testing_context_fallbacks', 'mock_testing_fallbacks', 'mock_timeout'];
    expect(refusal(names).message).toContain(
      'proxy: mock_testing_fallbacks, mock_testing_context_fallbacks, mock_timeout, mock_delay. An',
    );
  });

  it('lets everything pass where an admin allows it, and other names always', () => {
    expect(() => refuseMockParams(['mock_timeout'], true)).not.toThrow();
    expect(() => refuseMockParams(['mock_response', 'mock_tool_calls', 'mock_anything', 'model'], false)).not.toThrow();
  });
});

describe('isConsumedMockParam', () => {
  it('keeps canned answers and switches from providers, but not mock_delay', () => {
    const names = ['mock_response', 'mock_tool_calls', 'mock_timeout', 'mock_testing_rate_limit_error'];
    expect(names.every(isConsumedMockParam)).toBe(true);
    expect(['mock_delay', 'mock_other', 'constructor'].some(isConsumedMockParam)).toBe(false);
  });
});

describe('values', () => {
  it('have Python’s truth', () => {
    expect([0, '', null, false, [], {}, undefined].map(isTruthy)).toEqual(Array(7).fill(false));
    expect([1, 'x', true, [0], { a: 1 }].map(isTruthy)).toEqual(Array(5).fill(true));
  });

  it('read seconds', () => {
    expect([0.5, '2', -1, 'x', '', null, true, Number.NaN].map(secondsToMs)).toEqual([500, 2000, 0, 0, 0, 0, 0, 0]);
  });
});
