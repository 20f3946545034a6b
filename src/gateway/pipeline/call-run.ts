/**
 * A call from its plan to its settled reply: asks the limits, follows the router from attempt to attempt, and ends the
 * exchange in every case exactly once: with an answer, an error body, or the error event of a stream.
 *
 * The router says what follows (`Decision`); this object only does it. A client that leaves in any phase ends the
 * attempt, its place and its reservations in the same turn of the event loop. One timer at most, while it waits between
 * attempts.
 */
import { errorEvent } from '../../errors/error-body.ts';
import { GatewayError } from '../../errors/gateway-error.ts';
import type { JsonObject } from '../../protocol/json.ts';
import type { Attempt, AttemptFailure, AwaitedPlace, Decision, RoutingFailure } from '../../router/contract.ts';
import type { RoutedCall } from '../../router/routed-call.ts';
import type { Exchange, ExchangeEnd, HeaderList } from '../../wire/contract.ts';
import { receivedKey } from '../auth/received-key.ts';
import { bind, handOver } from '../http/delegating-exchange.ts';
import { replyError } from '../http/reply-error.ts';
import type { AdmittedRequest } from '../limits/contract.ts';
import { admitDeployment } from './admit-deployment.ts';
import type { AnsweredAttempt, FailedReply } from './attempt-port.ts';
import { bookCall } from './book-call.ts';
import { errorReplyHeaders, NO_TIMEOUTS, withExceptionType } from './error-reply.ts';
import { planMock } from './mock-answer.ts';
import type { AttemptUsage, LlmFamily, LlmPipeline, Settlement } from './pipeline.ts';
import type { RequestPlan } from './plan-request.ts';
import type { PreparedRequest } from './prepare-request.ts';
import { headerSafe } from './reply-headers.ts';
import { routeAttempt, type RoutedRequest } from './route-attempt.ts';
import { flightKey, WatchedExchange, type Flyer } from './single-flight.ts';
import { Hedge, type HedgedCall, type SecondAttempt } from './hedge.ts';
import { internalFault } from './internal-fault.ts';
import { limitedUsage } from './limited-usage.ts';
import { withFirstTokenLimit } from './recovery/first-token-limit.ts';
import { StreamRecovery } from './recovery/stream-recovery.ts';
import { UpstreamAttempt } from './upstream-attempt.ts';

/** Makes the bytes for a deployment; a promise where a form must be written. @throws GatewayError */
export type Prepare = (routed: RoutedRequest) => PreparedRequest | Promise<PreparedRequest>;

const NO_REPLY: FailedReply = { status: 0, headers: [] };
const NO_HEADERS: HeaderList = [];
const NO_ATTEMPTS: readonly AttemptUsage[] = [];

export class CallRun implements HedgedCall, Flyer {
  readonly exchange: Exchange;
  readonly callId: string;
  readonly #pipeline: LlmPipeline;
  readonly #family: LlmFamily;
  #plan: RequestPlan | null = null;
  #prepare: Prepare | null = null;
  #call: RoutedCall | null = null;
  #recovery: StreamRecovery | null = null;
  #admitted: AdmittedRequest | null = null;
  #request: RoutedRequest | null = null;
  #attempt: UpstreamAttempt | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Set while the call waits for a free place. */
  #leaveQueue: (() => void) | null = null;
  #lastReply = NO_REPLY;
  #costUsd: number | null = null;
  /** The flight that this call leads. */
  #flight: string | null = null;
  #hedge: Hedge | null = null;
  /** How the first attempt failed, while the second one runs. */
  #firstFailed: (() => void) | null = null;
  #over = false;

