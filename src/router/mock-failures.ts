/** `mock_testing_*`: failures made up before the first attempt, so that fallbacks and retries can be watched. */
import { GatewayError } from '../errors/gateway-error.ts';
import { shownName } from '../errors/shown-name.ts';
import type { FallbackChain, MockFailures, RoutingFailure } from './contract.ts';
import type { EffectiveChains } from './fallback-chains.ts';
import { shown } from './failure-text.ts';

// LiteLLM-compat: the text continues after the indentation of a source line.
const CONTINUED = ' '.repeat(20);

/** Stands for the whole group, so that its fallbacks follow; null: none is asked for. The first switch counts. */
export function mockFallbackFailure(
  mocks: MockFailures,
  group: string,
  chains: EffectiveChains,
): RoutingFailure | null {
  const text = `This is a mock exception for model=${shownName(group)}, to trigger a fallback. `;
  if (mocks.fallbacks) {
    const listed = chains.list === null ? sourceOf(chains.generic) : shown(chains.list);
    return mocked(new GatewayError('internal', `litellm.InternalServerError: ${text}Fallbacks=${listed}`));
  }
  if (mocks.contextWindow) {
    const message =
      `litellm.ContextWindowExceededError: litellm.BadRequestError: ${text}${CONTINUED}` +
      `Context_Window_Fallbacks=${sourceOf(chains.contextWindow)}`;
    return mocked(new GatewayError('context_window_exceeded', message));
  }
  if (!mocks.contentPolicy) return null;
  const message =
    `litellm.BadRequestError: litellm.ContentPolicyViolationError: ${text}${CONTINUED}` +
    `Context_Policy_Fallbacks=${sourceOf(chains.contentPolicy)}`;
  return mocked(new GatewayError('content_policy_violation', message));
}

/** Stands for the first attempt, so that a retry follows. */
export function mockRateLimitFailure(group: string): RoutingFailure {
  const text = `litellm.RateLimitError: This is a mock exception for model=${shownName(group)}, to trigger a rate limit error.`;
  return mocked(new GatewayError('rate_limit', text));
}

function mocked(error: GatewayError): RoutingFailure {
  return { reason: 'mock', error, deployment: null, retryAfter: null, silentTimeout: false };
}

function sourceOf(chain: FallbackChain | null): string {
  return shown(chain === null ? null : chain.source);
}
