import { describe, expect, it } from 'vitest';
import { mockTestingFailure, mockTestingRateLimit, NO_CHAINS } from './mock-testing.ts';

describe('mockTestingFailure', () => {
  it.each([
    [
      'mock_testing_fallbacks',
      500,
      'litellm.InternalServerError: This is a mock exception for model=m, to trigger a fallback. Fallbacks=None',
    ],
    [
      'mock_testing_context_fallbacks',
      400,
      'litellm.ContextWindowExceededError: litellm.BadRequestError: This is a mock exception for model=m, ' +
        `to trigger a fallback. ${' '.repeat(20)}Context_Window_Fallbacks=None`,
    ],
    [
      'mock_testing_content_policy_fallbacks',
      400,
      'litellm.BadRequestError: litellm.ContentPolicyViolationError: This is a mock exception for model=m, ' +
        `to trigger a fallback. ${' '.repeat(20)}Context_Policy_Fallbacks=None`,
    ],
  ])('%s', (name, status, message) => {
    expect(mockTestingFailure({ [name]: true }, 'm', NO_CHAINS)).toMatchObject({ status, message });
    expect(mockTestingFailure({ [name]: 'True' }, 'm', NO_CHAINS)).toMatchObject({ status });
    for (const off of [false, 'false', 1, null]) {
      expect(mockTestingFailure({ [name]: off }, 'm', NO_CHAINS)).toBeNull();
    }
  });

  it('names the configured chains', () => {
    const chains = { ...NO_CHAINS, fallbacks: "[{'a': ['b']}]" };
    expect(mockTestingFailure({ mock_testing_fallbacks: true }, 'a', chains)?.message).toContain(
      "Fallbacks=[{'a': ['b']}]",
    );
  });
});

describe('mockTestingRateLimit', () => {
  it('fails for the literal true alone', () => {
    expect(mockTestingRateLimit({ mock_testing_rate_limit_error: true }, 'm')).toMatchObject({
      status: 429,
      type: 'throttling_error',
      retryable: true,
      message: 'litellm.RateLimitError: This is a mock exception for model=m, to trigger a rate limit error.',
    });
    expect(mockTestingRateLimit({ mock_testing_rate_limit_error: 'true' }, 'm')).toBeNull();
  });
});