  constructor(pipeline: LlmPipeline, family: LlmFamily, exchange: Exchange) {
    this.#pipeline = pipeline;
    this.#family = family;
    this.exchange = pipeline.flights === null ? exchange : new WatchedExchange(exchange);
    this.callId = headerSafe(exchange.header('x-litellm-call-id') ?? pipeline.newCallId());
    exchange.onEnd((end) => this.#exchangeEnded(end));
    exchange.onWritable(() => this.#attempt?.resume());
  }

  /** At most once. @throws GatewayError when a limit refuses the call */
  start(plan: RequestPlan, prepare: Prepare): void {
    if (this.#over) return;
    this.#plan = plan;
    this.#prepare = prepare;
    const { callers } = this.#pipeline.limits;
    const { caller, family, fields, routing, resolution } = plan;
    const admitted =
      callers?.admit({ caller, family, fields, model: routing.model, resolution, tags: routing.tags ?? [] }) ?? null;
    if (!(admitted instanceof Promise)) this.#begin(plan, admitted);
    else
      admitted.then(
        (later) => this.#guard(() => this.#begin(plan, later)),
        (error: unknown) => this.fail(error),
      );
  }

  #begin(plan: RequestPlan, admitted: AdmittedRequest | null): void {
    if (this.#over) {
      admitted?.fail(null);
      return;
    }
    this.#admitted = admitted;
    if (!this.#joinsFlight(plan)) this.#route(plan);
  }

  /** Whether another's identical call is under way, whose answer is waited for. */
  #joinsFlight({ family, fields, stream }: RequestPlan): boolean {
    const { flights, state } = this.#pipeline;
    const { exchange } = this;
    if (flights === null || stream || family.reply !== 'json' || family.body !== 'json') return false;
    const key = flightKey(receivedKey(exchange, state.snapshot.general.keyHeaderName), exchange.target, fields);
    if (flights.join(key, this)) return true;
    this.#leads(key);
    return false;
  }

  #leads(key: string): void {
    this.#flight = key;
    if (this.exchange instanceof WatchedExchange)
      this.exchange.onReply = (reply) => this.#pipeline.flights?.land(key, reply);
  }

  lead(key: string): void {
    this.#leads(key);
    const plan = this.#plan;
    if (plan !== null) this.#guard(() => this.#route(plan));
  }

  landed(status: number): void {
    this.#settle(status < 400 ? 'success' : 'failed', status, null);
  }

  #route(plan: RequestPlan): void {
    if (this.#pipeline.recovery !== null) this.#recovery = this.#recoveryOf(plan);
    this.#call = this.#pipeline.router.route(plan.routing);
    this.#follow(this.#call.next());
  }

  #recoveryOf(plan: RequestPlan): StreamRecovery | null {
    const onDifference = (): void => this.#differs();
    return StreamRecovery.of({ pipeline: this.#pipeline, plan, exchange: this.exchange, onDifference });
  }

  /** What no other attempt changes, or what came before the first one. Anything but a GatewayError is our own fault. */
  fail(cause: unknown): void {
    if (this.#over) return;
    this.#attempt?.abort();
    if (this.#call?.attempt != null) this.#call.abandoned();
    this.#end(cause instanceof GatewayError ? cause : internalFault(cause, this.callId, this.#pipeline.state.log));
  }

  // --- what the router says

  #follow(decision: Decision): void {
    switch (decision.kind) {
      case 'attempt':
        this.#try(decision);
        return;
      case 'sleep':
        if (decision.place !== undefined) {
          this.#awaitPlace(decision.place);
          return;
        }
        this.#timer = setTimeout(() => this.#guard(() => this.#wake()), decision.seconds * 1000);
        return;
      case 'give-up':
        this.#end(decision.outcome.error);
    }
  }

  #awaitPlace({ model, secondsLeft }: AwaitedPlace): void {
    const routing = this.#plan?.routing;
    if (routing === undefined) return;
    this.#leaveQueue = this.#pipeline.scheduler.join({
      request: model === routing.model ? routing : { ...routing, model },
      priority: routing.priority ?? 0,
      timeoutMs: secondsLeft * 1000,
      go: () => this.#guard(() => this.#wake()),
    });
  }

  #wake(): void {
    this.#timer = null;
    this.#leaveQueue = null;
    if (this.#call !== null) this.#follow(this.#call.next());
  }

