/**
 * The second half of a call: sends the prepared request, picks the way to relay the reply, and ends the exchange in
 * every case exactly once: with the whole answer, with an error body, or with the error event of a stream.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { ProviderFailure } from '../../providers/contract.ts';
import type { Exchange, ExchangeEnd, HeaderList, TransportError } from '../../wire/contract.ts';
import type { AnswerFacts } from '../costing.ts';
import { replyError } from '../http/reply-error.ts';
import { createContentDecoder, type ContentDecoder } from './content-decoder.ts';
import { errorReplyHeaders, withExceptionType, withGroup } from './error-reply.ts';
import { errorEvent } from '../../errors/error-body.ts';
import { MockAnswer } from './mock-answer.ts';
import type { MockPlan } from '../mock/mock-plan.ts';
import type { RequestFields } from './request-fields.ts';
import { FailureReply } from './failure-reply.ts';
import type { DeadlineKind, PooledCall, PooledReceiver } from '../../pool/contract.ts';
import type { LlmFamily, LlmPipeline, TimeoutInputs } from './pipeline.ts';
import type { PreparedRequest, RoutedRequest } from './prepare-request.ts';
import { headerSafe, successHeaders } from './reply-headers.ts';
import type { ReplyMode, ReplyPort } from './reply-mode.ts';
import { selectReplyMode } from './select-reply-mode.ts';

/** For errors before a deployment is chosen. */
const NO_TIMEOUTS: TimeoutInputs = {
  stream: false,
  requestSeconds: null,
  headerSeconds: null,
  streamHeaderSeconds: null,
  params: {},
};

export class UpstreamReply implements PooledReceiver, ReplyPort {
  readonly exchange: Exchange;
  readonly #pipeline: LlmPipeline;
  readonly #family: LlmFamily;
  readonly #callId: string;
  #request: RoutedRequest | null = null;
  #call: PooledCall | null = null;
  #mode: ReplyMode | null = null;
  #mock: MockAnswer | null = null;
  #decoder: ContentDecoder | null = null;
  #providerHeaders: HeaderList = [];
  #status = 0;
  #sentAtMs = 0;
  #headAtMs = 0;
  #over = false;

  constructor(pipeline: LlmPipeline, family: LlmFamily, exchange: Exchange) {
    this.#pipeline = pipeline;
    this.#family = family;
    this.exchange = exchange;
    this.#callId = headerSafe(exchange.header('x-litellm-call-id') ?? pipeline.newCallId());
    exchange.onEnd((end) => this.#exchangeEnded(end));
    exchange.onWritable(() => this.#call?.resume());
  }

  /** The deployment is chosen: from here on errors name it. */
  routed(request: RoutedRequest): void {
    this.#request = request;
  }

  /** Answers without a provider; instead of `send`. */
  mock(plan: MockPlan, fields: RequestFields): void {
    if (this.#over || this.#request === null) return;
    this.#mock = new MockAnswer(this.#pipeline, this, fields, this.#request);
    this.#mock.start(plan);
  }

  /** At most once, after `routed`. */
  send(request: PreparedRequest): void {
    if (this.#over) return;
    this.#sentAtMs = this.#now();
    this.#call = this.#pipeline.upstream.send(
      {
        origin: request.target.origin,
        method: 'POST',
        path: request.path,
        headers: request.headers,
        body: request.body,
        bodyLength: request.bodyLength,
      },
      request.timeouts.deadlines,
      this,
    );
  }

  // --- what the pool tells

  // A fault of ours in here must end the exchange: thrown into the transport, it would read as a broken connection.

  onHead(status: number, headers: HeaderList): void {
    const request = this.#request;
    if (request === null) return;
    try {
      this.#begin(request, status, headers);
    } catch (error) {
      this.fail(error);
    }
  }

  #begin(request: RoutedRequest, status: number, headers: HeaderList): void {
    this.#headAtMs = this.#now();
    this.#status = status;
    this.#providerHeaders = headers;
    const mode =
      status >= 200 && status < 300
        ? selectReplyMode(this, this.#family, request, {
            status,
            contentType: headerValue(headers, 'content-type'),
            responseIds: this.#pipeline.responseIds,
            counting: this.#pipeline.counting,
          })
        : new FailureReply((body) => this.#failWithReply(status, body));
    this.#mode = mode;
    this.#decoder = createContentDecoder(headerValue(headers, 'content-encoding'), {
      onData: (chunk) => mode.onData(chunk),
      onEnd: () => mode.onEnd(),
      onDecodeError: (message) => mode.onBroken(this.malformed(message)),
    });
  }

