/**
 * The one table of errors: LiteLLM's exception class, HTTP status, the `type` of the wire body, and whether another
 * attempt may help. docs/errors.md lists the same rows; a test holds the two together.
 *
 * `type` and `status` are defaults: a provider error keeps the status that the provider sent.
 */
export interface ErrorCodeRow {
  /** LiteLLM's class name, the first word of a provider error's message (`litellm.RateLimitError: …`). */
  readonly className: string;
  readonly status: number;
  /** Value of `error.type` on the wire. */
  readonly type: string;
  /** Read by retries and fallbacks. */
  readonly retryable: boolean;
  /** What the reader can do about it, one sentence, for docs/errors.md. */
  readonly remedy: string;
}

const row = (className: string, status: number, type: string, retryable: boolean, remedy: string): ErrorCodeRow => ({
  className,
  status,
  type,
  retryable,
  remedy,
});

const INVALID = 'invalid_request_error';
const INTERNAL = 'internal_server_error';

export const ERROR_CODES = {
  bad_request: row('BadRequestError', 400, INVALID, false, 'Correct the request as the message says.'),
  invalid_json: row('BadRequestError', 400, INVALID, false, 'Send one valid JSON object in UTF-8.'),
  unsupported_params: row(
    'UnsupportedParamsError',
    400,
    INVALID,
    false,
    'Remove the parameter, or set `drop_params: true`.',
  ),
  context_window_exceeded: row(
    'ContextWindowExceededError',
    400,
    INVALID,
    false,
    'Shorten the messages, or set `context_window_fallbacks`.',
  ),
  content_policy_violation: row(
    'ContentPolicyViolationError',
    400,
    INVALID,
    false,
    'Change the prompt, or set `content_policy_fallbacks`.',
  ),
  unknown_model: row('BadRequestError', 400, INVALID, false, 'Use a name that `GET /v1/models` lists.'),
  client_credentials_refused: row(
    'BadRequestError',
    400,
    INVALID,
    false,
    'Remove the field, or allow it with `configurable_clientside_auth_params`.',
  ),
  authentication: row('AuthenticationError', 401, 'authentication_error', false, "Check the deployment's api_key."),
  auth_error: row('ProxyException', 401, 'auth_error', false, 'Send the gateway key as `Authorization: Bearer sk-…`.'),
  permission_denied: row(
    'PermissionDeniedError',
    403,
    'permission_error',
    false,
    'Ask the provider for access to this model.',
  ),
  forbidden_host: row(
    'ProxyException',
    403,
    'permission_error',
    false,
    'Call the gateway by its loopback address, or set a `master_key`.',
  ),
  not_found: row('NotFoundError', 404, INVALID, false, 'Check the model name or the path.'),
  method_not_allowed: row('ProxyException', 405, INVALID, false, 'Use the method that the `allow` header names.'),
  timeout: row('Timeout', 408, INVALID, true, 'Raise `timeout` or `stream_timeout`, or add a fallback.'),
  request_too_large: row('ProxyException', 413, INVALID, false, 'Shrink the body, or raise `max_request_size_mb`.'),
  unprocessable: row('UnprocessableEntityError', 422, INVALID, false, 'Correct the request as the message says.'),
  rate_limit: row('RateLimitError', 429, 'throttling_error', true, 'Wait for `retry-after`, or add deployments.'),
  internal: row('InternalServerError', 500, INTERNAL, true, 'Retry; the provider failed.'),
  api_connection: row('APIConnectionError', 500, INTERNAL, true, 'Check that the provider can be reached from here.'),
  api_error: row('APIError', 500, INTERNAL, false, 'See the provider message.'),
  not_implemented: row(
    'ProxyException',
    501,
    'not_implemented',
    false,
    'Start with `--fallback URL` so that LiteLLM serves it.',
  ),
  bad_gateway: row(
    'BadGatewayError',
    502,
    INTERNAL,
    true,
    'Retry; the provider answered with something that is not an answer.',
  ),
  service_unavailable: row('ServiceUnavailableError', 503, INTERNAL, true, 'Retry later, or add a fallback.'),
  draining: row('ProxyException', 503, INTERNAL, true, 'Retry on another instance; this one is shutting down.'),
  gateway_timeout: row('Timeout', 504, INTERNAL, true, 'Retry; the provider timed out.'),
} as const satisfies Record<string, ErrorCodeRow>;

export type ErrorCode = keyof typeof ERROR_CODES;
