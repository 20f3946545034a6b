/**
 * LLM routes whose protocol is not served natively yet (`/v1/messages`). The body is read and its refusals are those
 * of every LLM route: nobody gets past a check because of the route; then 501 names the way out.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { ByteSegments } from '../../primitives/byte-segments.ts';
import { InvalidJsonError } from '../../protocol/invalid-json-error.ts';
import { scanShallow } from '../../protocol/shallow-json-scanner.ts';
import type { BodyError, BodyReceiver, Exchange } from '../../wire/contract.ts';
import { userParamMissing } from '../auth/authenticate.ts';
import type { RouteContext, RouteDefinition } from '../contract.ts';
import { replyError } from '../http/reply-error.ts';
import { checkClientCredentials } from './client-credentials.ts';
import { readRequestFields, requestedModel } from './request-fields.ts';
import type { LlmPipeline } from './pipeline.ts';

const PATHS = ['/v1/messages', '/v1/messages/count_tokens'] as const;

export function notNativeRoutes(pipeline: LlmPipeline): RouteDefinition[] {
  return PATHS.map((path) => ({
    methods: ['POST'],
    path,
    family: 'messages',
    access: 'key' as const,
    handler: (exchange, context) => new NotNativeCall(pipeline, exchange, context).start(),
  }));
}

class NotNativeCall implements BodyReceiver {
  readonly #pipeline: LlmPipeline;
  readonly #exchange: Exchange;
  readonly #context: RouteContext;
  readonly #bytes = new ByteSegments();

  constructor(pipeline: LlmPipeline, exchange: Exchange, context: RouteContext) {
    this.#pipeline = pipeline;
    this.#exchange = exchange;
    this.#context = context;
  }

  start(): void {
    this.#exchange.readBody(this, this.#pipeline.state.snapshot.general.maxRequestBytes);
  }

  onBodyChunk(chunk: Buffer): void {
    this.#bytes.append(chunk);
  }

  onBodyError(error: BodyError): void {
    this.#refuse(new GatewayError(error.reason === 'too-large' ? 'request_too_large' : 'bad_request', error.message));
  }

  onBodyEnd(): void {
    try {
      this.#check();
      const { route } = this.#context;
      const text = `${route} is not served natively yet. Start with --fallback URL to have LiteLLM serve it.`;
      throw new GatewayError('not_implemented', text);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #check(): void {
    const { general } = this.#pipeline.state.snapshot;
    if (this.#bytes.length === 0) return;
    const fields = readRequestFields(this.#bytes, scanShallow(this.#bytes.toBuffer()));
    if (general.enforceUserParam && fields.user === null) throw userParamMissing();
    const model = requestedModel(fields);
    const found = model === null ? null : this.#pipeline.index.resolve(model);
    const group = found === null || 'unresolved' in found ? [] : found.candidates;
    checkClientCredentials(
      fields,
      general,
      group.map(({ deployment }) => deployment),
    );
  }

  #refuse(error: unknown): void {
    const shown =
      error instanceof InvalidJsonError
        ? new GatewayError('invalid_json', `Invalid JSON payload: ${error.message}`, { param: 'request_body' })
        : error;
    replyError(this.#exchange, shown, { headers: [], log: this.#pipeline.state.log });
  }
}
