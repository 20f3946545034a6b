/**
 * One LLM request with a JSON body, from its first byte to its settled reply: collect and scan, decide, send, answer.
 *
 * Callbacks all the way, no promise on the request path; the object is the only state. The life: body chunks →
 * `#decide` → `CallRun`, which ends the exchange exactly once. A client that leaves in any phase aborts the
 * provider's call in the same turn of the event loop.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { ByteSegments } from '../../primitives/byte-segments.ts';
import { ShallowJsonScanner } from '../../protocol/shallow-json-scanner.ts';
import type { BodyError, BodyReceiver, Exchange } from '../../wire/contract.ts';
import type { CallerIdentity, RouteContext } from '../contract.ts';
import type { LlmFamily, LlmPipeline } from './pipeline.ts';
import { CallRun } from './call-run.ts';
import { checkMockParams } from './mock-answer.ts';
import { planRequest, requestedGroup } from './plan-request.ts';
import { prepareRequest } from './prepare-request.ts';
import { bodyFailure, documentFailure, readDocument, writtenFields } from './request-document.ts';
import type { RequestFields } from './request-fields.ts';

const FORM = /^(?:application\/x-www-form-urlencoded|multipart\/)/i;

export class LlmCall implements BodyReceiver {
  readonly #pipeline: LlmPipeline;
  readonly #family: LlmFamily;
  readonly #exchange: Exchange;
  readonly #pathModel: string | null;
  readonly #caller: CallerIdentity;
  readonly #run: CallRun;
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
    this.#run = new CallRun(pipeline, family, exchange);
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
    const plan = planRequest(this.#pipeline, fields, facts);
    this.#run.start(plan, (routed) => prepareRequest(this.#pipeline, this.#exchange, routed));
  }

  #refuse(error: unknown): void {
    this.#refused = true;
    this.#run.fail(documentFailure(error));
  }
}
