/**
 * From what a provider says to an error class: tables of text rules, first match wins, then a table by status. One table
 * per family of providers; the families differ in wording more than in substance.
 */
import type { ErrorCode } from '../errors/codes.ts';
import type { FailureText } from './failure-text.ts';

export interface Failure extends FailureText {
  /** null: something failed without an HTTP answer. */
  readonly status: number | null;
  /** `GroqException`. */
  readonly exception: string;
}

export interface FailureVerdict {
  readonly code: ErrorCode;
  /** LiteLLM's text without its leading `litellm.ClassName: `. */
  readonly text: string;
  /** When it is not the provider's. */
  readonly status?: number;
}

export interface FailureRule {
  readonly when: (failure: Failure) => boolean;
  readonly verdict: (failure: Failure) => FailureVerdict;
}

export type FailureTable = readonly FailureRule[];

/** Asked before any table. */
const TIMEOUT_TEXTS = [
  'Request Timeout Error',
  'Request timed out',
  'Timed out generating response',
  'The read operation timed out',
];

const TIMEOUT_RULE: FailureRule = {
  when: ({ searched }) => TIMEOUT_TEXTS.some((text) => searched.includes(text)),
  verdict: ({ searched }) => ({
    code: 'timeout',
    status: 408,
    text: `APITimeoutError - Request timed out. Error_str: ${searched}`,
  }),
};

function saysRateLimit({ searched, status }: Failure): boolean {
  if ((status === 429 || status === null) && /\b429\b/.test(searched)) return true;
  return /rate[\s_-]*limit/i.test(searched) || searched.toLowerCase().includes('service tier capacity exceeded');
}

const CONTEXT_TEXTS = [
  'exceed context limit',
  "this model's maximum context length is",
  'string too long. expected a string with maximum length',
  "model's maximum context limit",
  "is longer than the model's context length",
  'input tokens exceed the configured limit',
  '`inputs` tokens + `max_new_tokens` must be',
  'exceeds the available context size',
  'exceeds the maximum number of tokens allowed',
];

function saysContextWindow({ searched }: Failure): boolean {
  const text = searched.toLowerCase();
  if (text.includes('string_above_max_length')) return false;
  if (text.includes("invalid 'user'") && text.includes('string too long')) return false;
  return (
    CONTEXT_TEXTS.some((known) => text.includes(known)) ||
    (text.includes('current length is') && text.includes('while limit is')) ||
    (text.includes('maximum input length is') && text.includes('tokens'))
  );
}

const has =
  (...texts: readonly string[]) =>
  ({ searched }: Failure): boolean =>
    texts.every((text) => searched.includes(text));

const plain = ({ exception, message }: Failure): string => `${exception} - ${message}`;
const named =
  (name: string) =>
  (failure: Failure): string =>
    `${name}: ${plain(failure)}`;

function rule(
  when: FailureRule['when'],
  code: ErrorCode,
  text: (failure: Failure) => string,
  status?: number,
): FailureRule {
  return {
    when,
    verdict: (failure) => ({ code, text: text(failure), ...(status === undefined ? {} : { status }) }),
  };
}

const forStatus =
  (...statuses: readonly number[]) =>
  ({ status }: Failure): boolean =>
    status !== null && statuses.includes(status);
const unanswered = ({ status }: Failure): boolean => status === null;
const always = (): boolean => true;

function saysContentPolicy(failure: Failure): boolean {
  return (
    has('invalid_request_error', 'content_policy_violation')(failure) ||
    has('Invalid prompt', 'violating our usage policy')(failure) ||
    failure.searched.toLowerCase().includes('request was rejected as a result of the safety system')
  );
}

/** How OpenAI's own texts and those of compatible providers are read. */
export const OPENAI_TABLE: FailureTable = [
  rule(saysRateLimit, 'rate_limit', named('RateLimitError'), 429),
  rule(saysContextWindow, 'context_window_exceeded', named('ContextWindowExceededError')),
  rule(has('invalid_request_error', 'model_not_found'), 'not_found', plain, 404),
  rule(has('A timeout occurred'), 'timeout', plain, 408),
  rule(saysContentPolicy, 'content_policy_violation', named('ContentPolicyViolationError'), 400),
  rule(
    (failure) => has('invalid_encrypted_content')(failure) || has('could not be verified')(failure),
    'bad_request',
    (failure) =>
      `${plain(failure)}\n\nEncrypted content can only be read by the organization that made it; ` +
      'route follow-up requests to the same deployment.',
  ),
  rule(
    (failure) => has('invalid_request_error')(failure) && !has('Incorrect API key provided')(failure),
    'bad_request',
    plain,
  ),
  rule(
    (failure) =>
      has('Web server is returning an unknown error')(failure) ||
      has('The server had an error processing your request.')(failure),
    'internal',
    plain,
    500,
  ),
  rule(has('Request too large'), 'rate_limit', named('RateLimitError'), 429),
  rule(has('Mistral API raised a streaming error'), 'api_error', plain, 500),
  rule(unanswered, 'api_connection', named('APIConnectionError')),
  rule(forStatus(400, 422), 'bad_request', plain),
  rule(forStatus(401), 'authentication', named('AuthenticationError')),
  rule(forStatus(404), 'not_found', named('NotFoundError')),
  rule(forStatus(408), 'timeout', named('Timeout Error')),
  rule(forStatus(504), 'gateway_timeout', named('Timeout Error')),
  rule(forStatus(429), 'rate_limit', named('RateLimitError')),
  rule(forStatus(500), 'internal', named('InternalServerError')),
  rule(forStatus(502), 'bad_gateway', named('BadGatewayError')),
  rule(forStatus(503), 'service_unavailable', named('ServiceUnavailableError')),
  rule(always, 'api_error', named('APIError')),
];

