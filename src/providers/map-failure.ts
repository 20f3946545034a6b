/**
 * Errors of providers as LiteLLM's error classes: HTTP answers, failures without an answer, and `error` events inside a
 * stream. Pure; the gateway appends what only it knows (model group, fallbacks, deployment).
 */
import { ERROR_CODES, type ErrorCode } from '../errors/codes.ts';
import { GatewayError, type GatewayErrorOptions } from '../errors/gateway-error.ts';
import type { JsonObject, JsonValue } from '../protocol/json.ts';
import type { HeaderList } from '../wire/contract.ts';
import { findProvider } from './catalogue/catalogue.ts';
import type { FailureTableName, ProviderRow } from './catalogue/provider-row.ts';
import type { ProviderFailure, ProviderUnreachable } from './contract.ts';
import { exceptionName } from './exception-names.ts';
import {
  AZURE_TABLE,
  BROKER_TABLE,
  judge,
  OPENAI_TABLE,
  STATUS_TABLE,
  type FailureTable,
  type FailureVerdict,
} from './failure-rules.ts';
import { failureText, type FailureStyle, type FailureText } from './failure-text.ts';

const TABLES: Readonly<Record<FailureTableName, FailureTable>> = {
  openai: OPENAI_TABLE,
  azure: AZURE_TABLE,
  broker: BROKER_TABLE,
  status: STATUS_TABLE,
};

/** What LiteLLM puts before the class's own name for subclasses of a bad request. */
const OUTER_NAMES: Partial<Record<ErrorCode, string>> = {
  context_window_exceeded: 'litellm.ContextWindowExceededError: litellm.BadRequestError',
  content_policy_violation: 'litellm.BadRequestError: litellm.ContentPolicyViolationError',
};

export function mapProviderFailure(failure: ProviderFailure): GatewayError {
  if (failure.status < 400) return redirectRefused(failure);
  const row = findProvider(failure.provider);
  const style: FailureStyle = row?.digestsErrors === true ? 'digested' : 'quoted';
  const text = failureText(failure.status, failure.body, style, failure.secret);
  const verdict = judge(TABLES[row?.failures ?? 'openai'], {
    ...text,
    status: failure.status,
    exception: exceptionName(failure.provider),
  });
  return toError(verdict, verdict.status ?? failure.status, {
    ...details(verdict, text, row),
    ...retryAfter(failure.headers),
  });
}

/** A redirect is not followed: the key would go to a host that nobody configured. Its status would look like success. */
function redirectRefused({ provider, status }: ProviderFailure): GatewayError {
  return new GatewayError(
    'bad_gateway',
    `litellm.BadGatewayError: BadGatewayError: ${exceptionName(provider)} - The provider answered ${status} with a ` +
      'redirect, which is not followed. Set api_base in litellm_params to the address where the API is.',
  );
}

/** Something that a provider's software said without an HTTP status, e.g. in a log line or a relayed exception. */
export function mapProviderText(provider: string, message: string): GatewayError {
  const row = findProvider(provider);
  const text = failureText(0, message, 'quoted');
  const verdict = judge(TABLES[row?.failures ?? 'openai'], {
    ...text,
    status: null,
    exception: exceptionName(provider),
  });
  return toError(verdict, verdict.status ?? ERROR_CODES[verdict.code].status, {});
}

function toError(verdict: FailureVerdict, status: number, options: GatewayErrorOptions): GatewayError {
  const outer = OUTER_NAMES[verdict.code] ?? `litellm.${ERROR_CODES[verdict.code].className}`;
  return new GatewayError(verdict.code, `${outer}: ${verdict.text}`, {
    status,
    type: typeOf(status),
    retryable: isRetryable(verdict.code, status),
    ...options,
  });
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'throttling_error';
  return status >= 500 ? 'internal_server_error' : 'invalid_request_error';
}

/** LiteLLM-compat: 403 may be a passing mood of the provider and is tried again. */
function isRetryable(code: ErrorCode, status: number): boolean {
  return ERROR_CODES[code].retryable || status === 403 || status === 408 || status === 409 || status >= 500;
}

/** The provider's code for a bad request (`context_length_exceeded`), and Azure's reasons for a refusal. */
function details(verdict: FailureVerdict, text: FailureText, row: ProviderRow | null): GatewayErrorOptions {
  const code = text.error?.['code'];
  const kept = ERROR_CODES[verdict.code].status === 400 && typeof code === 'string' && !/^\d*$/.test(code);
  const reasons =
    row?.wire === 'azure' && verdict.code === 'content_policy_violation' ? azureReasons(text.error) : null;
  return {
    ...(kept ? { wireCode: code } : {}),
    ...(reasons === null ? {} : { providerSpecificFields: reasons }),
  };
}

function azureReasons(error: JsonObject | null): JsonObject | null {
  if (error === null) return null;
  const inner = error['innererror'] ?? error['inner_error'] ?? null;
  return { innererror: inner, inner_error: inner, azure_error: error };
}

