/**
 * LLM requests that carry files (transcriptions, image edits). The form is read whole within the body limit, its text
 * fields become the same `RequestFields` that a JSON body gives, so that routing and its checks are one; the files are
 * sent on with the field names and media types that the provider expects. slow path by nature: one form per file.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { ByteSegments } from '../../primitives/byte-segments.ts';
import type { JsonObject } from '../../protocol/json.ts';
import { isInternalKey } from '../../providers/internal-keys.ts';
import type { Exchange } from '../../wire/contract.ts';
import type { CallerIdentity, RouteContext } from '../contract.ts';
import { upstreamForm } from './multipart-form.ts';
import type { LlmFamily, LlmPipeline } from './pipeline.ts';
import { CallRun } from './call-run.ts';
import { planRequest } from './plan-request.ts';
import type { PreparedRequest } from './prepare-request.ts';
import type { RoutedRequest } from './route-attempt.ts';
import { writtenFields } from './request-document.ts';
import type { RequestFields } from './request-fields.ts';
import { readWholeBody, type WholeBodySink } from './whole-body.ts';

export class MultipartCall implements WholeBodySink {
  readonly #pipeline: LlmPipeline;
  readonly #family: LlmFamily;
  readonly #exchange: Exchange;
  readonly #pathModel: string | null;
  readonly #caller: CallerIdentity;
  readonly #run: CallRun;

  constructor(pipeline: LlmPipeline, family: LlmFamily, exchange: Exchange, context: RouteContext) {
    this.#pipeline = pipeline;
    this.#family = family;
    this.#exchange = exchange;
    this.#pathModel = context.pathParams.get('model') ?? null;
    this.#caller = context.caller;
    this.#run = new CallRun(pipeline, family, exchange);
  }

  start(): void {
    readWholeBody(this.#exchange, this.#pipeline.state.snapshot.general.maxRequestBytes, this);
  }

  onBody(bytes: ByteSegments): void {
    this.#handle(bytes).catch((error: unknown) => this.#run.fail(error));
  }

  onRefused(error: GatewayError): void {
    this.#run.fail(error);
  }

  async #handle(bytes: ByteSegments): Promise<void> {
    const form = await this.#readForm(bytes);
    for (const name of this.#family.required) if (!form.has(name) && !form.has(`${name}[]`)) throw missing(name);
    const fields = textFields(form);
    // What the form must hold was checked above, in FastAPI's words; the text fields stand for the whole body here.
    const family = { ...this.#family, required: [] };
    const facts = {
      exchange: this.#exchange,
      family,
      pathModel: this.#pathModel,
      caller: this.#caller,
      inputTokens: null,
    };
    this.#run.start(planRequest(this.#pipeline, fields, facts), (routed) => this.#prepare(form, routed));
  }

  async #prepare(form: FormData, { target, attempt }: RoutedRequest): Promise<PreparedRequest> {
    const changed = attempt.parameters === null ? form : withParameters(form, attempt.parameters);
    const { contentType, body } = await upstreamForm(changed, target, this.#family.family);
    return {
      path: target.path,
      headers: [...target.headers, 'content-type', contentType, 'accept-encoding', 'identity'],
      body: [body],
      bodyLength: body.length,
    };
  }

  async #readForm(bytes: ByteSegments): Promise<FormData> {
    const contentType = this.#exchange.header('content-type') ?? '';
    if (!contentType.toLowerCase().startsWith('multipart/form-data') && bytes.length > 0)
      throw new GatewayError('bad_request', 'Invalid request format: send the file as multipart/form-data.');
    if (bytes.length === 0) return new FormData();
    try {
      return await new Response(new Uint8Array(bytes.toBuffer()), {
        headers: { 'content-type': contentType },
      }).formData();
    } catch {
      throw new GatewayError('bad_request', 'Invalid request format: the multipart body cannot be read.');
    }
  }
}

/** Parameters of a fallback entry replace fields of the same name; its settings, a key among them, are not the provider's. */
function withParameters(form: FormData, parameters: JsonObject): FormData {
  const changed = new FormData();
  for (const [name, value] of form) changed.append(name, value);
  for (const [name, value] of Object.entries(parameters))
    if (!isInternalKey(name) && (typeof value === 'string' || typeof value === 'number'))
      changed.set(name, String(value));
  return changed;
}

/** FastAPI's answer for a form without a field. */
function missing(name: string): GatewayError {
  const problem = { type: 'missing', loc: ['body', name], msg: 'Field required', input: null };
  return new GatewayError('unprocessable', `Field required: ${name}`, { detail: [problem] });
}

/** The text fields as a JSON document, for the decisions that a JSON body would give. */
function textFields(form: FormData): RequestFields {
  const document: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of form) if (typeof value === 'string') document[name] = value;
  return writtenFields(document);
}
