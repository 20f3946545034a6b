/**
 * LiteLLM's `Router` for programs: several deployments under one model name, with retries, fallbacks, cooldowns and the
 * strategies of the gateway, over the same code. Nothing of the network is loaded before the first call. Every call ends
 * with an answer or an error, once, and leaves no timer, listener or connection behind that it alone needed.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { NO_OVERRIDES } from '../../router/read-settings.ts';
import { routingRequest } from '../../router/routing-request.ts';
import { reportDeployments } from '../../router/router-state.ts';
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
import { splitCallbacks } from '../callbacks/read-callbacks.ts';
import { askAll, askFastest, modelsOf, type StartedCall } from './batch.ts';
import { CallStarter } from './call-starter.ts';
import { checkRouterCall } from './check-call.ts';
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
import { type CallFamily, FAMILIES, PEEK } from './families.ts';
import { readCall } from './read-call.ts';
import { readSettings } from './read-settings.ts';
import { effectiveSettings } from './effective-settings.ts';
import { createSetUp, type SetUp } from './set-up.ts';
import { processTools, type RouterTools } from './tools.ts';

type Options = RouterOptions | SnakeCased<RouterOptions>;
type DeploymentEntry = RouterDeployment | SnakeCased<RouterDeployment>;

export class Router {
  readonly #tools: RouterTools;
  readonly #calls: CallStarter;
  #settings: JsonObject;
  #list: DeploymentList;
  #setUp: SetUp;

  /**
   * Reads deployments and settings; opens no connection and starts no timer.
   * @param options LiteLLM's, in camel case or its own spelling; times in seconds
   * @param tools clock, randomness, environment, prices and transport; for tests
   * @throws GatewayError `bad_request` for a wrong option or deployment, `not_implemented` for one that is not there yet
   */
  constructor(options: Options = {}, tools: RouterTools = processTools()) {
    this.#tools = tools;
    const { rest, loggers } = splitCallbacks(options);
    this.#calls = new CallStarter(tools, loggers);
    this.#settings = readSettings(rest);
    const { modelList, model_list: snakeList } = options as RouterOptions & SnakeCased<RouterOptions>;
    this.#list = DeploymentList.read(modelList ?? snakeList, this.#settings, tools.environment);
    this.#setUp = this.#compile(null);
  }

  // --- calls

  // Each rejects with a GatewayError when retries and fallbacks have not helped (see `CallFailure`), with `bad_request`
  // for a wrong call, `not_implemented` for a provider that is not spoken to, `service_unavailable` after `close`, and
  // with the signal's reason when it is aborted.

  /**
   * A chat: LiteLLM's `completion` and `acompletion`. Takes OpenAI's `messages` and parameters.
   * @returns OpenAI's chat completion; with `stream: true` an async iterable of chunks, once the first one is there
   * @throws GatewayError as every call; behind the first chunk from the loop over the stream
   */
  completion<Call extends ChatCall & { readonly stream: true }>(call: Call): Promise<Streamed<ChatCompletionChunk>>;
  completion<Call extends ChatCall & { readonly stream?: false | null }>(call: Call): Promise<Answered<ChatCompletion>>;
  completion<Call extends ChatCall>(call: Call): Promise<Answered<ChatCompletion> | Streamed<ChatCompletionChunk>>;
  completion(call: ChatCall): Promise<unknown> {
    return this.#start(FAMILIES.completion, call).answer;
  }

  /**
   * A completion of `prompt`, over chat where the model needs it: LiteLLM's `text_completion`.
   * @returns OpenAI's text completion; with `stream: true` an async iterable of them
   * @throws GatewayError as `completion`
   */
  textCompletion<Call extends TextCall & { readonly stream: true }>(call: Call): Promise<Streamed<TextCompletion>>;
  textCompletion<Call extends TextCall & { readonly stream?: false | null }>(
    call: Call,
  ): Promise<Answered<TextCompletion>>;
  textCompletion<Call extends TextCall>(call: Call): Promise<Answered<TextCompletion> | Streamed<TextCompletion>>;
  textCompletion(call: TextCall): Promise<unknown> {
    return this.#start(FAMILIES.textCompletion, call).answer;
  }

  /** The vectors of `input`, one text or a list. @returns OpenAI's list of embeddings @throws GatewayError */
  embedding<Call extends EmbeddingCall>(call: Call): Promise<Answered<Embeddings>> {
    return this.#ask(FAMILIES.embedding, call);
  }

  /** Images for `prompt`, by URL or in base64. @returns OpenAI's list of images @throws GatewayError */
  imageGeneration<Call extends ImageCall>(call: Call): Promise<Answered<Images>> {
    return this.#ask(FAMILIES.imageGeneration, call);
  }

  /**
   * What is said in `file`: a `File`, a `Blob` or `{ name, data }`.
   * @returns `{ text }` and what the provider adds; text formats (`response_format: 'srt'`) come as `{ text }` too
   * @throws GatewayError
   */
  transcription<Call extends TranscriptionCall>(call: Call): Promise<Answered<Transcription>> {
    return this.#ask(FAMILIES.transcription, call);
  }

  /**
   * `input` spoken by `voice`.
   * @returns the whole sound as a web `Response` with its media type: `await (await router.speech(…)).arrayBuffer()`
   * @throws GatewayError
   */
  speech<Call extends SpeechCall>(call: Call): Promise<Answered<Response>> {
    return this.#ask(FAMILIES.speech, call);
  }

  /** `documents` by their relevance to `query`. @returns Cohere's `{ results: [{ index, relevance_score }] }` @throws GatewayError */
  rerank<Call extends RerankCall>(call: Call): Promise<Answered<Reranking>> {
    return this.#ask(FAMILIES.rerank, call);
  }

  /**
   * The Responses API. A call with `previous_response_id` goes to the deployment that gave that response, as long as it
   * is among the last 10,000 of this router.
   * @returns OpenAI's response; with `stream: true` an async iterable of its events
   * @throws GatewayError as `completion`
   */
  responses<Event = ResponsesEvent>(call: WithAny<ResponsesCall & { readonly stream: true }>): Promise<Streamed<Event>>;
  responses<Response extends object = ResponsesAnswer>(call: WithAny<ResponsesCall>): Promise<Answered<Response>>;
  responses(call: ResponsesCall): Promise<unknown> {
    return this.#start(FAMILIES.responses, call).answer;
  }

  /** Whether `input` is harmful, and how. @returns OpenAI's `{ results: [{ flagged, … }] }` @throws GatewayError */
  moderation<Call extends ModerationCall>(call: Call): Promise<Answered<Moderation>> {
    return this.#ask(FAMILIES.moderation, call);
  }

  /** Not there yet. @throws GatewayError `not_implemented`, always */
  anthropicMessages(_call: object): Promise<never> {
    const text =
      "anthropicMessages is not there yet: Anthropic's messages are not translated for OpenAI-compatible providers. Use " +
      'completion, or keep LiteLLM for it.';
    return Promise.reject(new GatewayError('not_implemented', text));
  }

  /**
   * The same chat for every one of `models` at once; `messages` may be a list of chats.
   * @returns one answer per model, in their order, or the error of a failed one in its place; for a list of chats one
   *   such list per chat
   * @throws GatewayError `bad_request`: no list of models
   */
  batchCompletion(
    call: WithAny<BatchCall & { readonly messages: readonly (readonly object[])[] }>,
  ): Promise<readonly (readonly (Answered<ChatCompletion> | Error)[])[]>;
  batchCompletion(call: WithAny<BatchCall>): Promise<readonly (Answered<ChatCompletion> | Error)[]>;
  async batchCompletion(call: BatchCall): Promise<unknown> {
    const models = modelsOf('batchCompletion', call);
    return askAll({ ...call }, models, (question) => this.#start(FAMILIES.completion, question));
  }

  /**
   * The same chat for every one of `models` at once; the first answer ends the other calls.
   * @returns as `completion`
   * @throws GatewayError the first model's, when none answers; `bad_request`: no list of models
   */
  batchCompletionFastestResponse(
    call: WithAny<FastestCall & { readonly stream: true }>,
  ): Promise<Streamed<ChatCompletionChunk>>;
  batchCompletionFastestResponse(call: WithAny<FastestCall>): Promise<Answered<ChatCompletion>>;
  async batchCompletionFastestResponse(call: FastestCall): Promise<unknown> {
    const models = modelsOf('batchCompletionFastestResponse', call);
    return askFastest({ ...call }, models, (question) => this.#start(FAMILIES.completion, question));
  }

  // --- deployments

  /**
   * Copies of the deployments, references and defaults resolved, credentials included.
   * @param modelName a model name or alias; default: all
   * @returns an empty list for a name that nobody has
   */
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

  /**
   * Replaces all deployments for calls that begin from now on. Those whose id stays keep cooldowns, usage and latencies.
   * @throws GatewayError `bad_request`; the old list then stays
   */
  setModelList(modelList: readonly DeploymentEntry[]): void {
    this.#replace(DeploymentList.read(modelList, this.#settings, this.#tools.environment));
  }

  /**
   * Adds a deployment for calls that begin from now on.
   * @returns it; null when its id is there already, or when it is wrong and `ignoreInvalidDeployments` is set
   * @throws GatewayError `bad_request`
   */
  addDeployment(deployment: DeploymentEntry): DeploymentInfo | null {
    return this.#changed(this.#list.with(deployment, 'add'));
  }

  /**
   * Replaces the deployment of the same id, or adds it.
   * @returns it; null when nothing changes, or when it is wrong and `ignoreInvalidDeployments` is set
   * @throws GatewayError `bad_request`
   */
  upsertDeployment(deployment: DeploymentEntry): DeploymentInfo | null {
    return this.#changed(this.#list.with(deployment, 'upsert'));
  }

  /** Removes a deployment; its running calls go on. @returns what is gone; null when there was none */
  deleteDeployment(id: string): DeploymentInfo | null {
    const gone = this.getDeployment(id);
    if (gone !== null) this.#replace(this.#list.without(id));
    return gone;
  }

  /** A copy of the deployment of that `modelInfo.id`; null when there is none. */
  getDeployment(id: string): DeploymentInfo | null {
    return this.#list.all(new Set([id]))[0] ?? null;
  }

  /**
   * The deployment that such a call would get now, without calling it. Takes what `completion` takes; only `model` is
   * required.
   * @throws GatewayError what the call would fail with: an unknown model, all in cooldown, …
   */
  getAvailableDeployment(call: { readonly model: string; readonly [name: string]: unknown }): DeploymentInfo {
    const { core } = this.#setUp;
    const { routing } = readCall(PEEK, call, this.#calls.context);
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

  /**
   * Changes settings for calls that begin from now on; what is not named stays.
   * @throws GatewayError as the constructor; the old settings then stay
   */
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

  /** The settings in force under their camel-case names, defaults filled in; times in seconds. */
  getSettings(): RouterSettings {
    return effectiveSettings(this.#settings, this.#setUp.policy);
  }

  /** Forgets cooldowns, usage and latencies of all deployments. */
  flushCache(): void {
    this.#setUp = this.#compile(null);
  }

  /** `flushCache`, and `retryPolicy` is not set any more, as in LiteLLM. */
  reset(): void {
    const { retry_policy: _policy, ...settings } = this.#settings;
    this.#settings = settings;
    this.flushCache();
  }

  /** Every deployment with its state, why, since when and until when, and its failures and successes of now. */
  getState(): readonly DeploymentReport[] {
    return reportDeployments(this.#setUp.core);
  }

  /**
   * Refuses new calls, waits for those that run (a stream runs until it is read to its end or left) and closes every
   * connection. With `abort: true` those that run are ended at once and reject with `service_unavailable`. May be called
   * again.
   */
  async close({ abort = false }: { readonly abort?: boolean } = {}): Promise<void> {
    await this.#calls.close(abort);
  }

  /** `close({ abort: true })`, for `await using`. */
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
    return this.#calls.start(family, question, (call) => {
      checkRouterCall(call);
      return this.#setUp;
    });
  }
}
