/**
 * One request on its way through retries and fallbacks: a state machine without time or network of its own. The driver
 * asks `next()`, does what it says (call a deployment, sleep, give up), and reports `succeeded`, `failed` or
 * `abandoned`; after a sleep it asks `next()` again. Both the gateway and the library drive it.
 *
 * LiteLLM's order: retries inside a group, then its fallbacks, each of which has retries and fallbacks of its own
 * (frames on a stack). One failed hop is never made twice. Costs on success: this object, one frame, one decision.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import type { CallTools } from './call-tools.ts';
import type { CandidateGroup } from './candidate-group.ts';
import type {
  Attempt,
  AttemptFailure,
  AttemptSuccess,
  Decision,
  DeploymentFacts,
  FailedOutcome,
  RoutingFailure,
  RoutingRequest,
  SucceededOutcome,
} from './contract.ts';
import { PROBE_DUE } from './deployment-state.ts';
import { effectiveChains, type EffectiveChains, exactTargets } from './fallback-chains.ts';
import { raise, type Raised } from './failure-text.ts';
import { Frame, hasHopLeft, nextHop } from './fallback-frame.ts';
import { gaveUp } from './gave-up.ts';
import { groupHealth, hasOther } from './group-health.ts';
import { mockFallbackFailure, mockRateLimitFailure } from './mock-failures.ts';
import type { DeploymentPicker } from './pick-deployment.ts';
import { recordFailure, recordSuccess } from './record-outcome.ts';
import { type GroupHealth, isFinal, mayRetry, retryLimit, sleepBeforeRetry } from './retry-rules.ts';
import { PLACE_POLL_SECONDS, PlaceWait } from './place-wait.ts';
import { blockedFailure, emptyPickFailure, unknownModelFailure } from './router-failures.ts';

/** Times that a place may be lost to other threads before the group counts as full. */
const MOST_RACES = 8;
/** What stands for a deployment that says nothing. */
const SILENCE: RoutingFailure = {
  reason: 'provider',
  error: new GatewayError('timeout', 'silent'),
  deployment: null,
  retryAfter: null,
  silentTimeout: true,
};
const BUSY = { reason: 'busy', detail: '' } as const;

export class RoutedCall {
  readonly #core: CallTools;
  readonly #request: RoutingRequest;
  readonly #chains: EffectiveChains;
  readonly #frames: Frame[];
  readonly #tried = new Set<string>();
  readonly #startedMs: number;
  readonly #failures: RoutingFailure[] = [];
  #attempts = 0;
  #races = 0;
  readonly #wait: PlaceWait;
  #askedAgain = false;
  #attempt: Attempt | null = null;
  #mocksLeft: boolean;
  #cutShort: FailedOutcome['cutShortBy'] = null;
  /** What `next()` does: try the top frame, or tell that it failed. */
  #due: Raised | null = null;

  constructor(core: CallTools, request: RoutingRequest) {
    this.#core = core;
    this.#request = request;
    this.#chains = effectiveChains(core.policy, request.overrides);
    this.#frames = [new Frame(request.model, null, null, 0)];
    this.#wait = new PlaceWait(request, core);
    this.#startedMs = core.now();
    this.#mocksLeft = request.mocks !== null;
    core.retryBudget?.countRequest();
  }

  /** For a second attempt beside another call's: no retries, no fallbacks, and not the same deployment where others are. */
  static beside(core: CallTools, request: RoutingRequest, first: DeploymentFacts): RoutedCall {
    const call = new RoutedCall(core, { ...request, mocks: null, priority: null, waitSeconds: 0 });
    call.#frames[0]?.avoid(first.slot);
    return call;
  }

  /** The attempt under way, or null. */
  get attempt(): Attempt | null {
    return this.#attempt;
  }

