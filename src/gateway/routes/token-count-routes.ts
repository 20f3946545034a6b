/**
 * `/utils/token_counter` and `/v1/messages/count_tokens`: how many tokens a prompt has, by the rules and the numbers of
 * LiteLLM. Counted here; no provider is asked.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { BackgroundCounter } from '../../tokenizer/contract.ts';
import type { Exchange } from '../../wire/contract.ts';
import type { RouteDefinition } from '../contract.ts';
import type { TokenCounting } from '../counting/contract.ts';
import type { GatewayTokenizers } from '../counting/gateway-tokenizers.ts';
import type { PromptBodies, PromptBody } from '../counting/prompt-bodies.ts';
import { checkNotNativeFields } from '../pipeline/not-native-call.ts';
import type { LlmPipeline } from '../pipeline/pipeline.ts';
import { documentFailure, readDocument, writtenFields } from '../pipeline/request-document.ts';
import { readQuery } from './query.ts';
import { readBytes, readScanned } from './read-large-json.ts';
import { replyJson } from './reply.ts';

export interface TokenCountDeps {
  readonly pipeline: LlmPipeline;
  readonly bodies: PromptBodies;
  readonly counting: Pick<TokenCounting, 'tokenizerType'>;
  /** For the deployments' own ones. */
  readonly tokenizers: Pick<GatewayTokenizers, 'own'>;
}

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
  const bytes = await readBytes(exchange, deps.pipeline.state.snapshot.general.maxRequestBytes);
  const body = await deps.bodies.open('token-counter', bytes);
  const used = modelUsed(body.model, deps);
  replyJson(exchange, {
    total_tokens: await countPrompt(body, used, deps),
    request_model: body.model,
    model_used: used.model,
    tokenizer_type: deps.counting.tokenizerType(used.model, used.own),
    original_response: null,
    error: false,
    error_message: null,
    status_code: null,
  });
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
  const candidate = resolution.candidates[0];
  const model = candidate?.model ?? requested;
  const own = candidate === undefined ? null : tokenizers.own(candidate.deployment);
  return { model: model.slice(model.indexOf('/') + 1), own };
}

function countPrompt(body: PromptBody, { model, own }: UsedModel, { pipeline }: TokenCountDeps): Promise<number> {
  if (pipeline.state.snapshot.litellm.raw['disable_token_counter'] !== true) return body.count(model, own);
  body.drop();
  const message = 'Token counting is disabled and no provider API result available';
  throw new GatewayError('service_unavailable', message, { type: 'token_counting_disabled', param: 'model' });
}

async function answerCountTokens(exchange: Exchange, deps: TokenCountDeps): Promise<void> {
  const { pipeline, bodies } = deps;
  try {
    const { bytes, scan } = await readScanned(exchange, pipeline.state.snapshot.general.maxRequestBytes);
    // A repeated or escaped key needs the document parsed, which may be too large for it to happen here.
    const isParsedFirst = scan?.slow === 'duplicate-key' || scan?.slow === 'escaped-key';
    if (scan !== null && !isParsedFirst) checkNotNativeFields(pipeline, readDocument(bytes, scan));
    const checkHead = (head: JsonObject): void => checkNotNativeFields(pipeline, writtenFields(head));
    const body = await bodies.open('count-tokens', bytes, isParsedFirst ? checkHead : null);
    replyJson(exchange, { input_tokens: await countPrompt(body, modelUsed(body.model, deps), deps) });
  } catch (error) {
    throw documentFailure(error);
  }
}