/** Whole seconds of `retry-after`, a number or a date relative to the answer's own clock. */
function retryAfter(headers: HeaderList): GatewayErrorOptions {
  const seconds = retryAfterSeconds(header(headers, 'retry-after'), header(headers, 'date'));
  return seconds === null ? {} : { retryAfterSeconds: seconds };
}

function retryAfterSeconds(value: string | null, date: string | null): number | null {
  if (value === null) return null;
  if (/^\d+(?:\.\d+)?$/.test(value)) return Math.ceil(Number(value));
  const until = Date.parse(value);
  const since = date === null ? Number.NaN : Date.parse(date);
  return Number.isNaN(until) || Number.isNaN(since) ? null : Math.max(0, Math.ceil((until - since) / 1000));
}

function header(headers: HeaderList, name: string): string | null {
  for (let index = 0; index + 1 < headers.length; index += 2)
    if (headers[index] === name) return headers[index + 1] ?? null;
  return null;
}

export function mapProviderUnreachable(failure: ProviderUnreachable): GatewayError {
  const row = findProvider(failure.provider);
  const exception = exceptionName(failure.provider);
  if (failure.kind === 'timeout') return toError(timeoutVerdict(failure, row, exception), 408, {});
  if (failure.kind === 'unsendable') return unsendable(failure, exception);
  const digested = row?.digestsErrors === true;
  // LiteLLM-compat: what breaks inside a reply is a broken connection there, with the words of the break.
  if (digested && failure.kind === 'cut')
    return toError({ code: 'api_connection', text: `APIConnectionError: ${exception} - ${failure.message}` }, 500, {
      type: null,
    });
  const text = digested && failure.kind !== 'malformed' ? 'Connection error.' : failure.message;
  if (row?.wire === 'azure')
    return toError({ code: 'api_connection', text: `AzureException APIConnectionError - ${text}` }, 500, {});
  if (row?.failures === 'broker')
    return toError({ code: 'api_error', text: `APIError: ${exception} - ${text}` }, 500, {});
  if (row?.failures === 'status') return toError({ code: 'internal', text: `${exception} - ${text}` }, 500, {});
  return toError({ code: 'internal', text: `InternalServerError: ${exception} - ${text}` }, 500, {});
}

/** LiteLLM calls it a connection error and tries again, although nothing that is sent again can be right. */
function unsendable({ message }: ProviderUnreachable, exception: string): GatewayError {
  return /invalid (?:authorization|api-key|x-api-key) header/.test(message)
    ? toError({ code: 'authentication', text: `AuthenticationError: ${exception} - ${KEY_REMEDY}` }, 401, {})
    : toError({ code: 'bad_request', text: `${exception} - ${message}. ${HEADER_REMEDY}` }, 400, {});
}

const KEY_REMEDY =
  'The API key cannot be sent: it holds a line break or another character that no header may hold. Look at the end of the file or variable that it comes from.';
const HEADER_REMEDY = 'Look at headers, api_base and api_version of the deployment and of the call.';

function timeoutVerdict(failure: ProviderUnreachable, row: ProviderRow | null, exception: string): FailureVerdict {
  const limit = failure.timeoutSeconds;
  if (row?.digestsErrors === true) {
    const times =
      limit === undefined
        ? ''
        : ` - timeout value=${limit}, time taken=${(failure.elapsedSeconds ?? limit).toFixed(2)} seconds`;
    return { code: 'timeout', text: `APITimeoutError - Request timed out. Error_str: Request timed out.${times}` };
  }
  const seconds = limit === undefined ? '' : ` after ${Number.isInteger(limit) ? `${limit}.0` : limit} seconds`;
  return {
    code: 'timeout',
    text: `Timeout Error: ${exception} - litellm.Timeout: Connection timed out${seconds}.`,
  };
}

/** Types of `error` events that tell a status. */
const STATUS_BY_TYPE: ReadonlyMap<string, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['rate_limit_error', 429],
  ['rate_limit_exceeded', 429],
  ['insufficient_quota', 429],
  ['overloaded_error', 503],
]);

/**
 * An `error` event inside a stream that began with 200. A status in its code or type decides like an HTTP answer;
 * without one it is a broken connection, as LiteLLM says.
 */
export function mapProviderStreamError(failure: ProviderFailure): GatewayError {
  const text = failureText(failure.status, failure.body, 'digested', failure.secret);
  const status = statusOf(text.error);
  if (status !== null) return mapProviderFailure({ ...failure, status });
  const message = text.error?.['message'];
  return toError(
    {
      code: 'api_connection',
      text: `APIConnectionError: ${exceptionName(failure.provider)} - ${typeof message === 'string' ? message : text.message}`,
    },
    500,
    { type: null },
  );
}

function statusOf(error: JsonObject | null): number | null {
  const code = numeric(error?.['code']) ?? numeric(error?.['status']);
  if (code !== null && code >= 400 && code < 600) return code;
  for (const name of [error?.['code'], error?.['type']]) {
    const status = typeof name === 'string' ? STATUS_BY_TYPE.get(name) : undefined;
    if (status !== undefined) return status;
  }
  return null;
}

function numeric(value: JsonValue | undefined): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : null;
}
