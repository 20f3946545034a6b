/**
 * A second attempt for a call whose first one is slow (`router_settings.hedge_after_ms`, off by default): after that time
 * without an answer another deployment of the group is asked too, and whichever answers first is the answer; the other is
 * dropped in the same turn. Once a call at most, within the retry budget, and never for streams that may be recovered.
 *
 * Both attempts may cost money at the provider: that is what the setting buys. What a slow or dropped attempt says
 * about its deployment is recorded as ever. When the second fails, the first goes on; when the first fails while the second
 * runs, its retries and fallbacks wait for the second's end.
 */
import type { GatewayError } from '../../errors/gateway-error.ts';
import type { AttemptFailure, Attempt, RoutingFailure } from '../../router/contract.ts';
import type { OutputCapEdit } from '../../rate-limit/token-estimate.ts';
import type { RoutedCall } from '../../router/routed-call.ts';
import type { Exchange, HeaderList } from '../../wire/contract.ts';
import { admitDeployment } from './admit-deployment.ts';
import type { AnsweredAttempt, AttemptOwner, FailedReply } from './attempt-port.ts';
import type { LlmPipeline } from './pipeline.ts';
import type { RequestPlan } from './plan-request.ts';
import type { PreparedRequest } from './prepare-request.ts';
import { routeAttempt, type RoutedRequest } from './route-attempt.ts';
import { UpstreamAttempt } from './upstream-attempt.ts';

/** The call that is hedged. */
export interface HedgedCall extends AttemptOwner {
  /** The second attempt answers: from here on it is the call's own. */
  hedgeAnswers(second: SecondAttempt): void;
  /** The second attempt is over without an answer. */
  hedgeFailed(): void;
}

export interface SecondAttempt {
  readonly call: RoutedCall;
  readonly attempt: UpstreamAttempt;
  readonly request: RoutedRequest;
}

export interface HedgeOptions {
  readonly pipeline: LlmPipeline;
  readonly plan: RequestPlan;
  readonly call: HedgedCall;
  readonly outputCap: OutputCapEdit | null;
  /** The same as for the first attempt; a form, which takes its time, is not hedged. */
  readonly prepare: (routed: RoutedRequest) => PreparedRequest | Promise<PreparedRequest>;
}

const NOBODY_ELSE = null;

export class Hedge implements AttemptOwner {
  readonly #options: HedgeOptions;
  #timer: NodeJS.Timeout | null = null;
  /** Chosen, while a limit of its deployment is asked elsewhere. */
  #asking: RoutedCall | null = null;
  #second: SecondAttempt | null = null;
  /** Set once this attempt is the call's own. */
  #answers = false;

  constructor(options: HedgeOptions) {
    this.#options = options;
  }

  /** @param first the attempt that may turn out to be slow */
  arm(afterMs: number, first: Attempt): void {
    this.#timer = setTimeout(() => this.#start(first), afterMs);
  }

  get isRunning(): boolean {
    return this.#second !== null && !this.#answers;
  }

  /** The first attempt answers or is over, or nobody waits any more. */
  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#asking?.abandoned();
    this.#asking = null;
    if (this.#second === null || this.#answers) return;
    this.#second.attempt.abort();
    this.#second.call.abandoned();
    this.#second = null;
  }

  #start(first: Attempt): void {
    this.#timer = null;
    const { pipeline, plan } = this.#options;
    if (pipeline.router.retryBudget?.take() === false) return;
    const call = pipeline.router.routeBeside(plan.routing, first.deployment);
    const decision = call.next();
    if (decision.kind !== 'attempt') return;
    const admitted = decision.deployment === first.deployment ? NOBODY_ELSE : admitDeployment(pipeline, decision);
    if (admitted === undefined) this.#send(call, decision);
    else if (admitted instanceof Promise) this.#sendIf(admitted, call, decision);
    else call.abandoned();
  }

  #sendIf(admitted: Promise<GatewayError | null>, call: RoutedCall, decision: Attempt): void {
    this.#asking = call;
    const decide = (refusal: unknown): void => {
      if (this.#asking !== call) return;
      this.#asking = null;
      if (refusal === null) this.#send(call, decision);
      else call.abandoned();
    };
    admitted.then(decide, decide);
  }

  /** What cannot be sent to the second deployment is no fault of the call. */
  #send(call: RoutedCall, decision: Attempt): void {
    const { pipeline, plan, prepare, outputCap } = this.#options;
    try {
      const request = routeAttempt(pipeline, plan, decision, outputCap);
      const prepared = prepare(request);
      if (prepared instanceof Promise) throw new TypeError('forms are not hedged');
      const attempt = new UpstreamAttempt(pipeline, plan.family, this, request);
      this.#second = { call, attempt, request };
      attempt.send(prepared);
    } catch {
      this.#second = null;
      call.abandoned();
    }
  }

  // --- what the second attempt asks and tells

  get exchange(): Exchange {
    return this.#options.call.exchange;
  }

  get callId(): string {
    return this.#options.call.callId;
  }

  get limitHeaders(): HeaderList {
    return this.#options.call.limitHeaders;
  }

  get contentFilterFails(): boolean {
    return false;
  }

  get earlierFailures(): readonly RoutingFailure[] {
    return this.#options.call.earlierFailures;
  }

  readonly recovery = null;

  attemptBegins(): void {
    if (this.#second === null || this.#answers) return;
    this.#answers = true;
    this.#options.call.hedgeAnswers(this.#second);
  }

  attemptFailed(failure: AttemptFailure, seconds: number, reply: FailedReply): void {
    if (this.#answers) this.#options.call.attemptFailed(failure, seconds, reply);
    else this.#over((call) => call.failedForGood(failure, seconds));
  }

  attemptBroke(failure: AttemptFailure, seconds: number): void {
    this.#options.call.attemptBroke(failure, seconds);
  }

  attemptSucceeded(answer: AnsweredAttempt): void {
    this.#options.call.attemptSucceeded(answer);
  }

  giveUp(error: Parameters<AttemptOwner['giveUp']>[0]): void {
    if (this.#answers) this.#options.call.giveUp(error);
    else this.#over((call) => call.abandoned());
  }

  #over(tell: (call: RoutedCall) => void): void {
    const second = this.#second;
    this.#second = null;
    if (second === null) return;
    tell(second.call);
    this.#options.call.hedgeFailed();
  }
}
