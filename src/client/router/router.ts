/**
 * LiteLLM's `Router` for programs: several deployments under one model name, with retries, fallbacks, cooldowns and the
 * strategies of the gateway, over the same code. Nothing of the network is loaded before the first call. Every call ends
 * with an answer or an error, once, and leaves no timer, listener or connection behind that it alone needed.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { LruMap } from '../../primitives/lru-map.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { routingRequest } from '../../router/routing-request.ts';
import { reportDeployments } from '../../router/router-state.ts';
import { processLibrary } from '../process-library.ts';
import type {
  ChatCompletion,
  ChatCompletionChunk,
  Embeddings,
  Images,
  Moderation,
  Reranking,
  ResponsesAnswer,
  ResponsesEvent,
  TextCompletion,
  Transcription,
} from './answers.ts';
import { askAll, askFastest, modelsOf, type StartedCall } from './batch.ts';
import type { CallEngine } from './call-engine.ts';
import { CallScope } from './call-scope.ts';
import type {
  Answered,
  BatchCall,
  ChatCall,
  DeploymentInfo,
  DeploymentReport,
  EmbeddingCall,
  FastestCall,
  ImageCall,
  ModerationCall,
  RerankCall,
  ResponsesCall,
  RouterDeployment,
  RouterOptions,
  RouterSettings,
  SnakeCased,
  SpeechCall,
  Streamed,
  TextCall,
  TranscriptionCall,
  WithAny,
} from './contract.ts';
import { DeploymentList } from './deployment-list.ts';
import { type CallFamily, FAMILIES } from './families.ts';
import { type CallContext, readCall } from './read-call.ts';
import { readSettings } from './read-settings.ts';
import { withHiddenParams } from './report.ts';
import type { AnsweredCall } from './run-call.ts';
import { effectiveSettings } from './effective-settings.ts';
import { closedError, RunningCalls } from './running-calls.ts';
import { createSetUp, type SetUp } from './set-up.ts';
import { processTools, type RouterTools } from './tools.ts';

type Options = RouterOptions | SnakeCased<RouterOptions>;
type DeploymentEntry = RouterDeployment | SnakeCased<RouterDeployment>;

/** Responses of which is remembered who holds them, for calls with `previous_response_id`. */
const RESPONSES_KEPT = 10_000;

export class Router {
  readonly #tools: RouterTools;
  readonly #running = new RunningCalls();
  readonly #holders = new LruMap<string, string>(RESPONSES_KEPT);
  readonly #context: CallContext;
  #settings: JsonObject;
  #list: DeploymentList;
  #setUp: SetUp;
  #engine: Promise<CallEngine> | null = null;
  #closed = false;

  /** @throws GatewayError `bad_request` for a wrong option or deployment, `not_implemented` for one that is not there yet */
  constructor(options: Options = {}, tools: RouterTools = processTools()) {
    this.#tools = tools;
    this.#context = { countTokens, holderOf: (id) => this.#holders.get(id) ?? null };
    this.#settings = readSettings(options);
    const { modelList, model_list: snakeList } = options as RouterOptions & SnakeCased<RouterOptions>;
    this.#list = DeploymentList.read(modelList ?? snakeList, this.#settings, tools.environment);
    this.#setUp = this.#compile(null);
  }

  // --- calls

  /** A chat: LiteLLM's `completion` and `acompletion`. With `stream: true` an async iterable of chunks. */
  completion<Call extends ChatCall & { readonly stream: true }>(call: Call): Promise<Streamed<ChatCompletionChunk>>;
  completion<Call extends ChatCall & { readonly stream?: false | null }>(call: Call): Promise<Answered<ChatCompletion>>;
  completion<Call extends ChatCall>(call: Call): Promise<Answered<ChatCompletion> | Streamed<ChatCompletionChunk>>;
  completion(call: ChatCall): Promise<unknown> {
    return this.#start(FAMILIES.completion, call).answer;
  }

  textCompletion<Call extends TextCall & { readonly stream: true }>(call: Call): Promise<Streamed<TextCompletion>>;
  textCompletion<Call extends TextCall & { readonly stream?: false | null }>(
    call: Call,
  ): Promise<Answered<TextCompletion>>;
  textCompletion<Call extends TextCall>(call: Call): Promise<Answered<TextCompletion> | Streamed<TextCompletion>>;
  textCompletion(call: TextCall): Promise<unknown> {
    return this.#start(FAMILIES.textCompletion, call).answer;
  }

  embedding<Call extends EmbeddingCall>(call: Call): Promise<Answered<Embeddings>> {
    return this.#ask(FAMILIES.embedding, call);
  }

  imageGeneration<Call extends ImageCall>(call: Call): Promise<Answered<Images>> {
    return this.#ask(FAMILIES.imageGeneration, call);
  }

  /** Text formats (`response_format: 'srt'`) come as `{text}` too. */
  transcription<Call extends TranscriptionCall>(call: Call): Promise<Answered<Transcription>> {
    return this.#ask(FAMILIES.transcription, call);
  }

