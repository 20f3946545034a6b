/** Failures that a mock can be asked for: by LiteLLM's texts, or as an error object of the program. */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonValue } from '../../protocol/json.ts';

const BY_TEXT: ReadonlyMap<string, () => GatewayError> = new Map([
  [
    'litellm.RateLimitError',
    () => new GatewayError('rate_limit', 'litellm.RateLimitError: this is a mock rate limit error'),
  ],
  [
    'litellm.ContextWindowExceededError',
    () =>
      new GatewayError(
        'context_window_exceeded',
        'litellm.ContextWindowExceededError: litellm.BadRequestError: this is a mock context window exceeded error',
      ),
  ],
  [
    'litellm.InternalServerError',
    () => new GatewayError('internal', 'litellm.InternalServerError: this is a mock internal server error'),
  ],
]);
const POLICY_TEXT = 'Exception: content_filter_policy';
const STREAM_TEXT = 'Exception: mock_streaming_error';
const OVERLOADED = 529;

/** @returns null: it is no failure. An error of another kind is told as LiteLLM tells the exceptions of mocks */
export function namedFailure(response: JsonValue | Error): GatewayError | null {
  if (response instanceof GatewayError) return response.with({});
  if (response instanceof Error) return mockException(response);
  if (typeof response !== 'string') return null;
  const named = BY_TEXT.get(response);
  if (named !== undefined) return named();
  // LiteLLM-compat: in spite of its name this is a plain bad request.
  if (response.startsWith(POLICY_TEXT))
    return new GatewayError(
      'bad_request',
      `litellm.BadRequestError: OpenAIException - litellm.MockException: ${response}`,
    );
  // LiteLLM-compat: raised before the first chunk.
  if (response.startsWith(STREAM_TEXT))
    return new GatewayError(
      'api_error',
      'litellm.APIError: APIError: OpenAIException - litellm.MockException: This is a mock error raised mid-stream',
      { status: OVERLOADED },
    );
  return null;
}

function mockException(error: Error): GatewayError {
  const status = 'status' in error && typeof error.status === 'number' ? error.status : 500;
  return new GatewayError('api_error', `litellm.APIError: APIError: litellm.MockException: ${error.message}`, {
    status,
    cause: error,
  });
}

export function mockTimeout(): GatewayError {
  return new GatewayError('timeout', 'litellm.Timeout: This is a mock timeout error');
}
