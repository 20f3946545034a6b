/**
 * Wraps an operation that answers with a promise.
 *
 * On the original side the caller gets the original's own promise, with whatever else it can do. On the fast side it
 * gets a new one; where the call may be replayed the original answers when the fast path failed or took longer than its
 * time limit. Comparisons run after the answer.
 */
import { COMPARED, FAST, FIRST } from './call-planner.ts';
import type { ComponentCore } from './component-core.ts';
import type { AsyncOperation, ComparisonKind, Side } from './contract.ts';
import { answerOf, bookComparison, identityOf, OperationRules, type Outcome } from './operation-rules.ts';

export function wrapAsync<This, Args extends unknown[], Result>(
  core: ComponentCore,
  operation: AsyncOperation<This, Args, Result>,
): (this: This, ...args: Args) => Promise<Result> {
  const call = new AsyncCall(core, operation);
  return function wrapped(this: This, ...args: Args): Promise<Result> {
    return call.run(this, args);
  };
}

class AsyncCall<This, Args extends unknown[], Result> {
  readonly #core: ComponentCore;
  readonly #operation: AsyncOperation<This, Args, Result>;
  readonly #rules: OperationRules<This, Args, Result, Promise<Result>>;

  constructor(core: ComponentCore, operation: AsyncOperation<This, Args, Result>) {
    this.#core = core;
    this.#operation = operation;
    this.#rules = new OperationRules(core, operation);
  }

  run(self: This, args: Args): Promise<Result> {
    const { planner, stickyBy } = this.#core;
    const identity = planner.isSplit ? identityOf(this.#operation.identityOf, stickyBy, args) : null;
    const bits = planner.planEach(identity);
    return (bits & FAST) === 0 ? this.#original(self, args, bits) : this.#fast(self, args, bits);
  }

  #original(self: This, args: Args, bits: number): Promise<Result> {
    const core = this.#core;
    const { generation } = core;
    // Nothing is attached to the promise: what nobody handles stays unhandled, as without us.
    if (bits === 0) return this.#operation.original.apply(self, args);
    const kept = this.#isWanted(bits) ? this.#rules.copyArguments(args) : null;
    const started = core.runtime.monotonicMs();
    const answer = this.#operation.original.apply(self, args);
    const settled = (outcome: Outcome<Result>): void => {
      if (outcome.ok) core.timed('original', core.runtime.monotonicMs() - started);
      if (kept !== null) this.#compareLater('shadow', { self, args: kept, outcome, generation });
    };
    answer.then(
      (value) => settled({ ok: true, value }),
      (error: unknown) => settled({ ok: false, error }),
    );
    return answer;
  }

  async #fast(self: This, args: Args, bits: number): Promise<Result> {
    const core = this.#core;
    const { generation } = core;
    const kept = this.#isWanted(bits) ? this.#rules.copyArguments(args) : null;
    const limitMs = core.isReplayable ? core.settings.timeLimitMs : null;
    const outcome = await this.#run('fast', this.#operation.fast, { self, args, limitMs });
    if (outcome === null || !outcome.ok) return this.#replay(self, args, { outcome, generation });
    core.served(generation);
    if (kept !== null) this.#compareLater('verification', { self, args: kept, outcome, generation });
    return outcome.value;
  }

  /** @param failure outcome null: it took too long */
  async #replay(self: This, args: Args, failure: FailedCall): Promise<Result> {
    const core = this.#core;
    const { outcome, generation } = failure;
    const error = outcome?.error;
    if (!core.isReplayable) {
      if (core.isOwnFault(error)) core.failed({ kind: 'throw', error, replayed: false, generation });
      throw error as Error;
    }
    const original = await this.#run('original', this.#operation.original, { self, args, limitMs: null });
    if (original === null) throw new Error('a call without a time limit cannot pass it');
    if (outcome !== null && !original.ok && this.#rules.isSame(original, outcome)) {
      core.agreedError();
      core.served(generation);
    } else core.failed({ kind: outcome === null ? 'hang' : 'throw', error, replayed: true, generation });
    return answerOf(original);
  }

  #isWanted(bits: number): boolean {
    if ((bits & (COMPARED | FIRST)) === 0) return false;
    return ((bits & FAST) !== 0 || this.#rules.shadow !== null) && this.#core.queue.hasRoom();
  }

  #compareLater(during: ComparisonKind, call: EndedCall<This, Args, Result>): void {
    const answered = this.#rules.kept(call.outcome);
    if (answered === null) return;
    this.#core.queue.offer(() => this.#compare(during, { ...call, outcome: answered }));
  }

  async #compare(during: ComparisonKind, call: EndedCall<This, Args, Result>): Promise<void> {
    const { self, args, outcome, generation } = call;
    const core = this.#core;
    const limited = { self, args, limitMs: core.comparisonLimitMs };
    if (during === 'shadow') {
      const fast = (await this.#run('fast', this.#rules.shadow ?? this.#operation.fast, limited)) ?? NO_ANSWER;
      bookComparison(core, this.#rules, { original: outcome, fast, during, generation });
      return this.#rules.discard(fast);
    }
    const original = await this.#run('original', this.#operation.original, limited);
    // The original took too long: that says nothing of the fast path.
    if (original === null) return void core.totals.skippedComparisons++;
    bookComparison(core, this.#rules, { original, fast: outcome, during, generation });
    return this.#rules.discard(original);
  }

  /** Null: the time limit passed. Never rejects. */
  async #run(
    side: Side,
    run: (this: This, ...args: Args) => Promise<Result>,
    { self, args, limitMs }: LimitedCall<This, Args>,
  ): Promise<Outcome<Result> | null> {
    const { runtime, limits } = this.#core;
    const started = runtime.monotonicMs();
    let answer: Promise<Result>;
    try {
      answer = run.apply(self, args);
    } catch (error) {
      return { ok: false, error };
    }
    const outcome = await limits.wait(answer, limitMs, (value) => this.#rules.discard({ ok: true, value }));
    if (outcome?.ok === true) this.#core.timed(side, runtime.monotonicMs() - started);
    return outcome;
  }
}

/** Of the fast path, in a comparison. */
const NO_ANSWER: Outcome<never> = { ok: false, error: Object.assign(new Error(), { name: 'NoAnswerInTime' }) };

interface EndedCall<This, Args, Result> {
  readonly self: This;
  readonly args: Args;
  readonly outcome: Outcome<Result>;
  readonly generation: number;
}

interface LimitedCall<This, Args> {
  readonly self: This;
  readonly args: Args;
  readonly limitMs: number | null;
}

interface FailedCall {
  readonly outcome: { readonly ok: false; readonly error: unknown } | null;
  readonly generation: number;
}
