/**
 * A call on its way through retries and fallbacks. The router says what follows (`Decision`), this does it; every
 * attempt ends in exactly one report to the router, a stream's when the provider has said its last.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import { isJsonArray, isJsonObject, type JsonObject } from '../../protocol/json.ts';
import type { UpstreamPools } from '../../pool/upstream-pools.ts';
import type { TimerWheel } from '../../primitives/timer-wheel.ts';
import type { Attempt, AttemptFailure, Decision } from '../../router/contract.ts';
import { contentFilteredError } from '../../router/router-failures.ts';
import { unsentTarget } from '../../providers/unsent-target.ts';
import type { UpstreamRequest } from '../../wire/contract.ts';
import { processLibrary } from '../process-library.ts';
import { AttemptObserver, type ObservedAttempt, type ObservedCall } from '../callbacks/attempt-observer.ts';
import type { CallCosts } from '../callbacks/call-costs.ts';
import { AttemptFailures } from './attempt-failures.ts';
import type { CallScope } from './call-scope.ts';
import type { HiddenParams } from './contract.ts';
import { CountedUsage } from './counted-usage.ts';
import { EventStream } from './event-stream.ts';
import { mockAnswer, type Mocked } from './mock-answer.ts';
import { mockTimeout } from './mock-failures.ts';
import type { MockPlan } from './mock-plan.ts';
import { type Outgoing, planAttempt, writeRequest } from './outgoing.ts';
import { ProviderCall } from './provider-call.ts';
import type { ReadCall } from './read-call.ts';
import { failedCall, hiddenParams } from './report.ts';
import type { CallCourse, CallGround } from './call-ground.ts';
import type { Targets } from './targets.ts';
import type { RouterTools } from './tools.ts';
import { unifiedAnswer } from './unified-answer.ts';
import { usedTokens } from './usage.ts';
import { type WholeAnswer, WholeReply } from './whole-reply.ts';

export type Answer = WholeAnswer | { readonly kind: 'stream'; readonly stream: EventStream };

/** An answer, and which attempt gave it. */
export interface AnsweredCall {
  readonly answer: Answer;
  readonly params: HiddenParams;
}

/** An attempt under way. */
interface Trial {
  readonly plan: Outgoing;
  readonly failures: AttemptFailures;
  readonly observer: AttemptObserver | null;
}

export interface CallParts {
  readonly ground: CallGround;
  readonly targets: Targets;
  readonly pools: UpstreamPools;
  readonly wheel: TimerWheel;
  readonly tools: RouterTools;
  readonly call: ReadCall;
  readonly scope: CallScope;
  readonly costs: CallCosts;
  /** Who hears of its attempts; null: nobody. */
  readonly observed: ObservedCall | null;
  /** Told of the ids of responses in a stream, and which deployment holds them. */
  readonly onResponseId: (responseId: string, deploymentId: string) => void;
}

interface AnsweredEnd {
  readonly kind: 'answered';
  readonly answer: Answer;
  readonly plan: Outgoing;
}

/** Not sent: the deployment cannot be asked this. */
interface RefusedEnd {
  readonly kind: 'refused';
  readonly error: GatewayError;
}

type AttemptEnd = AnsweredEnd | RefusedEnd | { readonly kind: 'failed'; readonly failure: AttemptFailure };

/** @throws GatewayError when nothing helped; whatever the scope was aborted with */
export async function runCall(parts: CallParts): Promise<AnsweredCall> {
  const { ground, call, scope } = parts;
  try {
    const routed = ground.course(call);
    const answered = await new CallRun(parts, routed).follow(routed.next());
    if (answered.answer.kind !== 'stream') scope.end();
    return answered;
  } catch (error) {
    scope.end();
    throw error;
  }
}

class CallRun {
  readonly #parts: CallParts;
  readonly #routed: CallCourse;

  constructor(parts: CallParts, routed: CallCourse) {
    this.#parts = parts;
    this.#routed = routed;
  }

  async follow(first: Decision): Promise<AnsweredCall> {
    let decision = first;
    for (;;) {
      if (decision.kind === 'give-up') throw failedCall(decision.outcome);
      if (decision.kind === 'sleep') {
        await this.#parts.scope.sleep(decision.seconds);
        decision = this.#routed.next();
        continue;
      }
      const startedAtMs = this.#parts.tools.monotonicMs();
      const ended = await this.#attempt(decision);
      if (ended.kind === 'answered') return this.#answered(decision, ended);
      if (ended.kind === 'refused') decision = this.#routed.refused(ended.error);
      else decision = this.#routed.failed(ended.failure, (this.#parts.tools.monotonicMs() - startedAtMs) / 1000);
    }
  }

