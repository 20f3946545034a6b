/**
 * LLM routes whose protocol is not served natively yet (`/v1/messages`). The body is read and its refusals are those
 * of every LLM route: nobody gets past a check because of the route; then 501 names the way out.
 */
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { ByteSegments } from '../../primitives/byte-segments.ts';
import { scanShallow } from '../../protocol/shallow-json-scanner.ts';
import type { Exchange } from '../../wire/contract.ts';
import { userParamMissing } from '../auth/authenticate.ts';
import type { RouteContext, RouteDefinition } from '../contract.ts';
import { notServed } from '../http/not-served.ts';
import { replyError } from '../http/reply-error.ts';
import { checkClientCredentials } from './client-credentials.ts';
import { documentFailure, readDocument } from './request-document.ts';
import { requestedModel, type RequestFields } from './request-fields.ts';
import type { LlmPipeline } from './pipeline.ts';
import { readWholeBody, type WholeBodySink } from './whole-body.ts';

const PATHS = ['/v1/messages'] as const;

export function notNativeRoutes(pipeline: LlmPipeline): RouteDefinition[] {
  return PATHS.map((path) => ({
    methods: ['POST'],
    path,
    family: 'messages',
    access: 'key' as const,
    handler: (exchange, context) => new NotNativeCall(pipeline, exchange, context).start(),
  }));
}

class NotNativeCall implements WholeBodySink {
  readonly #pipeline: LlmPipeline;
  readonly #exchange: Exchange;
  readonly #context: RouteContext;

  constructor(pipeline: LlmPipeline, exchange: Exchange, context: RouteContext) {
    this.#pipeline = pipeline;
    this.#exchange = exchange;
    this.#context = context;
  }

  start(): void {
    readWholeBody(this.#exchange, this.#pipeline.state.snapshot.general.maxRequestBytes, this);
  }

  onRefused(error: GatewayError): void {
    this.#refuse(error);
  }

  onBody(bytes: ByteSegments): void {
    try {
      if (bytes.length > 0) checkNotNativeFields(this.#pipeline, readDocument(bytes, scanShallow(bytes.toBuffer())));
      const { route } = this.#context;
      throw notServed(`${route} is not served natively yet.`);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): void {
    replyError(this.#exchange, documentFailure(error), { headers: [], log: this.#pipeline.state.log });
  }
}

/** What every LLM route refuses. @throws GatewayError */
export function checkNotNativeFields(pipeline: LlmPipeline, fields: RequestFields): void {
  const { general } = pipeline.state.snapshot;
  if (general.enforceUserParam && fields.user === null) throw userParamMissing();
  const model = requestedModel(fields);
  const found = model === null ? null : pipeline.index.resolve(model);
  const group = found === null || 'unresolved' in found ? [] : found.candidates;
  checkClientCredentials(
    fields,
    general,
    group.map(({ deployment }) => deployment),
  );
}
