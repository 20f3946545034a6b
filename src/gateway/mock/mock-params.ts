/**
 * The `mock_*` members of a request and of `litellm_params`: which of them a client may send, which are taken out of the
 * body before the provider sees it, and how their values are read.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject, JsonValue } from '../../protocol/json.ts';

/** Refused unless an admin allows them, named in this order. */
const GATED_PARAMS = [
  'mock_testing_fallbacks',
  'mock_testing_context_fallbacks',
  'mock_testing_content_policy_fallbacks',
  'mock_testing_rate_limit_error',
  'mock_timeout',
  'mock_delay',
] as const;

/**
 * Never sent to a provider. LiteLLM-compat: `mock_delay` is missing here, because LiteLLM passes it on; canned answers of
 * clients are taken out without a word unless their key allows them.
 */
const CONSUMED_PARAMS: ReadonlySet<string> = new Set([
  'mock_response',
  'mock_tool_calls',
  'mock_testing_fallbacks',
  'mock_testing_context_fallbacks',
  'mock_testing_content_policy_fallbacks',
  'mock_testing_rate_limit_error',
  'mock_timeout',
]);

const SETTING = 'general_settings.dangerously_allow_mock_testing_request_params';

/**
 * Checks the names of a request's members. Cost: nothing for a request without `mock_*` members.
 * @throws GatewayError `bad_request` naming the refused ones
 */
export function refuseMockParams(names: readonly string[], allowed: boolean): void {
  if (allowed || names.length === 0) return;
  const present = GATED_PARAMS.filter((name) => names.includes(name));
  if (present.length === 0) return;
  const message =
    `Mock testing request params are disabled on this proxy: ${present.join(', ')}. ` +
    `An admin can enable them by setting \`${SETTING}: true\` in config.yaml. ` +
    'This setting cannot be changed from the Admin UI or the API.';
  throw new GatewayError('bad_request', message, { providerSpecificFields: { error: message } });
}

/** The member must be cut out of the body. */
export function isConsumedMockParam(name: string): boolean {
  return CONSUMED_PARAMS.has(name);
}

/** Python's truth of a value that came from JSON or YAML. */
export function isTruthy(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** A switch may be the literal true or a word for it. */
export function isSwitchedOn(value: JsonValue | undefined): boolean {
  return value === true || (typeof value === 'string' && value.trim().toLowerCase() === 'true');
}

/** A positive number of seconds as milliseconds, else 0. */
export function secondsToMs(value: JsonValue | undefined): number {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

export function ownMember(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
