/** The failures that a mock can ask for by text, in LiteLLM's words. The pipeline adds the model group, as for any failure. */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonValue } from '../../protocol/json.ts';
import type { MockPlan } from './mock-plan.ts';

const OVERLOADED = 529;
const POLICY_TEXT = 'Exception: content_filter_policy';
const STREAM_TEXT = 'Exception: mock_streaming_error';
const EMBEDDING_TEXT = 'error';

export function timeoutFailure(plan: MockPlan): GatewayError {
  return new GatewayError(
    'timeout',
    'litellm.Timeout: This is a mock timeout error\n\n' +
      `Deployment Info: request_timeout: None\ntimeout: ${plan.deploymentTimeout}`,
  );
}

/** Chat, completions and messages understand these texts; the other families answer them as they are. */
export function namedFailure(response: JsonValue, stream: boolean): GatewayError | null {
  if (typeof response !== 'string') return null;
  switch (response) {
    case 'litellm.RateLimitError':
      return new GatewayError('rate_limit', 'litellm.RateLimitError: this is a mock rate limit error');
    case 'litellm.ContextWindowExceededError':
      return new GatewayError(
        'context_window_exceeded',
        'litellm.ContextWindowExceededError: litellm.BadRequestError: this is a mock context window exceeded error',
      );
    case 'litellm.InternalServerError':
      return new GatewayError('internal', 'litellm.InternalServerError: this is a mock internal server error');
  }
  if (response.startsWith(POLICY_TEXT)) {
    // LiteLLM-compat: in spite of its name this is a plain bad request.
    return new GatewayError(
      'bad_request',
      `litellm.BadRequestError: OpenAIException - litellm.MockException: ${response}`,
    );
  }
  if (response.startsWith(STREAM_TEXT)) {
    // LiteLLM-compat: raised before the first chunk, so that even a stream is answered with an error body.
    return new GatewayError(
      'api_error',
      'litellm.APIError: APIError: OpenAIException - litellm.MockException: This is a mock error raised mid-stream',
      { status: OVERLOADED, ...(stream ? { type: null } : {}) },
    );
  }
  return null;
}

export function embeddingFailure(response: JsonValue): GatewayError | null {
  return response === EMBEDDING_TEXT ? connectionFailure('Mock error') : null;
}

export function connectionFailure(text: string): GatewayError {
  return new GatewayError(
    'api_connection',
    `litellm.APIConnectionError: APIConnectionError: OpenAIException - ${text}`,
  );
}