  onData(chunk: Buffer): void {
    if (this.#over) return;
    try {
      if (this.#decoder === null) this.#mode?.onData(chunk);
      else this.#decoder.push(chunk);
    } catch (error) {
      this.fail(error);
    }
  }

  onEnd(): void {
    this.#call = null;
    if (this.#over) return;
    try {
      if (this.#decoder === null) this.#mode?.onEnd();
      else this.#decoder.finish();
    } catch (error) {
      this.fail(error);
    }
  }

  onError(error: TransportError): void {
    this.#call = null;
    if (this.#over) return;
    const { provider, model } = this.#target();
    const facts = { callId: this.#callId, provider, model, code: error.code, reason: error.message };
    this.#pipeline.state.log.debug(facts, 'the connection to the provider failed');
    if (this.#mode === null) this.fail(this.#unreachable(error));
    else this.#mode.onBroken(this.cut(error.message));
  }

  onDeadline(kind: DeadlineKind, limitMs: number, elapsedMs: number): void {
    this.#call = null;
    if (this.#over) return;
    if (this.exchange.headSent) {
      this.#mode?.onBroken(this.cut(`no content for ${limitMs / 1000} s`));
      return;
    }
    const { provider, model } = this.#target();
    const failure = { provider, model, timeoutSeconds: limitMs / 1000, elapsedSeconds: elapsedMs / 1000 };
    this.fail(
      this.#named(this.#pipeline.failures.unreachable({ ...failure, kind: 'timeout', message: `${kind} deadline` })),
    );
  }

  // --- what a reply mode may use

  replyHeaders(contentType: string, answer: AnswerFacts): HeaderList {
    const request = this.#request;
    if (request === null) return ['content-type', contentType];
    const now = this.#now();
    const out = successHeaders(request.target, headerSafe(request.group), this.#callId, {
      totalMs: now - this.exchange.startedAtMs,
      providerMs: this.#headAtMs - this.#sentAtMs,
    });
    out.push('content-type', contentType, ...request.extraReplyHeaders);
    const { deployment, apiBase } = request.target;
    const call = { deployment, apiBase, family: request.family, stream: request.stream, text: request.pricedText };
    this.#pipeline.addCostHeaders(out, call, answer);
    const withReset = request.stream || request.family === 'responses';
    this.#pipeline.headerWriter.addProviderHeaders(out, this.#providerHeaders, withReset);
    return out;
  }

  succeed(usage: JsonObject | null): void {
    this.#settle('success', 200, usage);
  }

  contentSeen(): void {
    this.#call?.contentSeen();
  }

  pause(): void {
    this.#call?.pause();
  }

  malformed(message: string): GatewayError {
    return this.#broken('malformed', message);
  }

  cut(message: string): GatewayError {
    return this.#broken('cut', message);
  }

  reported(error: string): GatewayError {
    const reported = this.#pipeline.failures.reported(this.#failure(200, error));
    return this.exchange.headSent || this.#request?.stream === true ? reported : this.#named(reported);
  }

  /** Ends the exchange with an error, in whatever phase it is. Anything that is not a GatewayError is our own fault. */
  fail(cause: unknown): void {
    if (this.#over) return;
    const error = this.#describe(cause);
    this.#logFailure(error);
    this.#call?.abort();
    this.#call = null;
    this.#settle('failed', error.status, null);
    if (!this.exchange.headSent) this.#replyError(error);
    else if (this.#request?.stream === true && this.#family.dialect !== null) {
      this.exchange.write(Buffer.from(errorEvent(withExceptionType(error))));
      this.exchange.end();
    } else this.exchange.abort();
  }

  #describe(cause: unknown): GatewayError {
    if (cause instanceof GatewayError) return cause;
    this.#pipeline.state.log.error({ err: cause, callId: this.#callId }, 'a request failed inside the gateway');
    return new GatewayError('internal', 'Internal server error. The gateway logged the cause with this call id.');
  }

  #logFailure(error: GatewayError): void {
    const { provider, model } = this.#target();
    const providerStatus = this.#status === 0 ? undefined : this.#status;
    const facts = {
      callId: this.#callId,
      provider,
      model,
      status: error.status,
      providerStatus,
      reason: error.message,
    };
    this.#pipeline.state.log.debug(facts, 'a call failed');
  }

  #replyError(error: GatewayError): void {
    const typed = this.#family.errorTypes === 'by-exception' ? withExceptionType(error) : error;
    const headers = errorReplyHeaders({
      callId: this.#callId,
      request: this.#request,
      providerStatus: this.#status,
      providerHeaders: this.#providerHeaders,
      durationMs: this.#now() - this.exchange.startedAtMs,
      defaultTimeout: this.#pipeline.timeouts(NO_TIMEOUTS).text,
    });
    replyError(this.exchange, typed, { headers, log: this.#pipeline.state.log });
  }

  #failWithReply(status: number, body: string): void {
    this.fail(this.#named(this.#pipeline.failures.provider(this.#failure(status, body))));
  }

  #failure(status: number, body: string): ProviderFailure {
    const { provider, model } = this.#target();
    const secret = this.#request?.target.secret ?? '';
    const failure = { provider, model, status, body, headers: this.#providerHeaders };
    return secret === '' ? failure : { ...failure, secret };
  }

  #unreachable(error: TransportError): GatewayError {
    const { provider, model } = this.#target();
    if (error.code === 'closed')
      return new GatewayError('draining', 'The gateway is shutting down; retry on another instance.');
    if (error.code === 'saturated')
      return new GatewayError('service_unavailable', 'Too many requests wait for this provider; retry later.');
    const kind =
      error.code === 'malformed-reply' ? 'malformed' : error.code === 'connect-timeout' ? 'timeout' : 'connection';
    return this.#named(this.#pipeline.failures.unreachable({ provider, model, kind, message: error.message }));
  }

  #broken(kind: 'malformed' | 'cut', message: string): GatewayError {
    const { provider, model } = this.#target();
    const error = this.#pipeline.failures.unreachable({ provider, model, kind, message });
    return this.exchange.headSent ? error : this.#named(error);
  }

  #named(error: GatewayError): GatewayError {
    return withGroup(error, this.#request?.group ?? '');
  }

  #target(): { readonly provider: string; readonly model: string } {
    return this.#request?.target ?? { provider: '', model: '' };
  }

  #exchangeEnded(end: ExchangeEnd): void {
    if (this.#over || end === 'finished') return;
    this.#call?.abort();
    this.#call = null;
    this.#mock?.abort();
    this.#settle('client-left', 499, null);
  }

  #settle(outcome: 'success' | 'failed' | 'client-left', status: number, usage: JsonObject | null): void {
    this.#over = true;
    if (outcome !== 'success') this.#decoder?.destroy();
    this.#pipeline.settled({
      callId: this.#callId,
      target: this.#request?.target ?? null,
      group: this.#request?.group ?? '',
      usage,
      outcome,
      status,
    });
  }

  #now(): number {
    return this.#pipeline.state.monotonicMs();
  }
}

function headerValue(headers: HeaderList, name: string): string {
  for (let index = 0; index + 1 < headers.length; index += 2)
    if (headers[index] === name) return headers[index + 1] as string;
  return '';
}