const AZURE_POLICY_TEXTS = [
  'content_policy_violation',
  'responsibleaipolicyviolation',
  "the response was filtered due to the prompt triggering azure openai's content management",
  'your task failed as a result of our safety system',
  'the model produced invalid content',
  'content_filter_policy',
  'your request was rejected as a result of our safety system',
];

function azurePolicy({ searched }: Failure): boolean {
  const text = searched.toLowerCase();
  return AZURE_POLICY_TEXTS.some((known) => text.includes(known));
}

const azure =
  (name: string) =>
  ({ message }: Failure): string =>
    name === '' ? `AzureException - ${message}` : `AzureException ${name} - ${message}`;

export const AZURE_TABLE: FailureTable = [
  rule(has('Internal server error'), 'internal', azure('Internal server error'), 500),
  rule(has("This model's maximum context length is"), 'context_window_exceeded', azure('ContextWindowExceededError')),
  rule(has('DeploymentNotFound'), 'not_found', azure('NotFoundError'), 404),
  rule(azurePolicy, 'content_policy_violation', ({ message }) => message, 400),
  rule(
    (failure) => (failure.status === 400 || failure.status === null) && has('invalid_request_error')(failure),
    'bad_request',
    azure('BadRequestError'),
  ),
  rule(unanswered, 'api_connection', azure('APIConnectionError')),
  rule(forStatus(400), 'bad_request', azure('')),
  rule(forStatus(401), 'authentication', azure('AuthenticationError')),
  rule(forStatus(404), 'not_found', azure('NotFoundError')),
  rule(forStatus(408), 'timeout', azure('Timeout')),
  rule(forStatus(504), 'gateway_timeout', azure('Timeout')),
  rule(forStatus(422), 'bad_request', azure('BadRequestError')),
  rule(forStatus(429), 'rate_limit', azure('RateLimitError')),
  rule(forStatus(502), 'bad_gateway', azure('BadGatewayError')),
  rule(forStatus(503), 'service_unavailable', azure('ServiceUnavailableError')),
  rule(always, 'api_error', azure('APIError')),
];

/** Providers without text rules: the status decides, all say the same. */
export const STATUS_TABLE: FailureTable = [
  rule(unanswered, 'api_connection', plain),
  rule(forStatus(401), 'authentication', plain),
  rule(forStatus(403), 'permission_denied', plain),
  rule(forStatus(404), 'not_found', plain),
  rule(forStatus(408), 'timeout', plain),
  rule(forStatus(429), 'rate_limit', plain),
  rule(forStatus(500), 'internal', plain),
  rule(forStatus(502), 'bad_gateway', plain),
  rule(forStatus(503), 'service_unavailable', plain),
  rule(forStatus(504), 'gateway_timeout', plain),
  rule(({ status }) => status !== null && status >= 400 && status < 500, 'bad_request', plain),
  rule(always, 'api_error', plain),
];

/** Brokers of other providers: the status decides, the class is named before the text. */
export const BROKER_TABLE: FailureTable = [
  rule(unanswered, 'api_connection', named('APIConnectionError')),
  rule(forStatus(400), 'bad_request', plain),
  rule(forStatus(401), 'authentication', named('AuthenticationError')),
  rule(forStatus(404), 'not_found', named('NotFoundError')),
  rule(forStatus(408), 'timeout', named('Timeout Error')),
  rule(forStatus(422), 'bad_request', named('BadRequestError')),
  rule(forStatus(429), 'rate_limit', named('RateLimitError')),
  rule(forStatus(503), 'service_unavailable', named('ServiceUnavailableError')),
  rule(forStatus(504), 'gateway_timeout', named('Timeout Error')),
  rule(always, 'api_error', named('APIError')),
];

export function judge(table: FailureTable, failure: Failure): FailureVerdict {
  const found = [TIMEOUT_RULE, ...table].find((candidate) => candidate.when(failure));
  return found?.verdict(failure) ?? { code: 'api_error', text: plain(failure) };
}