  /** Sound, as a web `Response` with its media type: `await (await router.speech(…)).arrayBuffer()`. */
  speech<Call extends SpeechCall>(call: Call): Promise<Answered<Response>> {
    return this.#ask(FAMILIES.speech, call);
  }

  rerank<Call extends RerankCall>(call: Call): Promise<Answered<Reranking>> {
    return this.#ask(FAMILIES.rerank, call);
  }

  /** The Responses API. A call with `previous_response_id` goes to the deployment that gave that response. */
  responses<Event = ResponsesEvent>(call: WithAny<ResponsesCall & { readonly stream: true }>): Promise<Streamed<Event>>;
  responses<Response extends object = ResponsesAnswer>(call: WithAny<ResponsesCall>): Promise<Answered<Response>>;
  responses(call: ResponsesCall): Promise<unknown> {
    return this.#start(FAMILIES.responses, call).answer;
  }

  moderation<Call extends ModerationCall>(call: Call): Promise<Answered<Moderation>> {
    return this.#ask(FAMILIES.moderation, call);
  }

  /** Not there yet. @throws GatewayError `not_implemented` */
  anthropicMessages(_call: object): Promise<never> {
    const text =
      "anthropicMessages is not there yet: Anthropic's messages are not translated for OpenAI-compatible providers. Use " +
      'completion, or keep LiteLLM for it.';
    return Promise.reject(new GatewayError('not_implemented', text));
  }

