/**
 * What a program asks of one call, apart: the request as routing sees it, the body, and what steers this call alone.
 * Options may be spelled LiteLLM's way or in camel case; every other member is the provider's and stays as it is.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { isInternalKey } from '../../providers/internal-keys.ts';
import type { MockFailures, RoutingOverrides, RoutingRequest } from '../../router/contract.ts';
import { readOverrides } from '../../router/read-settings.ts';
import { routingRequest } from '../../router/routing-request.ts';
import { asJson, isRecord, withoutUndefined } from './as-json.ts';
import { respelledTargets } from './fallback-targets.ts';
import type { CallFamily } from './families.ts';
import { snakeCase } from './names.ts';

export interface ReadCall {
  readonly family: CallFamily;
  readonly model: string;
  readonly body: JsonObject;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly signal: AbortSignal | null;
  readonly routing: RoutingRequest;
}

export interface CallContext {
  /** Tokens of a prompt; null: it cannot be counted. */
  readonly countTokens: (body: JsonObject) => number | null;
  /** The deployment that gave a response; null: unknown. */
  readonly holderOf: (responseId: string) => string | null;
}

/** Options that are no steering name of the gateway's. */
const OWN_OPTIONS: ReadonlySet<string> = new Set(['model_group_retry_policy', 'mock_testing_rate_limit_error']);
const COUNTS = ['num_retries', 'timeout', 'request_timeout', 'stream_timeout', 'max_fallbacks'];

/** @throws GatewayError `bad_request` */
export function readCall(family: CallFamily, question: unknown, context: CallContext): ReadCall {
  const { method } = family;
  if (!isRecord(question))
    throw new GatewayError(
      'bad_request',
      `${method} takes one object, e.g. {model: 'gpt-4o'}; got ${kindOfValue(question)}.`,
    );
  const { signal = null, ...members } = question;
  if (signal !== null && !isSignal(signal)) throw wrong(method, 'signal', `an AbortSignal`, signal);
  const body = withoutUndefined(spelled(members));
  const { model } = body;
  if (typeof model !== 'string') throw wrong(method, 'model', "the name of a model, e.g. 'gpt-4o'", model);
  for (const name of family.required)
    if (body[name] === undefined || body[name] === null) throw wrong(method, name, 'given', body[name]);
  if (family.family === 'chat' && !isJsonArray(body['messages']))
    throw wrong(method, 'messages', 'an array of messages', body['messages']);
  for (const name of COUNTS) {
    const value = body[name];
    if (value !== undefined && value !== null && (typeof value !== 'number' || !(value >= 0)))
      throw wrong(method, name, 'a number, 0 or more', value);
  }
  const stream = family.events !== null && body['stream'] === true;
  const options = body['stream_options'];
  return {
    family,
    model,
    body,
    stream,
    includeUsage: isJsonObject(options) && options['include_usage'] === true,
    signal,
    routing: routingOf(model, body, stream, context),
  };
}

function spelled(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const out = Object.create(null) as Record<string, unknown>;
  for (const [given, value] of Object.entries(members)) {
    const name = snakeCase(given);
    out[name !== given && (isInternalKey(name) || OWN_OPTIONS.has(name)) ? name : given] = value;
  }
  return out;
}

function wrong(method: string, name: string, wanted: string, got: unknown): GatewayError {
  const text = `${method}: \`${name}\` has to be ${wanted}; got ${kindOfValue(got)}.`;
  return new GatewayError('bad_request', text, { param: name });
}

function isSignal(value: unknown): value is AbortSignal {
  return isRecord(value) && typeof value['addEventListener'] === 'function';
}

function routingOf(model: string, body: JsonObject, stream: boolean, context: CallContext): RoutingRequest {
  const previous = body['previous_response_id'];
  let counted: { readonly tokens: number | null } | null = null;
  return routingRequest(model, {
    stream,
    tags: tagsOf(body),
    region: typeof body['allowed_model_region'] === 'string' ? body['allowed_model_region'] : null,
    usesResponseFormat: isJsonObject(body['response_format']),
    usesWebSearch: usesWebSearch(body),
    inputTokens: () => (counted ??= { tokens: context.countTokens(body) }).tokens,
    pinnedId: typeof previous === 'string' ? context.holderOf(previous) : null,
    overrides: overridesOf(body),
    mocks: mocksOf(body),
  });
}

function tagsOf(body: JsonObject): readonly string[] {
  const tags = new Set<string>();
  for (const holder of [body, body['metadata'], body['litellm_metadata']]) {
    const list = isJsonObject(holder) ? holder['tags'] : null;
    if (isJsonArray(list)) for (const tag of list) if (typeof tag === 'string') tags.add(tag);
  }
  return [...tags];
}

function usesWebSearch({ tools, web_search_options: options }: JsonObject): boolean {
  if (options !== undefined && options !== null) return true;
  return (
    isJsonArray(tools) &&
    tools.some(
      (tool) => isJsonObject(tool) && typeof tool['type'] === 'string' && tool['type'].startsWith('web_search'),
    )
  );
}

const OVERRIDES = [
  'num_retries',
  'timeout',
  'request_timeout',
  'stream_timeout',
  'fallbacks',
  'context_window_fallbacks',
  'content_policy_fallbacks',
  'max_fallbacks',
  'disable_fallbacks',
  'model_group_retry_policy',
  'enable_tag_filtering',
];

function overridesOf(body: JsonObject): RoutingOverrides | null {
  const layer: Record<string, JsonValue> = {};
  for (const name of OVERRIDES) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    const json = typeof value === 'object' ? asJson(value, name) : value;
    layer[name] = name.endsWith('fallbacks') ? respelledTargets(json) : json;
  }
  return Object.keys(layer).length === 0 ? null : readOverrides([layer]);
}

function mocksOf(body: JsonObject): MockFailures | null {
  const on = (name: string): boolean => body[`mock_testing_${name}`] === true;
  const failures: MockFailures = {
    fallbacks: on('fallbacks'),
    contextWindow: on('context_fallbacks'),
    contentPolicy: on('content_policy_fallbacks'),
    rateLimit: on('rate_limit_error'),
  };
  return Object.values(failures).includes(true) ? failures : null;
}
