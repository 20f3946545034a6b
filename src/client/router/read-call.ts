/**
 * What a program asks of one call, apart: the request as routing sees it, the body, and what steers this call alone.
 * Options may be spelled LiteLLM's way or in camel case; every other member is the provider's and stays as it is.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { kindOfValue } from '../../errors/kind-of-value.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import { isInternalKey } from '../../providers/internal-keys.ts';
import { OPENAI_CHAT_PARAMS } from '../../providers/openai-param-names.ts';
import type { RoutingRequest } from '../../router/contract.ts';
import {
  asksForWebSearch,
  type MemberLookup,
  mocksAsked,
  overridesAsked,
  tagsAsked,
} from '../../router/routing-members.ts';
import { routingRequest } from '../../router/routing-request.ts';
import type { CustomLogger } from '../callbacks/contract.ts';
import { splitCallbacks } from '../callbacks/read-callbacks.ts';
import { asJson, isRecord, withoutUndefined } from './as-json.ts';
import { checkCallOptions, wrongOption } from './check-call-options.ts';
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
  /** Who hears of it. */
  readonly loggers: readonly CustomLogger[];
  readonly routing: RoutingRequest;
}

export interface CallContext {
  /** Tokens of a prompt; null: it cannot be counted. */
  readonly countTokens: (body: JsonObject) => number | null;
  /** Who hears of every call. */
  readonly loggers: () => readonly CustomLogger[];
  /** The deployment that gave a response; null: unknown. */
  readonly holderOf: (responseId: string) => string | null;
}

/** Options that are no steering name of the gateway's. */
const OWN_OPTIONS: ReadonlySet<string> = new Set(['model_group_retry_policy', 'mock_testing_rate_limit_error']);
/** Parameters of OpenAI's other calls, and of rankings. */
const OTHER_PARAMS: ReadonlySet<string> = new Set(
  `best_of encoding_format input_type max_output_tokens max_tool_calls output_compression output_format previous_response_id
   rank_fields return_documents stream_format timestamp_granularities top_n max_chunks_per_doc
   max_tokens_per_doc`.split(/\s+/),
);
/** Options of LiteLLM that would change something and are not here yet: never ignored in silence. */
const NOT_YET =
  `priority prompt_id guardrails logger_fn client ssl_verify ensure_alternating_roles user_continue_message
  assistant_continue_message custom_prompt_dict enable_json_schema_validation azure_ad_token_provider
  litellm_system_prompt`.split(/\s+/);

/** @throws GatewayError `bad_request`, `not_implemented` for what is not here yet */
export function readCall(family: CallFamily, question: unknown, context: CallContext): ReadCall {
  const { method } = family;
  if (!isRecord(question))
    throw new GatewayError(
      'bad_request',
      `${method} takes one object, e.g. {model: 'gpt-4o'}; got ${kindOfValue(question)}.`,
    );
  const { rest, loggers } = splitCallbacks(question);
  const { signal = null, ...members } = rest;
  if (signal !== null && !isSignal(signal)) throw wrongOption(method, 'signal', `an AbortSignal`, signal);
  const body = withoutUndefined(spelled(members));
  const { model = family.defaultModel } = body;
  if (typeof model !== 'string') throw wrongOption(method, 'model', "the name of a model, e.g. 'gpt-4o'", model);
  for (const name of family.required)
    if (body[name] === undefined || body[name] === null) throw wrongOption(method, name, 'given', body[name]);
  if (family.family === 'chat' && !isJsonArray(body['messages']))
    throw wrongOption(method, 'messages', 'an array of messages', body['messages']);
  checkCallOptions(method, body);
  for (const name of NOT_YET) {
    const value = body[name];
    if (value === undefined || value === null || (value === false && name !== 'ssl_verify')) continue;
    const text = `${method}: \`${name}\` is not there yet. Leave it out, or keep LiteLLM.`;
    throw new GatewayError('not_implemented', text, { param: name });
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
    loggers: [...context.loggers(), ...loggers],
    routing: routingOf(model, body, stream, context),
  };
}

function spelled(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const out = Object.create(null) as Record<string, unknown>;
  for (const [given, value] of Object.entries(members)) {
    const name = snakeCase(given);
    out[name !== given && isKnownName(name) ? name : given] = value;
  }
  if ('noLog' in out) {
    out['no-log'] = out['noLog'];
    delete out['noLog'];
  }
  return out;
}

/** A name that only the provider knows stays as it is written. */
function isKnownName(name: string): boolean {
  return isInternalKey(name) || OWN_OPTIONS.has(name) || OPENAI_CHAT_PARAMS.has(name) || OTHER_PARAMS.has(name);
}

function isSignal(value: unknown): value is AbortSignal {
  return isRecord(value) && typeof value['addEventListener'] === 'function';
}

function routingOf(model: string, body: JsonObject, stream: boolean, context: CallContext): RoutingRequest {
  const member: MemberLookup = (name) => body[name];
  const { previous_response_id: previous, allowed_model_region: region } = body;
  let counted: { readonly tokens: number | null } | null = null;
  return routingRequest(model, {
    stream,
    tags: [...tagsAsked(member)],
    region: typeof region === 'string' ? region : null,
    usesResponseFormat: isJsonObject(body['response_format']),
    usesWebSearch: asksForWebSearch(member),
    inputTokens: () => (counted ??= { tokens: context.countTokens(body) }).tokens,
    pinnedId: typeof previous === 'string' ? context.holderOf(previous) : null,
    overrides: overridesAsked((name) => setting(name, body[name])),
    mocks: mocksAsked(member, (value) => value === true),
    waitSeconds: requestSeconds(body),
  });
}

/** A setting as the configuration would say it. */
function setting(name: string, value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return value;
  const json = asJson(value, name);
  return name.endsWith('fallbacks') ? respelledTargets(json) : json;
}

/** The call's own time limit in seconds; null: none, or 0. */
export function requestSeconds(body: JsonObject): number | null {
  return secondsOf(body['timeout']) ?? secondsOf(body['request_timeout']);
}

/** More than 0, else null. */
export function secondsOf(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && value > 0 ? value : null;
}
