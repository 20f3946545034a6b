/**
 * `/health`'s question to a deployment: the smallest request of its kind, sent through the same pools as any other,
 * and whether a success came back. Costs tokens, so it runs only when somebody asks.
 */
import type { Deployment } from '../config/snapshot.ts';
import { GatewayError } from '../errors/gateway-error.ts';
import type { JsonObject } from '../protocol/json.ts';
import type { RouteFamily } from '../providers/contract.ts';
import type { HeaderList, TransportError } from '../wire/contract.ts';
import type { DeadlineKind, PooledReceiver } from '../pool/contract.ts';
import type { CompiledTarget } from './pipeline/compiled-deployments.ts';
import { FailureReply } from './pipeline/failure-reply.ts';
import type { LlmPipeline } from './pipeline/pipeline.ts';
import { writtenFields } from './pipeline/request-document.ts';
import { buildUpstreamBody, type UpstreamBody } from './pipeline/upstream-body.ts';
import type { ProbeResult } from './routes/info-deps.ts';

/** LiteLLM's limits for the check; `model_info.health_check_timeout` or a shorter time limit of the deployment wins. */
const PROBE_MAX_TOKENS = 16;
const PROBE_TIMEOUT_SECONDS = 60;
const PROBE_TEXT = "Hey how's it going?";

const FAMILY_BY_MODE: ReadonlyMap<unknown, RouteFamily> = new Map<unknown, RouteFamily>([
  ['embedding', 'embeddings'],
  ['completion', 'completions'],
  ['image_generation', 'images.generations'],
  ['moderation', 'moderations'],
  ['responses', 'responses'],
  ['rerank', 'rerank'],
  ['audio_speech', 'audio.speech'],
]);

export async function probeDeployment(pipeline: LlmPipeline, deployment: Deployment): Promise<ProbeResult> {
  const family = FAMILY_BY_MODE.get(deployment.modelInfo['mode']) ?? 'chat';
  let target: CompiledTarget;
  let body: UpstreamBody;
  try {
    target = pipeline.compiled.target(deployment, deployment.model, family);
    body = bodyFor(pipeline, target, family);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { healthy: false, status: error.status, error: error.message };
  }
  return new Promise((resolve) => {
    new Probing(pipeline, target, resolve).start(body);
  });
}

/** As a client's request would become: models that take other parameters, or chat instead of a prompt, get those. */
function bodyFor({ responseIds }: LlmPipeline, target: CompiledTarget, family: RouteFamily): UpstreamBody {
  const fields = writtenFields({ model: target.model, ...probeBody(family) });
  return buildUpstreamBody(fields, target, { stream: false, dropParams: null, responseIds });
}

function probeBody(family: RouteFamily): JsonObject {
  switch (family) {
    case 'embeddings':
    case 'moderations':
    case 'responses':
      return { input: PROBE_TEXT };
    case 'completions':
      return { prompt: PROBE_TEXT, max_tokens: PROBE_MAX_TOKENS };
    case 'images.generations':
      return { prompt: PROBE_TEXT };
    case 'rerank':
      return { query: PROBE_TEXT, documents: [PROBE_TEXT] };
    case 'audio.speech':
      return { input: PROBE_TEXT, voice: 'alloy' };
    default:
      return { messages: [{ role: 'user', content: PROBE_TEXT }], max_tokens: PROBE_MAX_TOKENS };
  }
}

class Probing implements PooledReceiver {
  readonly #pipeline: LlmPipeline;
  readonly #target: CompiledTarget;
  readonly #resolve: (result: ProbeResult) => void;
  #failure: FailureReply | null = null;
  #headers: HeaderList = [];

  constructor(pipeline: LlmPipeline, target: CompiledTarget, resolve: (result: ProbeResult) => void) {
    this.#pipeline = pipeline;
    this.#target = target;
    this.#resolve = resolve;
  }

  start({ chunks, length }: UpstreamBody): void {
    const { origin, path, jsonHeaders } = this.#target;
    const ms = this.#limitSeconds() * 1000;
    this.#pipeline.upstream.send(
      { origin, method: 'POST', path, headers: jsonHeaders, body: chunks, bodyLength: length },
      { connectMs: ms, firstByteMs: ms, gapMs: ms, totalMs: ms },
      this,
    );
  }

  onHead(status: number, headers: HeaderList): void {
    this.#headers = headers;
    if (status >= 200 && status < 300) return;
    this.#failure = new FailureReply((body) => {
      const { provider, model, secret } = this.#target;
      this.#unhealthy(this.#pipeline.failures.provider({ provider, model, status, body, headers, secret }));
    });
  }

  onData(chunk: Buffer): void {
    this.#failure?.onData(chunk);
  }

  onEnd(): void {
    if (this.#failure !== null) this.#failure.onEnd();
    else this.#resolve({ healthy: true, headers: rateLimits(this.#headers) });
  }

  onError(error: TransportError): void {
    this.#unreachable(error.code === 'connect-timeout' ? 'timeout' : 'connection', error.message);
  }

  onDeadline(_kind: DeadlineKind, _limitMs: number, _elapsedMs: number): void {
    this.#unreachable('timeout', 'the deployment did not answer the health check in time');
  }

  #unreachable(kind: 'connection' | 'timeout', message: string): void {
    const { provider, model } = this.#target;
    const limit = kind === 'timeout' ? { timeoutSeconds: this.#limitSeconds() } : {};
    this.#unhealthy(this.#pipeline.failures.unreachable({ provider, model, kind, message, ...limit }));
  }

  #limitSeconds(): number {
    const { modelInfo, params } = this.#target.deployment;
    const own = modelInfo['health_check_timeout'];
    const none = { requestSeconds: null, headerSeconds: null, streamHeaderSeconds: null };
    const { seconds } = this.#pipeline.timeouts({ ...none, stream: false, params });
    return typeof own === 'number' && own > 0 ? own : Math.min(PROBE_TIMEOUT_SECONDS, seconds);
  }

  #unhealthy(error: GatewayError): void {
    this.#resolve({ healthy: false, status: error.status, error: error.message });
  }
}

function rateLimits(headers: HeaderList): Record<string, string> {
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] as string;
    if (name.startsWith('x-ratelimit-remaining-')) found[name] = headers[index + 1] as string;
  }
  return found;
}
