/**
 * The `mock_testing_*` switches: a failure made up before the first attempt (for fallbacks) or inside the retries (rate
 * limit), so that an admin can watch what the router does with it. Only reached when the request was allowed to ask.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { isSwitchedOn, ownMember } from './mock-params.ts';

/** The configured chains as Python prints them, for the message. */
export interface ConfiguredChains {
  readonly fallbacks: string;
  readonly contextWindowFallbacks: string;
  readonly contentPolicyFallbacks: string;
}

export const NO_CHAINS: ConfiguredChains = {
  fallbacks: 'None',
  contextWindowFallbacks: 'None',
  contentPolicyFallbacks: 'None',
};

// LiteLLM-compat: the text continues after the indentation of a source line.
const CONTINUED = ' '.repeat(20);

/** What stands for the first attempt, or null. The first switch that is on counts. */
export function mockTestingFailure(mocks: JsonObject, group: string, chains: ConfiguredChains): GatewayError | null {
  const text = `This is a mock exception for model=${group}, to trigger a fallback. `;
  if (isSwitchedOn(ownMember(mocks, 'mock_testing_fallbacks'))) {
    return new GatewayError('internal', `litellm.InternalServerError: ${text}Fallbacks=${chains.fallbacks}`);
  }
  if (isSwitchedOn(ownMember(mocks, 'mock_testing_context_fallbacks'))) {
    return new GatewayError(
      'context_window_exceeded',
      `litellm.ContextWindowExceededError: litellm.BadRequestError: ${text}${CONTINUED}` +
        `Context_Window_Fallbacks=${chains.contextWindowFallbacks}`,
    );
  }
  if (isSwitchedOn(ownMember(mocks, 'mock_testing_content_policy_fallbacks'))) {
    return new GatewayError(
      'content_policy_violation',
      `litellm.BadRequestError: litellm.ContentPolicyViolationError: ${text}${CONTINUED}` +
        `Context_Policy_Fallbacks=${chains.contentPolicyFallbacks}`,
    );
  }
  return null;
}

/** LiteLLM-compat: fails the first attempt only, and only for the literal true. */
export function mockTestingRateLimit(mocks: JsonObject, group: string): GatewayError | null {
  if (ownMember(mocks, 'mock_testing_rate_limit_error') !== true) return null;
  return new GatewayError(
    'rate_limit',
    `litellm.RateLimitError: This is a mock exception for model=${group}, to trigger a rate limit error.`,
  );
}
