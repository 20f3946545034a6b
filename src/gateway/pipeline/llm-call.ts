/**
 * One LLM request with a JSON body, from its first byte to its settled reply: collect and scan, decide, send, answer.
 *
 * Callbacks all the way, no promise on the request path; the object is the only state. The life: body chunks →
 * `#decide` → `sendRequest` → upstream reply → `#settle`, exactly once. A client that leaves in any phase aborts the
 * provider's call in the same turn of the event loop.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { ByteSegments } from '../../primitives/byte-segments.ts';
import { ShallowJsonScanner } from '../../protocol/shallow-json-scanner.ts';
import type { BodyError, BodyReceiver, Exchange } from '../../wire/contract.ts';
import type { CallerIdentity, RouteContext } from '../contract.ts';
import type { LlmFamily, LlmPipeline } from './pipeline.ts';
import { checkMockParams, planMock } from './mock-answer.ts';
import { prepareRequest, requestedGroup, routeRequest } from './prepare-request.ts';
import { bodyFailure, documentFailure, readDocument, writtenFields } from './request-document.ts';
import type { RequestFields } from './request-fields.ts';
import { UpstreamReply } from './upstream-reply.ts';

const FORM = /^(?:application\/x-www-form-urlencoded|multipart\/)/i;

export class LlmCall implements BodyReceiver {
  readonly #pipeline: LlmPipeline;
  readonly #family: LlmFamily;
  readonly #exchange: Exchange;
  readonly #pathModel: string | null;
  readonly #caller: CallerIdentity;
  readonly #reply: UpstreamReply;
  readonly #bytes = new ByteSegments();
  readonly #scanner = new ShallowJsonScanner();
  readonly #isForm: boolean;
  #refused = false;

  constructor(pipeline: LlmPipeline, family: LlmFamily, exchange: Exchange, context: RouteContext) {
    this.#pipeline = pipeline;
    this.#family = family;
    this.#exchange = exchange;
    this.#pathModel = context.pathParams.get('model') ?? null;
    this.#caller = context.caller;
    this.#isForm = FORM.test(exchange.header('content-type') ?? '');
    this.#reply = new UpstreamReply(pipeline, family, exchange);
  }

  start(): void {
    this.#exchange.readBody(this, this.#pipeline.state.snapshot.general.maxRequestBytes);
  }

  onBodyChunk(chunk: Buffer): void {
    if (this.#refused) return;
    this.#bytes.append(chunk);
    if (this.#isForm) return;
    try {
      this.#scanner.push(chunk);
    } catch (error) {
      this.#refuse(error);
    }
  }

  onBodyError(error: BodyError): void {
    if (this.#refused) return;
    this.#refuse(bodyFailure(error));
  }

  onBodyEnd(): void {
    if (this.#refused) return;
    try {
      this.#check(this.#readFields());
    } catch (error) {
      this.#refuse(error);
    }
  }

  #readFields(): RequestFields {
    if (this.#isForm)
      throw new GatewayError('bad_request', 'Invalid request format: send a JSON object as application/json.');
    // LiteLLM-compat: no body at all is an empty object.
    if (this.#bytes.length === 0) return writtenFields({});
    return readDocument(this.#bytes, this.#scanner.finish());
  }

  /** slow path: only where deployments are chosen by the length of the prompt is anything waited for. */
  #check(fields: RequestFields): void {
    const { contextWindow } = this.#pipeline;
    const group = contextWindow === null ? null : requestedGroup(this.#pipeline, fields, this.#pathModel);
    const counted = group === null || contextWindow === null ? null : contextWindow.inputTokens(fields, group);
    if (counted === null) this.#decide(fields, null);
    else
      void counted.then(
        (tokens) => this.#decideLater(fields, tokens),
        (error: unknown) => this.#refuse(error),
      );
  }

  #decideLater(fields: RequestFields, tokens: number | null): void {
    try {
      if (!this.#exchange.ended) this.#decide(fields, tokens);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #decide(fields: RequestFields, inputTokens: number | null): void {
    const facts = {
      exchange: this.#exchange,
      family: this.#family,
      pathModel: this.#pathModel,
      caller: this.#caller,
      inputTokens,
    };
    checkMockParams(this.#pipeline, fields);
    const routed = routeRequest(this.#pipeline, fields, facts);
    this.#reply.routed(routed);
    const mock = planMock(fields, routed);
    if (mock !== null) {
      this.#reply.mock(mock, fields);
      return;
    }
    this.#reply.send(prepareRequest(this.#pipeline, fields, this.#exchange, routed));
  }

  #refuse(error: unknown): void {
    this.#refused = true;
    this.#reply.fail(documentFailure(error));
  }
}
