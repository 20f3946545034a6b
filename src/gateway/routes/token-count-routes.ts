/**
 * `/utils/token_counter` and `/v1/messages/count_tokens`: how many tokens a prompt has, by the rules and the numbers of
 * LiteLLM. Counted here; no provider is asked.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json.ts';
import type { Exchange } from '../../wire/contract.ts';
import type { RouteDefinition } from '../contract.ts';
import type { BackgroundCounter } from '../../tokenizer/contract.ts';
import type { TokenCounting } from '../counting/contract.ts';
import type { GatewayTokenizers } from '../counting/gateway-tokenizers.ts';
import { checkNotNativeRequest } from '../pipeline/not-native-call.ts';
import type { LlmPipeline } from '../pipeline/pipeline.ts';
import { documentFailure } from '../pipeline/request-document.ts';
import { parseFieldRules } from './field-rules.ts';
import { invalid, readQuery } from './query.ts';
import { readBytes, readChecked, refusal } from './read-large-json.ts';
import { replyJson } from './reply.ts';

export interface TokenCountDeps {
  readonly pipeline: LlmPipeline;
  readonly counting: TokenCounting;
  /** For the deployments' own ones. */
  readonly tokenizers: Pick<GatewayTokenizers, 'own'>;
}

const COUNTER_FIELDS = parseFieldRules('model!:string prompt:string? messages:array? contents:array? tools:array?');
const LISTS_OF_OBJECTS = ['messages', 'contents', 'tools'];

export function tokenCountRoutes(deps: TokenCountDeps): RouteDefinition[] {
  const post = (path: string, family: string, handler: RouteDefinition['handler']): RouteDefinition => ({
    methods: ['POST'],
    path,
    family,
    access: 'key',
    handler,
  });
  return [
    post('/utils/token_counter', 'info', (exchange) => answerTokenCounter(exchange, deps)),
    post('/v1/messages/count_tokens', 'messages', (exchange) => answerCountTokens(exchange, deps)),
  ];
}

async function answerTokenCounter(exchange: Exchange, deps: TokenCountDeps): Promise<void> {
  // LiteLLM-compat: `call_endpoint` must read as a boolean; providers are not asked either way.
  readQuery(exchange).flag('call_endpoint');
  const limit = deps.pipeline.state.snapshot.general.maxRequestBytes;
  const body = await readChecked(exchange, limit, COUNTER_FIELDS);
  refuseWrongItems(body);
  if (LISTED_PROMPTS.every((name) => body[name] == null)) {
    throw refusal('prompt or messages or contents must be provided');
  }
  const requested = body['model'] as string;
  const used = modelUsed(requested, deps);
  replyJson(exchange, {
    total_tokens: await countPrompt(body, used, deps),
    request_model: requested,
    model_used: used.model,
    tokenizer_type: deps.counting.tokenizerType(used.model, used.own),
    original_response: null,
    error: false,
    error_message: null,
    status_code: null,
  });
}

const LISTED_PROMPTS = ['prompt', 'messages', 'contents'];

function refuseWrongItems(body: JsonObject): void {
  const found = LISTS_OF_OBJECTS.flatMap((name) =>
    listAt(body, name).flatMap((input, index) =>
      isJsonObject(input)
        ? []
        : [{ type: 'dict_type', loc: ['body', name, index], msg: 'Input should be a valid dictionary', input }],
    ),
  );
  if (found.length > 0) throw invalid(found);
}

function listAt(body: JsonObject, name: string): readonly JsonValue[] {
  const value = body[name];
  return isJsonArray(value) ? value : [];
}

/** What counts: a model's rules, unless its deployment has a tokenizer of its own. */
interface UsedModel {
  readonly model: string;
  readonly own: BackgroundCounter | null;
}

/** The model of the deployment that a name stands for, without its provider; a name that nobody serves is itself. */
function modelUsed(requested: string, { pipeline, tokenizers }: TokenCountDeps): UsedModel {
  const resolution = pipeline.index.resolve(requested);
  if ('unresolved' in resolution) return { model: requested, own: null };
  const candidate = resolution.candidates[resolution.pick(() => pipeline.random())];
  const model = candidate?.model ?? requested;
  const own = candidate === undefined ? null : tokenizers.own(candidate.deployment);
  return { model: model.slice(model.indexOf('/') + 1), own };
}

function countPrompt(
  body: JsonObject,
  { model, own }: UsedModel,
  { pipeline, counting }: TokenCountDeps,
): Promise<number> {
  if (pipeline.state.snapshot.litellm.raw['disable_token_counter'] === true) {
    const message = 'Token counting is disabled and no provider API result available';
    throw new GatewayError('service_unavailable', message, { type: 'token_counting_disabled', param: 'model' });
  }
  const { prompt } = body;
  if (typeof prompt === 'string') return counting.count({ model, text: prompt }, own);
  const messages = isJsonArray(body['messages']) ? body['messages'] : contentsAsMessages(listAt(body, 'contents'));
  const system = systemMessage(body['system']);
  const counted = {
    model,
    messages: system === null ? messages : [system, ...messages],
    tools: isJsonArray(body['tools']) ? body['tools'] : null,
  };
  return counting.count(counted, own);
}

/** Anthropic's `system` stands beside the messages. */
function systemMessage(system: JsonValue | undefined): JsonObject | null {
  const given = typeof system === 'string' || isJsonArray(system) ? system : '';
  return given.length === 0 ? null : { role: 'system', content: given };
}

/** Google's form of a prompt; LiteLLM answers 500 to it. */
function contentsAsMessages(contents: readonly JsonValue[]): JsonObject[] {
  return contents.filter(isJsonObject).map(({ role = 'user', parts }) => ({
    role,
    content: (isJsonArray(parts) ? parts : [])
      .filter(isJsonObject)
      .flatMap(({ text }) => (typeof text === 'string' ? [{ type: 'text', text }] : [])),
  }));
}

async function answerCountTokens(exchange: Exchange, deps: TokenCountDeps): Promise<void> {
  const { pipeline } = deps;
  try {
    const bytes = await readBytes(exchange, pipeline.state.snapshot.general.maxRequestBytes);
    checkNotNativeRequest(pipeline, bytes);
    const body = bytes.length === 0 ? {} : (JSON.parse(bytes.text()) as JsonObject);
    const { model } = body;
    if (typeof model !== 'string' || model === '') throw refusal({ error: 'model parameter is required' });
    if (listAt(body, 'messages').length === 0) throw refusal({ error: 'messages parameter is required' });
    refuseWrongItems(body);
    const counted = {
      messages: listAt(body, 'messages'),
      tools: body['tools'] ?? null,
      system: body['system'] ?? null,
    };
    replyJson(exchange, { input_tokens: await countPrompt(counted, modelUsed(model, deps), deps) });
  } catch (error) {
    throw documentFailure(error);
  }
}