  /** The same chat for every model at once; a failed one gives its error in its place. */
  batchCompletion(
    call: WithAny<BatchCall & { readonly messages: readonly (readonly object[])[] }>,
  ): Promise<readonly (readonly (Answered<ChatCompletion> | Error)[])[]>;
  batchCompletion(call: WithAny<BatchCall>): Promise<readonly (Answered<ChatCompletion> | Error)[]>;
  async batchCompletion(call: BatchCall): Promise<unknown> {
    const models = modelsOf('batchCompletion', call);
    return askAll({ ...call }, models, (question) => this.#start(FAMILIES.completion, question));
  }

  /** The answer of the model that is first; the others' calls are ended. */
  batchCompletionFastestResponse(
    call: WithAny<FastestCall & { readonly stream: true }>,
  ): Promise<Streamed<ChatCompletionChunk>>;
  batchCompletionFastestResponse(call: WithAny<FastestCall>): Promise<Answered<ChatCompletion>>;
  async batchCompletionFastestResponse(call: FastestCall): Promise<unknown> {
    const models = modelsOf('batchCompletionFastestResponse', call);
    return askFastest({ ...call }, models, (question) => this.#start(FAMILIES.completion, question));
  }

  // --- deployments

  /** Deployments, with references and defaults resolved; of one model name or alias, when it is given. */
  getModelList(modelName?: string): readonly DeploymentInfo[] {
    if (modelName === undefined) return this.#list.all();
    const found = this.#setUp.core.index.resolve(modelName);
    if ('unresolved' in found || (found.kind !== 'group' && found.kind !== 'wildcard')) return [];
    return this.#list.all(new Set(found.candidates.map(({ deployment }) => deployment.id)));
  }

  /** Names that can be asked for: model names and aliases that are not hidden. */
  getModelNames(): readonly string[] {
    const aliases = [...this.#setUp.aliases].filter(([, { hidden }]) => !hidden).map(([name]) => name);
    return [...new Set([...this.#list.names(), ...aliases])];
  }

  /** @throws GatewayError `bad_request`, and keeps the old list */
  setModelList(modelList: readonly DeploymentEntry[]): void {
    this.#replace(DeploymentList.read(modelList, this.#settings, this.#tools.environment));
  }

  /** @returns the deployment; null when its id is there already. @throws GatewayError `bad_request` */
  addDeployment(deployment: DeploymentEntry): DeploymentInfo | null {
    return this.#changed(this.#list.with(deployment, 'add'));
  }

  /** Replaces the deployment of the same id, or adds it. @returns null when nothing changes. @throws GatewayError */
  upsertDeployment(deployment: DeploymentEntry): DeploymentInfo | null {
    return this.#changed(this.#list.with(deployment, 'upsert'));
  }

  /** @returns the deployment that is gone; null when there was none */
  deleteDeployment(id: string): DeploymentInfo | null {
    const gone = this.getDeployment(id);
    if (gone !== null) this.#replace(this.#list.without(id));
    return gone;
  }

  getDeployment(id: string): DeploymentInfo | null {
    return this.#list.all(new Set([id]))[0] ?? null;
  }

  /**
   * The deployment that such a call would get now, without calling it.
   * @throws GatewayError what the call would fail with: an unknown model, all in cooldown, …
   */
  getAvailableDeployment(call: { readonly model: string; readonly [name: string]: unknown }): DeploymentInfo {
    const { core } = this.#setUp;
    const { routing } = readCall(PEEK, call, this.#context);
    const id = core.peek(routing)?.id;
    const found = id === undefined ? null : this.getDeployment(id);
    if (found !== null) return found;
    const overrides = { ...NO_OVERRIDES, ...routing.overrides, numRetries: 0, disableFallbacks: true };
    const attempt = core.route(routingRequest(routing.model, { ...routing, overrides }));
    const decision = attempt.next();
    if (decision.kind === 'attempt') attempt.abandoned();
    if (decision.kind === 'give-up') throw decision.outcome.error;
    throw new GatewayError('service_unavailable', `No deployment of ${routing.model} is free now.`);
  }

  // --- settings and state

  /** Changes settings for calls that begin from now on. @throws GatewayError as the constructor */
  updateSettings(settings: RouterSettings | SnakeCased<RouterSettings>): void {
    const changed = { ...this.#settings, ...readSettings(settings) };
    const list = this.#list.under(changed);
    const before = this.#settings;
    this.#settings = changed;
    try {
      this.#replace(list);
    } catch (error) {
      this.#settings = before;
      throw error;
    }
  }

  /** The settings in force, LiteLLM's defaults filled in. */
  getSettings(): RouterSettings {
    return effectiveSettings(this.#settings, this.#setUp.policy);
  }

  /** Forgets cooldowns, usage and latencies. */
  flushCache(): void {
    this.#setUp = this.#compile(null);
  }

  /** `flushCache`, and no retry policy any more, as in LiteLLM. */
  reset(): void {
    const { retry_policy: _policy, ...settings } = this.#settings;
    this.#settings = settings;
    this.flushCache();
  }

  /** Every deployment with its state, why, since when and until when. */
  getState(): readonly DeploymentReport[] {
    return reportDeployments(this.#setUp.core);
  }

  /**
   * Refuses new calls, waits for those that run (a stream runs until it is read to its end or left) and closes every
   * connection. With `abort` those that run are ended at once.
   */
  async close({ abort = false }: { readonly abort?: boolean } = {}): Promise<void> {
    this.#closed = true;
    if (abort) this.#running.abort(closedError());
    await this.#running.idle();
    if (this.#engine !== null) await (await this.#engine).close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close({ abort: true });
  }

  #compile(previous: SetUp | null): SetUp {
    return createSetUp({ entries: this.#list.entries, settings: this.#settings, tools: this.#tools, previous });
  }

  #replace(list: DeploymentList): void {
    const before = this.#list;
    this.#list = list;
    try {
      this.#setUp = this.#compile(this.#setUp);
    } catch (error) {
      this.#list = before;
      throw error;
    }
  }

  #changed(change: ReturnType<DeploymentList['with']>): DeploymentInfo | null {
    if (change === null) return null;
    this.#replace(change.list);
    return change.deployment;
  }

  async #ask<Answer>(family: CallFamily, call: object): Promise<Answer> {
    return (await this.#start(family, call).answer) as Answer;
  }

  #start(family: CallFamily, question: object): StartedCall<unknown> {
    let scope: CallScope | null = null;
    const begin = async (): Promise<unknown> => {
      if (this.#closed) throw closedError();
      const call = readCall(family, question, this.#context);
      const setUp = this.#setUp;
      scope = new CallScope(call.signal, this.#running);
      const engine = await this.#loaded(scope);
      return shown(await engine.call(setUp, call, scope));
    };
    return { answer: begin(), abort: (reason) => scope?.abort(reason) };
  }

  async #load(): Promise<CallEngine> {
    const { CallEngine: Engine } = await import('./call-engine.ts');
    return new Engine(this.#tools, (id, deploymentId) => this.#holders.set(id, deploymentId));
  }

  async #loaded(scope: CallScope): Promise<CallEngine> {
    try {
      return await (this.#engine ??= this.#load());
    } catch (error) {
      scope.end();
      throw error;
    }
  }
}

function shown({ answer, params }: AnsweredCall): object {
  switch (answer.kind) {
    case 'stream':
      return withHiddenParams(answer.stream, params);
    case 'text':
      return withHiddenParams({ text: answer.text }, params);
    case 'bytes': {
      const headers = { 'content-type': answer.contentType };
      return withHiddenParams(new Response(new Uint8Array(answer.bytes), { headers }), params);
    }
    case 'json':
      return withHiddenParams(answer.json, params);
  }
}

/** A chat of which only the routing is asked. */
const PEEK: CallFamily = {
  ...FAMILIES.completion,
  method: 'getAvailableDeployment',
  family: 'embeddings',
  required: [],
};

const NO_OVERRIDES = {
  numRetries: null,
  timeoutSeconds: null,
  streamTimeoutSeconds: null,
  fallbacks: null,
  contextWindowFallbacks: null,
  contentPolicyFallbacks: null,
  modelGroupRetryPolicy: null,
  maxFallbacks: null,
  disableFallbacks: false,
  enableTagFiltering: false,
} as const;

/** LiteLLM-compat: prompts are counted as for an unknown model. */
function countTokens(body: JsonObject): number | null {
  const { messages, prompt, input } = body;
  try {
    if (Array.isArray(messages)) return processLibrary.tokens.tokenCounter({ messages: messages as readonly object[] });
    const text = prompt ?? input;
    if (typeof text === 'string' || Array.isArray(text)) return processLibrary.tokens.tokenCounter({ text });
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
  }
  return null;
}
