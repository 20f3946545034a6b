/**
 * What becomes of each key of a request body for one deployment and route family, compiled once.
 *
 * Fast: a verdict per top-level key, one map look-up and, for unknown keys, one short pattern. Slow: `rewrite` builds the
 * provider's body anew. An ordinary deployment answers keep or drop for everything an ordinary request holds; whatever
 * would be refused, renamed or merged is `slow`, so that the fast path never differs, it only refuses.
 */
import { isJsonArray, type JsonObject, type JsonValue } from '../protocol/json.ts';
import type { JsonKind } from '../protocol/shallow-json-scanner.ts';
import type { ParamPolicy, ParamVerdict, RewriteContext, RouteFamily } from './contract.ts';
import { dialectOf } from './dialects/dialects.ts';
import type { DialectModel, ParamDialect } from './dialects/param-dialect.ts';
import { dropNested, parseDropPaths } from './drop-paths.ts';
import { checkEmbeddingParams } from './embedding-params.ts';
import { internalKeys, isInternalKey, looksLikePrice } from './internal-keys.ts';
import { messageRulesOf, type MessageRules } from './message-transforms/message-rules.ts';
import { OPENAI_CHAT_PARAMS, UNCHECKED_PARAMS } from './openai-param-names.ts';
import { placeParams } from './place-params.ts';

export interface PolicyInput {
  /** Name and facts that decide about parameters. */
  readonly at: DialectModel;
  readonly family: RouteFamily;
  /** Name that goes into `model`; null when the address already names it. */
  readonly sentModel: string | null;
  readonly sendsStreamFalse: boolean;
  readonly asksForStreamUsage: boolean;
  readonly takesStreamOptions: boolean;
  /** `litellm_params`. */
  readonly params: JsonObject;
  readonly dropParams: boolean;
  readonly apiBase: string;
}

/** Keys whose presence means that the body must be built anew. */
const REBUILDING = ['extra_body', 'drop_params', 'additional_drop_params', 'allowed_openai_params'];

export function createParamPolicy(input: PolicyInput): ParamPolicy {
  return input.family === 'chat' ? chatPolicy(input) : plainPolicy(input);
}

/** `litellm_params` that are call parameters: what a request gets when it does not say otherwise. */
function deploymentDefaults(params: JsonObject): Map<string, JsonValue> {
  const defaults = new Map<string, JsonValue>();
  for (const [key, value] of Object.entries(params)) {
    if (key !== 'model' && value !== null && !isInternalKey(key)) defaults.set(key, value);
  }
  return defaults;
}

interface Compiled {
  readonly defaults: ReadonlyMap<string, JsonValue>;
  readonly extraBody: JsonObject;
  readonly dropped: readonly string[];
  readonly allowed: readonly string[];
}

function compile(params: JsonObject): Compiled {
  return {
    defaults: deploymentDefaults(params),
    extraBody: objectOf(params['extra_body']),
    dropped: namesOf(params['additional_drop_params']),
    allowed: namesOf(params['allowed_openai_params']),
  };
}

function changesEveryBody(compiled: Compiled): boolean {
  return compiled.defaults.size > 0 || Object.keys(compiled.extraBody).length > 0 || compiled.dropped.length > 0;
}

function chatPolicy(input: PolicyInput): ParamPolicy {
  const dialect = dialectOf(input.at.provider);
  const compiled = compile(input.params);
  const rules = messageRulesOf(input.at, input.apiBase);
  const verdicts = chatVerdicts(dialect, input.at, compiled);
  return {
    alwaysSlow: changesEveryBody(compiled) || rules.always,
    verdict: (key, kind) => verdictOf(verdicts, key, kind),
    needsRewrite: (key, bytes) =>
      key === 'messages' || key === 'tools' ? rules.needsRewrite(bytes) : key === 'stop' && holdsTooMany(bytes),
    rewrite: (body, context) => rewriteChat({ input, dialect, compiled, rules }, body, context),
  };
}

/** One entry per key that is not simply kept. */
function chatVerdicts(dialect: ParamDialect, at: DialectModel, compiled: Compiled): ReadonlyMap<string, ParamVerdict> {
  const verdicts = baseVerdicts();
  const supported = new Set([...dialect.supported(at), ...compiled.allowed]);
  for (const name of OPENAI_CHAT_PARAMS) {
    if (verdicts.has(name)) continue;
    if (!supported.has(name)) verdicts.set(name, UNCHECKED_PARAMS.has(name) ? 'drop' : 'slow');
  }
  for (const name of dialect.touchedFor?.(at) ?? dialect.touched) verdicts.set(name, 'slow');
  return verdicts;
}

function baseVerdicts(): Map<string, ParamVerdict> {
  const verdicts = new Map<string, ParamVerdict>();
  for (const name of internalKeys()) verdicts.set(name, 'drop');
  for (const name of REBUILDING) verdicts.set(name, 'slow');
  return verdicts;
}

function verdictOf(verdicts: ReadonlyMap<string, ParamVerdict>, key: string, kind: JsonKind): ParamVerdict {
  const known = verdicts.get(key);
  if (known !== undefined) return kind === 'null' ? 'drop' : known;
  if (kind === 'null') return 'drop';
  return key.startsWith('_litellm') || looksLikePrice(key) ? 'drop' : 'keep';
}

interface ChatRewriter {
  readonly input: PolicyInput;
  readonly dialect: ParamDialect;
  readonly compiled: Compiled;
  readonly rules: MessageRules;
}