  #try(attempt: Attempt): void {
    const admitted = admitDeployment(this.#pipeline, attempt);
    if (admitted === undefined) this.#send(attempt);
    else if (admitted instanceof Promise)
      admitted.then(
        (refusal) => this.#guard(() => (refusal === null ? this.#send(attempt) : this.#refused(refusal))),
        (error: unknown) => this.fail(error),
      );
    else this.#refused(admitted);
  }

  #send(attempt: Attempt): void {
    const plan = this.#plan;
    if (this.#over || plan === null) return;
    let prepared: PreparedRequest | Promise<PreparedRequest> | null;
    let running: UpstreamAttempt;
    try {
      const whole = routeAttempt(this.#pipeline, plan, attempt, this.#admitted?.outputCap ?? null);
      const direct = withFirstTokenLimit(whole, plan, this.#call);
      const routed = this.#recovery?.prepare(direct) ?? direct;
      this.#request = routed;
      running = new UpstreamAttempt(this.#pipeline, this.#family, this, routed);
      this.#attempt = running;
      const mock = planMock(routed);
      if (mock !== null) {
        running.mock(mock);
        return;
      }
      prepared = this.#prepare?.(routed) ?? null;
    } catch (error) {
      this.#notSent(error);
      return;
    }
    bind(this.exchange);
    if (prepared instanceof Promise)
      prepared.then(
        (later) => this.#guard(() => running.send(later)),
        (error: unknown) => this.#guard(() => this.#notSent(error)),
      );
    else if (prepared !== null) {
      running.send(prepared);
      this.#armHedge(plan, attempt);
    }
  }

  #armHedge(plan: RequestPlan, attempt: Attempt): void {
    const { hedgeAfterMs } = this.#pipeline;
    const prepare = this.#prepare;
    if (hedgeAfterMs === null || prepare === null || this.#hedge !== null || this.#recovery !== null) return;
    this.#hedge = new Hedge({
      pipeline: this.#pipeline,
      plan,
      call: this,
      prepare,
      outputCap: this.#admitted?.outputCap ?? null,
    });
    this.#hedge.arm(hedgeAfterMs, attempt);
  }

  attemptBegins(): void {
    this.#hedge?.cancel();
  }

  hedgeAnswers({ call, attempt, request }: SecondAttempt): void {
    this.#attempt?.abort();
    if (this.#call?.attempt != null) this.#call.abandoned();
    this.#firstFailed = null;
    this.#call = call;
    this.#attempt = attempt;
    this.#request = request;
  }

  hedgeFailed(): void {
    const goOn = this.#firstFailed;
    this.#firstFailed = null;
    goOn?.();
  }

  /** What cannot be sent to this deployment: another one may take it. What is not served natively, LiteLLM serves. */
  #notSent(error: unknown): void {
    if (this.#over) return;
    this.#attempt = null;
    if (!(error instanceof GatewayError) || error.code === 'not_implemented') this.fail(error);
    else this.#refused(error);
  }

  #refused(error: GatewayError): void {
    if (!this.#over && this.#call !== null) this.#follow(this.#call.refused(error));
  }

  // --- what an attempt tells

  get limitHeaders(): HeaderList {
    return this.#admitted?.headers ?? NO_HEADERS;
  }

  get contentFilterFails(): boolean {
    return this.#call?.contentFilterFails ?? false;
  }

  get earlierFailures(): readonly RoutingFailure[] {
    return this.#call?.failures ?? [];
  }

  get recovery(): StreamRecovery | null {
    return this.#recovery;
  }

  attemptFailed(failure: AttemptFailure, seconds: number, reply: FailedReply): void {
    this.#attempt = null;
    this.#lastReply = reply;
    this.#recovery?.attemptEnded();
    const goOn = (): void =>
      this.#guard(() => {
        if (this.#call !== null) this.#follow(this.#call.failed(failure, seconds));
      });
    if (this.#hedge?.isRunning === true) {
      this.#firstFailed = goOn;
      return;
    }
    this.#hedge?.cancel();
    goOn();
  }

  attemptBroke(failure: AttemptFailure, seconds: number): void {
    this.#attempt = null;
    this.#recovery?.attemptEnded();
    const call = this.#call;
    if (this.#recovery?.interrupted(failure.error) === true && call !== null) {
      this.#guard(() => this.#follow(call.brokeOff(failure, seconds)));
      return;
    }
    call?.failedForGood(failure, seconds);
    this.#end(failure.error);
  }

  /** What goes on with a stream that broke off turns out to be another answer. */
  #differs(): void {
    this.#attempt?.abort();
    this.#attempt = null;
    this.#guard(() => {
      if (this.#call !== null && this.#recovery !== null) this.#follow(this.#recovery.afterDifference(this.#call));
    });
  }

  attemptSucceeded({ usage, costUsd, firstTokenSeconds, seconds }: AnsweredAttempt): void {
    this.#costUsd = costUsd;
    const { totalTokens = 0, completionTokens = 0 } = limitedUsage(usage) ?? {};
    this.#call?.succeeded({ seconds, firstTokenSeconds, totalTokens, completionTokens });
    this.#settle('success', 200, usage);
  }

  giveUp(error: GatewayError): void {
    this.fail(error);
  }

  /** Callbacks of timers and promises have nobody above them who would turn a throw into an answer. */
  #guard(step: () => void): void {
    if (this.#over) return;
    try {
      step();
    } catch (error) {
      this.fail(error);
    }
  }

  #end(last: GatewayError): void {
    const error = this.#recovery?.cause ?? last;
    const facts = { callId: this.callId, status: error.status, reason: error.message };
    this.#pipeline.state.log.debug(facts, 'a call failed');
    this.#settle('failed', error.status, null);
    if (handOver(this.exchange, error)) this.#pipeline.flights?.leave(this.#flight ?? '');
    else if (!this.exchange.headSent) this.#replyError(error);
    else if (this.#plan?.stream === true && this.#family.dialect !== null) {
      this.exchange.write(Buffer.from(errorEvent(withExceptionType(error))));
      this.exchange.end();
    } else this.exchange.abort();
  }

  #replyError(error: GatewayError): void {
    const typed = this.#family.errorTypes === 'by-exception' ? withExceptionType(error) : error;
    const headers = errorReplyHeaders({
      callId: this.callId,
      request: this.#request,
      providerStatus: this.#lastReply.status,
      providerHeaders: this.#lastReply.headers,
      durationMs: this.#pipeline.state.monotonicMs() - this.exchange.startedAtMs,
      defaultTimeout: this.#pipeline.timeouts(NO_TIMEOUTS).text,
    });
    replyError(this.exchange, typed, { headers, log: this.#pipeline.state.log });
  }

  #exchangeEnded(end: ExchangeEnd): void {
    if (this.#over || end === 'finished') return;
    this.#attempt?.abort();
    if (this.#call?.attempt != null) this.#call.abandoned();
    this.#settle('client-left', 499, null);
    if (this.#flight !== null) this.#pipeline.flights?.leave(this.#flight);
  }

  #settle(outcome: Settlement['outcome'], status: number, usage: JsonObject | null): void {
    this.#over = true;
    this.#attempt = null;
    this.#hedge?.cancel();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#leaveQueue?.();
    this.#pipeline.scheduler.placeFreed();
    const target = this.#request?.target ?? null;
    const group = this.#request?.group ?? this.#plan?.group ?? '';
    const tags = this.#plan?.routing.tags ?? [];
    const end = { callId: this.callId, target, group, tags, usage, costUsd: this.#costUsd, outcome, status };
    const broken = this.#recovery?.close(outcome === 'success') ?? null;
    if (broken === null) bookCall(this.#pipeline, this.#admitted, { ...end, brokenAttempts: NO_ATTEMPTS });
    else void broken.then((brokenAttempts) => bookCall(this.#pipeline, this.#admitted, { ...end, brokenAttempts }));
  }
}