  /** @throws Error when an attempt is under way */
  next(): Decision {
    if (this.#attempt !== null) throw new Error('an attempt is under way; report how it ended first');
    const due = this.#due;
    this.#due = null;
    return due === null ? this.#enter(this.#top()) : this.#frameFailed(due);
  }

  succeeded(success: AttemptSuccess): SucceededOutcome {
    const attempt = this.#end();
    recordSuccess(this.#core, attempt.deployment, success);
    const frame = this.#top();
    return {
      deployment: attempt.deployment,
      group: attempt.group,
      retries: frame.retries,
      maxRetries: frame.retries > 0 ? frame.maxRetries : null,
      fallbacks: this.#hops(),
      panic: attempt.panic,
      failures: this.#failures,
    };
  }

  /**
   * @param seconds how long the attempt took
   * @returns what to do now; an attempt in it has begun, and must be ended like any other
   */
  failed(failure: AttemptFailure, seconds: number): Decision {
    return this.#attemptFailed(this.#recordFailure(failure, seconds));
  }

  /** The same for an answer of which the client already has a part: nothing follows. */
  failedForGood(failure: AttemptFailure, seconds: number): void {
    this.#failures.push(this.#recordFailure(failure, seconds));
  }

  #recordFailure(failure: AttemptFailure, seconds: number): RoutingFailure {
    return recordFailure(this.#core, this.#end().deployment, { failure, seconds });
  }

  /**
   * The same for an answer that another one may take up where it broke off. Asked next, without waiting: another
   * deployment of the group, else its fallbacks; where there is neither, once, the first group again. What is asked in a
   * group counts as its retries; the budgets of attempts and retries hold.
   */
  brokeOff(failure: AttemptFailure, seconds: number): Decision {
    const broken = this.#recordFailure(failure, seconds);
    const next = this.#leave(broken);
    return next.kind === 'give-up' ? (this.#onceMore(broken) ?? next) : next;
  }

  /** An answer that does not go on where another one broke off. Nothing is held against its deployment. */
  differed(error: GatewayError): Decision {
    const { deployment } = this.#end();
    this.#core.cooldowns.abandoned(deployment);
    return this.#leave({ reason: 'provider', error, deployment, retryAfter: null, silentTimeout: false });
  }

  /** Whether the attempt under way may ask its deployment a second time, in another form. It counts again. */
  mayRephrase(): boolean {
    if (this.#attempt === null || this.#overBudget(0) || !this.#takeRetry()) return false;
    this.#attempts++;
    this.#core.state.minutes.addRequest(this.#attempt.deployment.slot, this.#core.now());
    return true;
  }

  /** On to the next deployment that this frame has not asked yet, or out of it. */
  #leave(failure: RoutingFailure): Decision {
    const frame = this.#top();
    this.#failures.push(failure);
    const retries = this.#retries(frame, failure, groupHealth(frame, this.#core)) && frame.retries < frame.maxRetries;
    frame.refuse({ ...failure, reason: 'refused' }, failure.deployment?.slot ?? -1);
    const goesOn = retries && hasOther(frame, this.#core) && !this.#overBudget(0) && this.#takeRetry();
    if (!goesOn) return this.#frameFailed(raise(failure));
    frame.retries++;
    return this.#pick(frame, frame.group as CandidateGroup);
  }

  #onceMore(failure: RoutingFailure): Decision | null {
    const frame = this.#top();
    const health = groupHealth(frame, this.#core);
    if (this.#askedAgain || !this.#retries(frame, failure, health) || frame.retries >= frame.maxRetries) return null;
    const { policy, jitter, now } = this.#core;
    const seconds = sleepBeforeRetry({ failure, retries: frame.retries, health, nowMs: now() }, policy, jitter);
    if (seconds === null || this.#overBudget(seconds) || !this.#takeRetry()) return null;
    this.#askedAgain = true;
    frame.retries++;
    frame.refusal = frame.refusedSlots = frame.skipped = null;
    return { kind: 'sleep', seconds };
  }

  /** Whether somebody else would be asked if this attempt timed out. */
  get hasElsewhere(): boolean {
    const frame = this.#top();
    return (frame.group?.members.length ?? 0) > 1 || this.#hasFallback(SILENCE);
  }

  /**
   * Whether an answer that the provider's filter emptied (`finish_reason: content_filter`) is to be reported as `failed`
   * with `contentFilteredError`: only where a fallback could give another one.
   */
  get contentFilterFails(): boolean {
    if (this.#request.overrides?.disableFallbacks === true) return false;
    const { contentPolicy, generic } = this.#chains;
    if (contentPolicy !== null) return exactTargets(contentPolicy, this.#top().names()) !== null;
    return generic?.entries.some((entry) => entry.group === '*') ?? false;
  }

  /**
   * The call was not made, because of a limit of the deployment or because it cannot take this request: another one of the
   * group is asked, then the group's fallbacks, never the same one again. Nothing is held against the deployment.
   */
  refused(error: GatewayError): Decision {
    const { deployment } = this.#end();
    this.#attempts--;
    this.#core.cooldowns.abandoned(deployment);
    const frame = this.#top();
    frame.refuse({ reason: 'refused', error, deployment, retryAfter: null, silentTimeout: false }, deployment.slot);
    return this.#pick(frame, frame.group as CandidateGroup);
  }

  /** What went wrong so far, oldest first. */
  get failures(): readonly RoutingFailure[] {
    return this.#failures;
  }

  /** The client left, or the gateway stops: the deployment is not to blame and nothing follows. */
  abandoned(): void {
    this.#core.cooldowns.abandoned(this.#end().deployment);
  }

  #end(): Attempt {
    const attempt = this.#attempt;
    if (attempt === null) throw new Error('no attempt is under way');
    this.#attempt = null;
    this.#core.state.ended(attempt.deployment.slot, this.#core.lane);
    return attempt;
  }

  #top(): Frame {
    return this.#frames[this.#frames.length - 1] as Frame;
  }

  /** LiteLLM-compat: hops of the outermost list, whatever happened further inside. */
  #hops(): number {
    return this.#frames[0]?.chain?.depth ?? 0;
  }

  #enter(frame: Frame): Decision {
    if (this.#mocksLeft && this.#request.mocks !== null) {
      const mocked = mockFallbackFailure(this.#request.mocks, frame.model, this.#chains);
      this.#mocksLeft = mocked === null && this.#request.mocks.rateLimit;
      if (mocked !== null) return this.#frameFailed(raise(mocked));
      if (this.#mocksLeft) {
        this.#mocksLeft = false;
        this.#find(frame);
        return this.#attemptFailed(mockRateLimitFailure(frame.model));
      }
    }
    const problem = this.#find(frame);
    if (problem !== null) return this.#attemptFailed(problem);
    return this.#pick(frame, frame.group as CandidateGroup);
  }

  #find(frame: Frame): RoutingFailure | null {
    if (frame.group !== null) return null;
    const resolution = this.#core.index.resolve(frame.model);
    if ('unresolved' in resolution)
      return resolution.unresolved === 'blocked' ? blockedFailure(frame.model) : unknownModelFailure(resolution.group);
    frame.group = this.#core.groupOf(resolution);
    return null;
  }

  #pick(frame: Frame, group: CandidateGroup): Decision {
    const { picker, state, now, lane, policy } = this.#core;
    const member = picker.pick(group, {
      request: this.#request,
      targetOrder: frame.targetOrder,
      skipped: frame.skipped,
    });
    const deployment = group.members[member];
    if (deployment === undefined) return this.#nothingPicked(frame, group, picker.emptied);
    if (frame.refusal !== null && frame.refusedSlots?.has(deployment.slot) === true)
      return this.#attemptFailed(frame.refusal);
    const nowMs = now();
    const probe = policy.resilience.halfOpenProbe && state.probe(deployment.slot, nowMs) === PROBE_DUE;
    // Another thread was faster: for this call the deployment is not there.
    if (probe && !state.claimProbe(deployment.slot, nowMs)) return this.#pick(frame, group);
    state.started(deployment.slot, lane);
    // Another thread was faster: its place is taken, and this call looks again.
    if (deployment.maxParallelRequests !== null && state.inFlight(deployment.slot) > deployment.maxParallelRequests) {
      state.ended(deployment.slot, lane);
      if (probe) state.setProbe(deployment.slot, PROBE_DUE);
      if (group.byId || ++this.#races > MOST_RACES) return this.#nothingPicked(frame, group, BUSY);
      return this.#pick(frame, group);
    }
    state.minutes.addRequest(deployment.slot, nowMs);
    this.#wait.over();
    this.#attempts++;
    this.#attempt = {
      kind: 'attempt',
      deployment,
      model: group.models[member] ?? deployment.model,
      group: group.name,
      parameters: frame.parameters,
      retries: frame.retries,
      maxRetries: frame.retries > 0 ? frame.maxRetries : null,
      fallbacks: this.#hops(),
      panic: picker.panic,
      probe,
    };
    return this.#attempt;
  }

  #nothingPicked(frame: Frame, group: CandidateGroup, emptied: DeploymentPicker['emptied']): Decision {
    const place = frame.refusal === null ? this.#wait.place(frame.model, emptied.reason) : null;
    if (place !== null) return { kind: 'sleep', seconds: Math.min(PLACE_POLL_SECONDS, place.secondsLeft), place };
    return this.#attemptFailed(frame.refusal ?? this.#emptyPick(group, emptied));
  }

  #emptyPick(group: CandidateGroup, emptied: DeploymentPicker['emptied']): RoutingFailure {
    const { state, facts, policy, now } = this.#core;
    const pick = { ...emptied, group, request: this.#request };
    return emptyPickFailure(pick, { state, deployments: facts.rows, policy, nowMs: now() });
  }

  #attemptFailed(failure: RoutingFailure): Decision {
    const frame = this.#top();
    this.#failures.push(failure);
    const { policy, jitter, now } = this.#core;
    const health = groupHealth(frame, this.#core);
    if (!this.#retries(frame, failure, health)) return this.#frameFailed(raise(failure));
    frame.skip(failure);
    const seconds = sleepBeforeRetry({ failure, retries: frame.retries, health, nowMs: now() }, policy, jitter);
    const last = frame.retries >= frame.maxRetries;
    if (seconds === null) return this.#frameFailed(raise(failure));
    // LiteLLM-compat: it sleeps once more after the last attempt.
    if (last && policy.resilience.skipLastSleep) return this.#frameFailed(raise(failure, frame.usedUp()));
    if (last) this.#due = raise(failure, frame.usedUp());
    else if (this.#overBudget(seconds) || !this.#takeRetry()) return this.#frameFailed(raise(failure));
    else frame.retries++;
    return { kind: 'sleep', seconds };
  }

  /** Whether the rules let the group be asked again; fixes the number of retries at the first failure. */
  #retries(frame: Frame, failure: RoutingFailure, health: GroupHealth): boolean {
    const { policy } = this.#core;
    if (!frame.limited) frame.limit(retryLimit(failure, policy, this.#request.overrides, frame.names()));
    if (isFinal(failure) || frame.maxRetries <= 0) return false;
    if (policy.resilience.timeoutFailsOver && failure.silentTimeout && this.#hasBetter(failure, health)) return false;
    const chains = {
      contextWindow: this.#chains.contextWindow !== null,
      contentPolicy: this.#chains.contentPolicy !== null,
    };
    if (frame.byPolicy) return true;
    if (!policy.resilience.retriesForbidden && failure.error.status === 403 && health.total <= 1) return false;
    return mayRetry(failure, health, chains);
  }

  /** Whether asking the group again after silence is the worst choice: others are left, or this is what the others led to. */
  #hasBetter(failure: RoutingFailure, { total }: GroupHealth): boolean {
    return this.#hasFallback(failure) || (this.#frames.length > 1 && total <= 1);
  }

  #hasFallback(failure: RoutingFailure): boolean {
    if (this.#request.overrides?.disableFallbacks === true) return false;
    const { isProvider } = this.#core;
    return hasHopLeft(this.#frames, failure, { chains: this.#chains, tried: this.#tried, isProvider });
  }

  #overBudget(sleepSeconds: number): boolean {
    const { maxAttempts, maxSeconds } = this.#core.policy.resilience;
    const attempts = maxAttempts !== null && this.#attempts >= maxAttempts;
    const seconds = (this.#core.now() - this.#startedMs) / 1000 + sleepSeconds;
    const late = maxSeconds !== null && seconds > maxSeconds;
    if (attempts) this.#cutShort = 'attempt-budget';
    else if (late) this.#cutShort = 'time-budget';
    return attempts || late;
  }

  /** Without a retry left the group is given up; its fallbacks are still tried. */
  #takeRetry(): boolean {
    if (this.#core.retryBudget === null || this.#core.retryBudget.take()) return true;
    this.#cutShort = 'retry-budget';
    return false;
  }

  #frameFailed(raised: Raised): Decision {
    let up = raised;
    for (;;) {
      const frame = this.#top();
      const step = nextHop(frame, up, {
        mayGoOn: () => !this.#overBudget(0),
        mayUse: this.#request.mayUse,
        disabled: this.#request.overrides?.disableFallbacks === true,
        chains: this.#chains,
        tried: this.#tried,
        maxFallbacks: this.#request.overrides?.maxFallbacks ?? this.#core.policy.maxFallbacks,
        isProvider: this.#core.isProvider,
      });
      if (step.kind === 'hop') {
        this.#frames.push(step.frame);
        return this.#enter(step.frame);
      }
      up = step.raised;
      if (this.#frames.length === 1)
        return gaveUp(up, { retries: frame.retries, fallbacks: this.#hops(), cutShortBy: this.#cutShort });
      this.#frames.pop();
    }
  }
}