function rewriteChat(self: ChatRewriter, body: JsonObject, context: RewriteContext): JsonObject {
  const { input, dialect, compiled, rules } = self;
  const dropped = [...compiled.dropped, ...namesOf(body['additional_drop_params'])];
  const allowed = [...compiled.allowed, ...namesOf(body['allowed_openai_params'])];
  const { messages: given, ...rest } = limitStops(withDefaults(body, compiled.defaults));
  const placed = placeParams(dialect, input.at, callParams(rest), {
    dropParams: effectiveDropParams(input, context),
    allowed,
    dropped,
    shownModel: input.at.model,
  });
  const params = dropNested(
    {
      ...Object.fromEntries(placed.params),
      ...Object.fromEntries(placed.extra),
      ...compiled.extraBody,
      ...objectOf(body['extra_body']),
    },
    parseDropPaths(dropped),
  );
  const shaped = rules.rewrite({ messages: given ?? null, params });
  return finishBody(input, shaped.messages === null ? {} : { messages: shaped.messages }, shaped.params, {
    ...context,
    streamOptions: body['stream_options'] ?? null,
  });
}

/** LiteLLM-compat: OpenAI takes at most four stop texts, so no more are sent to anybody. */
const MAX_STOPS = 4;
const COMMA = 0x2c;

/** Counts separators, which texts may hold too: it may say yes for nothing. */
function holdsTooMany(bytes: readonly Buffer[]): boolean {
  let commas = 0;
  for (const chunk of bytes) for (const byte of chunk) if (byte === COMMA) commas += 1;
  return commas >= MAX_STOPS;
}

function limitStops(body: JsonObject): JsonObject {
  const stop = body['stop'];
  return isJsonArray(stop) && stop.length > MAX_STOPS ? { ...body, stop: stop.slice(0, MAX_STOPS) } : body;
}

/** Everything that is a parameter of the call: no message, no steering, no stream switch. */
function* callParams(body: JsonObject): Iterable<readonly [string, JsonValue]> {
  for (const [key, value] of Object.entries(body)) {
    if (key === 'model' || key === 'stream' || key === 'stream_options' || isInternalKey(key)) continue;
    yield [key, value];
  }
}

/** The request wins; a deployment's tools come before the request's. */
function withDefaults(body: JsonObject, defaults: ReadonlyMap<string, JsonValue>): JsonObject {
  const merged: Record<string, JsonValue> = Object.fromEntries(defaults);
  for (const [key, value] of Object.entries(body)) if (value !== null) merged[key] = value;
  const [before, after] = [defaults.get('tools'), body['tools']];
  if (isJsonArray(before) && isJsonArray(after)) merged['tools'] = [...before, ...after];
  return merged;
}

function effectiveDropParams(input: PolicyInput, context: RewriteContext): boolean {
  return input.dropParams || (context.dropParams ?? isTrue(input.params['drop_params']));
}

interface FinishContext extends RewriteContext {
  readonly streamOptions: JsonValue;
}

/** Adds what the transport decides: the model's name and the stream switches. */
function finishBody(input: PolicyInput, head: JsonObject, params: JsonObject, context: FinishContext): JsonObject {
  return {
    ...head,
    ...(input.sentModel === null ? {} : { model: input.sentModel }),
    ...params,
    ...streamSwitches(input, context),
  };
}

function streamSwitches(input: PolicyInput, context: FinishContext): JsonObject {
  if (!context.stream) return input.sendsStreamFalse ? { stream: false } : {};
  const options = objectOf(context.streamOptions);
  if (input.asksForStreamUsage) return { stream: true, stream_options: { ...options, include_usage: true } };
  const given = input.takesStreamOptions && Object.keys(options).length > 0;
  return given ? { stream: true, stream_options: options } : { stream: true };
}

/** Other routes: nothing is mapped; defaults, drops and the gateway's own keys are handled the same way. */
function plainPolicy(input: PolicyInput): ParamPolicy {
  const compiled = compile(input.params);
  const verdicts = baseVerdicts();
  // LiteLLM-compat: the responses API has a `metadata` of its own.
  if (input.family === 'responses') verdicts.delete('metadata');
  if (input.family === 'embeddings') verdicts.set('dimensions', 'slow');
  return {
    alwaysSlow: changesEveryBody(compiled),
    verdict: (key, kind) => verdictOf(verdicts, key, kind),
    rewrite: (body, context) => rewritePlain(input, compiled, body, context),
  };
}

function rewritePlain(input: PolicyInput, compiled: Compiled, body: JsonObject, context: RewriteContext): JsonObject {
  const dropped = [...compiled.dropped, ...namesOf(body['additional_drop_params'])];
  const kept: Record<string, JsonValue> = {};
  const keepsMetadata = input.family === 'responses';
  for (const [key, value] of Object.entries(withDefaults(body, compiled.defaults))) {
    if (key === 'model' || key === 'stream' || key === 'stream_options' || value === null) continue;
    if (dropped.includes(key) || (isInternalKey(key) && !(key === 'metadata' && keepsMetadata))) continue;
    kept[key] = value;
  }
  const allowed = [...compiled.allowed, ...namesOf(body['allowed_openai_params'])];
  if (input.family === 'embeddings')
    checkEmbeddingParams(kept, { at: input.at, dropParams: effectiveDropParams(input, context), allowed });
  const params = dropNested(
    { ...kept, ...compiled.extraBody, ...objectOf(body['extra_body']) },
    parseDropPaths(dropped),
  );
  return finishBody(input, {}, params, { ...context, streamOptions: body['stream_options'] ?? null });
}

function namesOf(value: JsonValue | undefined): string[] {
  return isJsonArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !isJsonArray(value) ? value : {};
}

/** LiteLLM-compat: configurations also say "true". */
export function isTrue(value: JsonValue | undefined): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}
