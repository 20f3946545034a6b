/**
 * One attempt: sends the prepared request, picks the way to relay the reply, and tells its owner exactly once how it
 * ended: answered, failed before the client saw anything, or broken off in the middle.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { DeadlineKind, PooledCall, PooledReceiver } from '../../pool/contract.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { ProviderFailure } from '../../providers/contract.ts';
import { unreachableKind } from '../../providers/unreachable-kind.ts';
import type { AttemptFailure } from '../../router/contract.ts';
import type { Exchange, HeaderList, TransportError } from '../../wire/contract.ts';
import type { AnswerFacts, CostedCall } from '../costing.ts';
import type { MockPlan } from '../mock/mock-plan.ts';
import type { AttemptOwner } from './attempt-port.ts';
import { createContentDecoder, type ContentDecoder } from './content-decoder.ts';
import { FailureReply } from './failure-reply.ts';
import { internalFault } from './internal-fault.ts';
import { limitedUsage } from './limited-usage.ts';
import { MockAnswer } from './mock-answer.ts';
import type { LlmFamily, LlmPipeline } from './pipeline.ts';
import type { PreparedRequest } from './prepare-request.ts';
import { headerValue, successHeaders } from './reply-headers.ts';
import type { ReplyMode, ReplyPort } from './reply-mode.ts';
import type { RoutedRequest } from './route-attempt.ts';
import { selectReplyMode } from './select-reply-mode.ts';

export class UpstreamAttempt implements PooledReceiver, ReplyPort {
  readonly exchange: Exchange;
  readonly #pipeline: LlmPipeline;
  readonly #family: LlmFamily;
  readonly #owner: AttemptOwner;
  readonly #request: RoutedRequest;
  readonly #startedAtMs: number;
  #call: PooledCall | null = null;
  #mode: ReplyMode | null = null;
  #mock: MockAnswer | null = null;
  #decoder: ContentDecoder | null = null;
  #providerHeaders: HeaderList = [];
  #status = 0;
  #headAtMs = 0;
  #firstContentAtMs = 0;
  #costUsd: number | null = null;
  #over = false;

  constructor(pipeline: LlmPipeline, family: LlmFamily, owner: AttemptOwner, request: RoutedRequest) {
    this.#pipeline = pipeline;
    this.#family = family;
    this.#owner = owner;
    this.#request = request;
    this.exchange = owner.exchange;
    this.#startedAtMs = this.#now();
  }

  /** Answers without a provider; instead of `send`. */
  mock(plan: MockPlan): void {
    this.#mock = new MockAnswer(this.#pipeline, this.#owner.recovery?.port(this) ?? this, this.#request);
    this.#mock.start(plan);
  }

  send({ path, headers, body, bodyLength }: PreparedRequest): void {
    const { target, timeouts } = this.#request;
    const request = { origin: target.origin, method: 'POST', path, headers, body, bodyLength };
    this.#call = this.#pipeline.upstream.send(request, timeouts.deadlines, this);
  }

  resume(): void {
    this.#call?.resume();
  }

  /** The client left, or another attempt takes over: nothing is told any more. */
  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#drop();
  }

  // --- what the pool tells

  // A fault of ours in here must end the exchange: thrown into the transport, it would read as a broken connection.

  onHead(status: number, headers: HeaderList): void {
    if (this.#over) return;
    try {
      this.#begin(status, headers);
    } catch (error) {
      this.fail(error);
    }
  }

  #begin(status: number, headers: HeaderList): void {
    this.#headAtMs = this.#now();
    this.#status = status;
    this.#providerHeaders = headers;
    const mode =
      status >= 200 && status < 300
        ? selectReplyMode(this, this.#family, this.#request, {
            status,
            contentType: headerValue(headers, 'content-type'),
            responseIds: this.#pipeline.responseIds,
            counting: this.#pipeline.counting,
            recovery: this.#owner.recovery,
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
    const { provider, model } = this.#request.target;
    const facts = { callId: this.#owner.callId, provider, model, code: error.code, reason: error.message };
    this.#pipeline.state.log.debug(facts, 'the connection to the provider failed');
    if (error.code === 'closed') this.#giveUp(new GatewayError('draining', DRAINING));
    else if (this.#mode === null) this.fail(this.#unreachable(error));
    else this.#mode.onBroken(this.cut(error.message));
  }

  onDeadline(kind: DeadlineKind, limitMs: number, elapsedMs: number): void {
    this.#call = null;
    if (this.#over) return;
    if (this.exchange.headSent && this.#mode !== null) {
      this.#mode.onBroken(this.cut(`no content for ${limitMs / 1000} s`));
      return;
    }
    const { provider, model } = this.#request.target;
    const failure = { provider, model, timeoutSeconds: limitMs / 1000, elapsedSeconds: elapsedMs / 1000 };
    this.fail(this.#pipeline.failures.unreachable({ ...failure, kind: 'timeout', message: `${kind} deadline` }));
  }

  // --- what a reply mode may use

  get contentFilterFails(): boolean {
    return this.#owner.contentFilterFails;
  }

  replyHeaders(contentType: string, answer: AnswerFacts): HeaderList {
    this.#owner.attemptBegins();
    const request = this.#request;
    const now = this.#now();
    const out = successHeaders(request, this.#owner, {
      totalMs: now - this.exchange.startedAtMs,
      providerMs: Math.max(this.#headAtMs, this.#firstContentAtMs) - this.#startedAtMs,
    });
    out.push('content-type', contentType, ...request.extraReplyHeaders, ...this.#owner.limitHeaders);
    this.#costUsd = this.#pipeline.addCostHeaders(out, this.#costedCall(), answer);
    const withReset = request.stream || request.family === 'responses';
    this.#pipeline.headerWriter.addProviderHeaders(out, this.#providerHeaders, withReset);
    this.#addGroupLimits(out, answer);
    return out;
  }

  #addGroupLimits(out: string[], { usage }: AnswerFacts): void {
    const { target, stream } = this.#request;
    const tokens = stream ? 0 : (limitedUsage(usage)?.totalTokens ?? 0);
    this.#pipeline.groupLimits?.(out, target.deployment.modelName, tokens);
  }

  succeed(usage: JsonObject | null, model: string | null = null): void {
    if (this.#over) return;
    this.#over = true;
    const firstTokenSeconds = this.#firstContentAtMs === 0 ? null : (this.#firstContentAtMs - this.#startedAtMs) / 1000;
    const costUsd = this.#request.stream ? this.#streamCost(usage, model) : this.#costUsd;
    this.#owner.attemptSucceeded({ usage, costUsd, firstTokenSeconds, seconds: this.#seconds() });
  }

  #costedCall(): CostedCall {
    const { target, family, stream, pricedText } = this.#request;
    return { deployment: target.deployment, apiBase: target.apiBase, family, stream, text: pricedText };
  }

  /** Known only at the end, and computed only where it is charged. */
  #streamCost(usage: JsonObject | null, model: string | null): number | null {
    if (this.#pipeline.limits.budgets === null || usage === null) return null;
    return this.#pipeline.costOf(this.#costedCall(), { usage, model, serviceTier: null, body: null });
  }

  contentSeen(): void {
    if (this.#firstContentAtMs === 0) this.#firstContentAtMs = this.#now();
    this.#call?.contentSeen();
  }

  pause(): void {
    this.#call?.pause();
  }

  malformed(message: string): GatewayError {
    const { provider, model } = this.#request.target;
    return this.#pipeline.failures.unreachable({ provider, model, kind: 'malformed', message });
  }

  cut(message: string): GatewayError {
    const { provider, model } = this.#request.target;
    return this.#pipeline.failures.unreachable({ provider, model, kind: 'cut', message });
  }

  reported(error: string): GatewayError {
    return this.#pipeline.failures.reported(this.#failure(200, error));
  }

  /** Ends the attempt with an error, in whatever phase it is. Anything that is not a GatewayError is our own fault. */
  fail(cause: unknown): void {
    if (this.#over) return;
    if (!(cause instanceof GatewayError)) {
      this.#giveUp(internalFault(cause, this.#owner.callId, this.#pipeline.state.log));
      return;
    }
    this.#logFailure(cause);
    this.#over = true;
    this.#drop();
    const failure = this.#attemptFailure(cause);
    if (this.exchange.headSent) this.#owner.attemptBroke(failure, this.#seconds());
    else this.#owner.attemptFailed(failure, this.#seconds(), { status: this.#status, headers: this.#providerHeaders });
  }

  #giveUp(error: GatewayError): void {
    this.#over = true;
    this.#drop();
    this.#owner.giveUp(error);
  }

  #drop(): void {
    this.#call?.abort();
    this.#call = null;
    this.#mock?.abort();
    this.#decoder?.destroy();
  }

  #attemptFailure(error: GatewayError): AttemptFailure {
    const timedOut = error.name === 'Timeout';
    const retryAfter = headerValue(this.#providerHeaders, 'retry-after');
    return {
      error,
      retryAfter: retryAfter === '' ? null : retryAfter,
      silentTimeout: timedOut,
      clientTimeout: timedOut && this.#request.clientTimeout,
      callerCredential: this.#request.target.deployment.id !== this.#request.attempt.deployment.id,
    };
  }

  leftOut(bytes: number): void {
    const { provider, model } = this.#request.target;
    const facts = { callId: this.#owner.callId, provider, model, bytes };
    this.#pipeline.state.log.warn(facts, 'the provider sent an event that is no JSON object; it was left out');
  }

  #logFailure(error: GatewayError): void {
    const { provider, model } = this.#request.target;
    const providerStatus = this.#status === 0 ? undefined : this.#status;
    const facts = { callId: this.#owner.callId, provider, model, status: error.status, providerStatus };
    this.#pipeline.state.log.debug({ ...facts, reason: error.message }, 'an attempt failed');
  }

  #failWithReply(status: number, body: string): void {
    this.fail(this.#pipeline.failures.provider(this.#failure(status, body)));
  }

  #failure(status: number, body: string): ProviderFailure {
    const { provider, model, secret } = this.#request.target;
    const failure = { provider, model, status, body, headers: this.#providerHeaders };
    return secret === '' ? failure : { ...failure, secret };
  }

  #unreachable(error: TransportError): GatewayError {
    const { provider, model } = this.#request.target;
    if (error.code === 'saturated')
      return new GatewayError('service_unavailable', 'Too many requests wait for this provider; retry later.');
    return this.#pipeline.failures.unreachable({
      provider,
      model,
      kind: unreachableKind(error.code),
      message: error.message,
    });
  }

  #seconds(): number {
    return (this.#now() - this.#startedAtMs) / 1000;
  }

  #now(): number {
    return this.#pipeline.state.monotonicMs();
  }
}

const DRAINING = 'The gateway is shutting down; retry on another instance.';