  #answered(attempt: Attempt, { answer, plan }: AnsweredEnd): AnsweredCall {
    const cost = answer.kind === 'json' ? () => this.#costOf(plan, answer.json) : null;
    return { answer, params: hiddenParams(attempt, plan.target, cost) };
  }

  #costOf({ deployment, target, body }: Outgoing, answer: JsonObject): number | null {
    const { costs, ground, call } = this.#parts;
    const { knowledge } = ground;
    return costs.costOf({ knowledge, deployment, apiBase: target.apiBase, family: call.family, body }, answer);
  }

  async #attempt(attempt: Attempt): Promise<AttemptEnd> {
    const { scope, call, tools } = this.#parts;
    try {
      scope.throwIfAborted();
      let plan: Outgoing;
      try {
        plan = planAttempt(this.#parts, attempt);
      } catch (error) {
        const refused = refusal(error);
        const target = unsentTarget(attempt.deployment.provider ?? '', attempt.model);
        this.#observe({ attempt, target, body: call.body, costOf: () => null })?.failed(refused.error);
        return refused;
      }
      const { target, body } = plan;
      const observer = this.#observe({ attempt, target, body, costOf: (answer) => this.#costOf(plan, answer) });
      const ended = await this.#ask({ plan, failures: new AttemptFailures(target, plan, tools.openai), observer });
      if (ended.kind === 'failed') observer?.failed(ended.failure.error);
      if (ended.kind === 'refused') observer?.failed(ended.error);
      return ended;
    } catch (error) {
      // The caller left, or a fault of the program: the deployment is not to blame.
      if (this.#routed.attempt === attempt) this.#routed.abandoned();
      throw error;
    }
  }

  #observe(observed: ObservedAttempt): AttemptObserver | null {
    return this.#parts.observed === null ? null : new AttemptObserver(this.#parts.observed, observed);
  }

  async #ask(trial: Trial): Promise<AttemptEnd> {
    const { plan, failures, observer } = trial;
    if (plan.mock !== null) return this.#mocked(trial, plan.mock);
    let request: UpstreamRequest;
    try {
      request = await writeRequest(this.#parts.call, plan);
    } catch (error) {
      return refusal(error);
    }
    this.#parts.scope.throwIfAborted();
    observer?.sending();
    if (!this.#parts.call.stream) return this.#whole(trial, request);
    const { pools } = this.#parts;
    const { deadlines } = plan.timeouts;
    // The stream watches its own silence, which does not count while the reader is slower than the provider.
    const own = { ...deadlines, gapMs: Number.POSITIVE_INFINITY, totalMs: Number.POSITIVE_INFINITY };
    return this.#streamed(trial, (stream) => {
      const provider = new ProviderCall(failures, stream);
      provider.send(pools, request, own);
      stream.readFrom(provider);
    });
  }

  #whole(trial: Trial, request: UpstreamRequest): Promise<AttemptEnd> {
    const { scope, call, tools, pools } = this.#parts;
    const { plan, failures } = trial;
    const startedAtMs = tools.monotonicMs();
    return new Promise((resolve, reject) => {
      const reply = new WholeReply({
        reply: call.family.reply,
        failures,
        done: (end) => {
          if (end.ok) resolve(this.#settled(trial, end.answer, startedAtMs));
          else resolve({ kind: 'failed', failure: end.failure });
        },
      });
      const provider = new ProviderCall(failures, reply);
      provider.send(pools, request, plan.timeouts.deadlines);
      scope.onAbort((reason) => {
        provider.abort();
        reject(reason);
      });
    });
  }

  /** The answer is whole: it is the answer, unless the provider's filter emptied it and another one may say more. */
  #settled({ plan, failures, observer }: Trial, answer: WholeAnswer, startedAtMs: number): AttemptEnd {
    const { call, tools } = this.#parts;
    const seconds = (tools.monotonicMs() - startedAtMs) / 1000;
    if (answer.kind !== 'json') {
      this.#routed.succeeded({ seconds, firstTokenSeconds: null, totalTokens: 0, completionTokens: 0 });
      const shown = answer.kind === 'text' ? { text: answer.text } : null;
      observer?.answered(shown);
      observer?.succeeded(shown);
      return { kind: 'answered', answer, plan };
    }
    const { convertReply } = plan.target;
    const own = convertReply === undefined ? answer.json : convertReply(answer.json);
    const converted = call.family.family === 'chat' ? unifiedAnswer(own) : own;
    const json = call.family.emptyUsage && converted['usage'] == null ? { ...converted, usage: NO_USAGE } : converted;
    observer?.answered(json);
    if (isFiltered(json) && this.#routed.contentFilterFails)
      return { kind: 'failed', failure: failures.of(contentFilteredError()) };
    this.#remember(json, this.#routed.attempt);
    this.#routed.succeeded({ seconds, firstTokenSeconds: null, ...usedTokens(json['usage']) });
    observer?.succeeded(json);
    return { kind: 'answered', answer: { kind: 'json', json }, plan };
  }

  #streamed({ plan, failures, observer }: Trial, start: (stream: EventStream) => void): Promise<AttemptEnd> {
    const { scope, call, tools, wheel } = this.#parts;
    const routed = this.#routed;
    const startedAtMs = tools.monotonicMs();
    const { events } = call.family;
    if (events === null) throw new Error(`${call.family.method} is no stream`);
    return new Promise((resolve, reject) => {
      const stream: EventStream = new EventStream({
        scope,
        shape: events,
        includeUsage: call.includeUsage,
        convert: this.#converter(plan),
        counted: call.includeUsage && call.family.emptyUsage ? countedUsage(plan) : null,
        failures,
        silenceMs: plan.timeouts.deadlines.gapMs,
        wheel,
        monotonicMs: tools.monotonicMs,
        onEvent: observer === null ? null : (event) => observer.chunk(event),
        owner: {
          opened: () => {
            observer?.answered(null);
            resolve({ kind: 'answered', answer: { kind: 'stream', stream }, plan });
          },
          notOpened: (failure) => resolve({ kind: 'failed', failure }),
          succeeded: (success, usage) => {
            routed.succeeded(success);
            scope.end();
            observer?.streamed(usage);
          },
          broke: (failure) => {
            routed.failedForGood(failure, (tools.monotonicMs() - startedAtMs) / 1000);
            scope.end();
            observer?.failed(failure.error);
          },
          abandoned: () => {
            routed.abandoned();
            scope.end();
          },
        },
      });
      start(stream);
      scope.onAbort((reason) => {
        stream.abort(reason);
        reject(reason);
      });
    });
  }

  /** What each event goes through: the ids of responses are remembered, for calls that follow on them. */
  #converter({ target }: Outgoing): ((event: JsonObject) => JsonObject | null) | null {
    const convert = target.convertEvent?.() ?? null;
    if (convert !== null || this.#parts.call.family.family !== 'responses') return convert;
    const attempt = this.#routed.attempt;
    return (event) => {
      if (isJsonObject(event['response'])) this.#remember(event['response'], attempt);
      return event;
    };
  }

  #remember({ id }: JsonObject, attempt: Attempt | null): void {
    const { call, onResponseId } = this.#parts;
    if (call.family.family === 'responses' && typeof id === 'string' && attempt !== null)
      onResponseId(id, attempt.deployment.id);
  }

  /** Answers without a provider. */
  async #mocked(trial: Trial, mock: MockPlan): Promise<AttemptEnd> {
    const { call, tools, scope } = this.#parts;
    const { plan, failures } = trial;
    trial.observer?.sending();
    await scope.sleep(mock.timesOut ? plan.timeouts.seconds : mock.waitSeconds);
    if (mock.timesOut) return { kind: 'failed', failure: failures.of(mockTimeout()) };
    let mocked: Mocked;
    try {
      mocked = mockAnswer(call, mock, plan.target.model, tools.now());
    } catch (error) {
      return refusal(error);
    }
    switch (mocked.kind) {
      case 'failure':
        return { kind: 'failed', failure: failures.of(mocked.error) };
      case 'answer':
        return this.#settled(trial, { kind: 'json', json: mocked.answer }, tools.monotonicMs());
      case 'events': {
        const { events } = mocked;
        return this.#streamed(trial, (stream) => {
          for (const event of events) stream.add(event);
          stream.complete();
        });
      }
    }
  }
}

function countedUsage({ target, body }: Outgoing): CountedUsage {
  return new CountedUsage(target.model, body, (request) => processLibrary.tokens.tokenCounter(request));
}

const NO_USAGE: JsonObject = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

/** @throws what is no GatewayError: a fault of the program */
function refusal(error: unknown): RefusedEnd {
  if (error instanceof GatewayError) return { kind: 'refused', error };
  throw error;
}

function isFiltered({ choices }: JsonObject): boolean {
  return (
    isJsonArray(choices) &&
    choices.some((choice) => isJsonObject(choice) && choice['finish_reason'] === 'content_filter')
  );
}
