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

/** Another attempt ends the same way. */
const final = (className: string, status: number, type: string, remedy: string): ErrorCodeRow => ({
  className,
  status,
  type,
  retryable: false,
  remedy,
});

/** Another attempt may succeed. */
const passing = (className: string, status: number, type: string, remedy: string): ErrorCodeRow => ({
  ...final(className, status, type, remedy),
  retryable: true,
});

const INVALID = 'invalid_request_error';
const INTERNAL = 'internal_server_error';

export const ERROR_CODES = {
  bad_request: final('BadRequestError', 400, INVALID, 'Correct the request as the message says.'),
  invalid_json: final('BadRequestError', 400, INVALID, 'Send one valid JSON object in UTF-8.'),
  unsupported_params: final(
    'UnsupportedParamsError',
    400,
    INVALID,
    'Remove the parameter, or set `drop_params: true`.',
  ),
  context_window_exceeded: final(
    'ContextWindowExceededError',
    400,
    INVALID,
    'Shorten the messages, or set `context_window_fallbacks`.',
  ),
  content_policy_violation: final(
    'ContentPolicyViolationError',
    400,
    INVALID,
    'Change the prompt, or set `content_policy_fallbacks`.',
  ),
  unknown_model: final('BadRequestError', 400, INVALID, 'Use a name that `GET /v1/models` lists.'),
  client_credentials_refused: final(
    'BadRequestError',
    400,
    INVALID,
    'Remove the field, or allow it with `configurable_clientside_auth_params`.',
  ),
  authentication: final('AuthenticationError', 401, 'authentication_error', "Check the deployment's api_key."),
  auth_error: final('ProxyException', 401, 'auth_error', 'Send the gateway key as `Authorization: Bearer sk-…`.'),
  permission_denied: final(
    'PermissionDeniedError',
    403,
    'permission_error',
    'Ask the provider for access to this model.',
  ),
  forbidden_host: final(
    'ProxyException',
    403,
    'permission_error',
    'Call the gateway by its loopback address, or set a `master_key`.',
  ),
  not_found: final('NotFoundError', 404, INVALID, 'Check the model name or the path.'),
  method_not_allowed: final('ProxyException', 405, INVALID, 'Use the method that the `allow` header names.'),
  timeout: passing('Timeout', 408, INVALID, 'Raise `timeout` or `stream_timeout`, or add a fallback.'),
  request_too_large: final('ProxyException', 413, INVALID, 'Shrink the body, or raise `max_request_size_mb`.'),
  unprocessable: final('UnprocessableEntityError', 422, INVALID, 'Correct the request as the message says.'),
  rate_limit: passing('RateLimitError', 429, 'throttling_error', 'Wait for `retry-after`, or add deployments.'),
  internal: passing('InternalServerError', 500, INTERNAL, 'Retry; the provider failed.'),
  api_connection: passing('APIConnectionError', 500, INTERNAL, 'Check that the provider can be reached from here.'),
  api_error: final('APIError', 500, INTERNAL, 'See the provider message.'),
  not_implemented: final(
    'ProxyException',
    501,
    'not_implemented',
    'Start the gateway with `--fallback`, and LiteLLM serves it.',
  ),
  bad_gateway: passing(
    'BadGatewayError',
    502,
    INTERNAL,
    'Retry; the provider answered with something that is not an answer.',
  ),
  service_unavailable: passing('ServiceUnavailableError', 503, INTERNAL, 'Retry later, or add a fallback.'),
  draining: passing('ProxyException', 503, INTERNAL, 'Retry on another instance; this one is shutting down.'),
  gateway_timeout: passing('Timeout', 504, INTERNAL, 'Retry; the provider timed out.'),
} as const satisfies Record<string, ErrorCodeRow>;

export type ErrorCode = keyof typeof ERROR_CODES;
