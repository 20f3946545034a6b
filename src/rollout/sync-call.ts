/**
 * Wraps a synchronous operation.
 *
 * Hot: the returned function costs a countdown and a call of the side that serves (`rollout.bench.ts`); its rest
 * parameter is only ever passed on, which V8 does without an array. Everything else is in `SyncCall`, behind a call that
 * takes the arguments on.
 */
import { COMPARED, FAST, FIRST, TIMED } from './call-planner.ts';
import type { ComponentCore } from './component-core.ts';
import type { ComparisonKind, Operation, Side } from './contract.ts';
import { answerOf, bookComparison, identityOf, OperationRules, type Outcome } from './operation-rules.ts';

export function wrapSync<This, Args extends unknown[], Result>(
  core: ComponentCore,
  operation: Operation<This, Args, Result>,
): (this: This, ...args: Args) => Result {
  const { planner } = core;
  const { fast, original } = operation;
  const call = new SyncCall(core, operation);
  // Passed beside the arguments, which must not be touched here.
  let fault: unknown;

  function plannedCall(this: This, ...args: Args): Result {
    return call.run(this, args);
  }

  function failedCall(this: This, ...args: Args): Result {
    const error = fault;
    fault = undefined;
    return call.replay(this, args, error);
  }

  return function wrapped(this: This, ...args: Args): Result {
    if (planner.countdown <= 0) return plannedCall.apply(this, args);
    planner.countdown--;
    if (!planner.isDirectFast) return original.apply(this, args);
    try {
      return fast.apply(this, args);
    } catch (error) {
      fault = error;
      return failedCall.apply(this, args);
    }
  };
}

/** Calls that are decided, timed, compared or failed. */
class SyncCall<This, Args extends unknown[], Result> {
  readonly #core: ComponentCore;
  readonly #operation: Operation<This, Args, Result>;
  readonly #rules: OperationRules<This, Args, Result, Result>;

  constructor(core: ComponentCore, operation: Operation<This, Args, Result>) {
    this.#core = core;
    this.#operation = operation;
    this.#rules = new OperationRules(core, operation);
  }

  run(self: This, args: Args): Result {
    const core = this.#core;
    const identity = core.planner.isSplit ? identityOf(this.#operation.identityOf, core.stickyBy, args) : null;
    const bits = core.planner.plan(identity);
    if ((bits & FAST) === 0) return this.#original(self, args, bits);
    if ((bits & FIRST) !== 0) return this.#verified(self, args);
    return this.#fast(self, args, bits);
  }

  /** The fast path failed; the original answers in its place where it may. */
  replay(self: This, args: Args, error: unknown): Result {
    const core = this.#core;
    const { generation } = core;
    if (!core.isReplayable) {
      if (core.isOwnFault(error)) core.failed({ kind: 'throw', error, replayed: false, generation });
      throw error;
    }
    const original = this.#timed('original', this.#operation.original, self, args);
    if (!original.ok && this.#rules.isSame(original, { ok: false, error })) {
      core.agreedError();
      core.served(generation);
    } else core.failed({ kind: 'throw', error, replayed: true, generation });
    return answerOf(original);
  }

  #original(self: This, args: Args, bits: number): Result {
    const { planner, clock } = this.#core;
    const kept = this.#isWanted(bits) ? this.#rules.copyArguments(args) : null;
    const isEntered = planner.enterOriginal();
    const started = (bits & TIMED) === 0 ? 0 : clock.now();
    let value: Result;
    try {
      value = this.#operation.original.apply(self, args);
    } catch (error) {
      if (kept !== null) this.#compareLater('shadow', { self, args: kept, outcome: { ok: false, error } });
      throw error;
    } finally {
      if (isEntered) planner.leaveOriginal();
    }
    if ((bits & TIMED) !== 0) this.#core.timed('original', clock.now() - started);
    if (kept !== null) this.#compareLater('shadow', { self, args: kept, outcome: { ok: true, value } });
    return value;
  }

  #fast(self: This, args: Args, bits: number): Result {
    const core = this.#core;
    const { generation } = core;
    const kept = this.#isWanted(bits) ? this.#rules.copyArguments(args) : null;
    const started = (bits & TIMED) === 0 ? 0 : core.clock.now();
    let value: Result;
    try {
      value = this.#operation.fast.apply(self, args);
    } catch (error) {
      return this.replay(self, args, error);
    }
    core.served(generation);
    if ((bits & TIMED) !== 0) core.timed('fast', core.clock.now() - started);
    if (kept !== null) this.#compareLater('verification', { self, args: kept, outcome: { ok: true, value } });
    return value;
  }

  /** Both sides run before the answer, which is the original's wherever they differ. */
  #verified(self: This, args: Args): Result {
    const core = this.#core;
    const { generation } = core;
    const kept = this.#rules.copyArguments(args) ?? args;
    const fast = this.#timed('fast', this.#operation.fast, self, args);
    const original = this.#timed('original', this.#operation.original, self, kept);
    if (!fast.ok && original.ok) {
      core.failed({ kind: 'throw', error: fast.error, replayed: true, generation });
      return original.value;
    }
    const isAgreed = bookComparison(core, this.#rules, { original, fast, during: 'verification', generation });
    if (isAgreed) core.served(generation);
    if (isAgreed && !fast.ok) core.agreedError();
    this.#rules.discard(isAgreed && fast.ok ? original : fast);
    return answerOf(isAgreed && fast.ok ? fast : original);
  }

  /** Whether a comparison was drawn, is possible, and has room. */
  #isWanted(bits: number): boolean {
    if ((bits & COMPARED) === 0) return false;
    return ((bits & FAST) !== 0 || this.#rules.shadow !== null) && this.#core.queue.hasRoom();
  }

  #compareLater(during: ComparisonKind, call: AnsweredCall<This, Args, Result>): void {
    const core = this.#core;
    const { self, args } = call;
    const { generation } = core;
    const answered = this.#rules.kept(call.outcome);
    if (answered === null) return;
    const { original } = this.#operation;
    core.queue.offer(() => {
      const isShadow = during === 'shadow';
      const other = isShadow
        ? this.#timed('fast', this.#rules.shadow ?? original, self, args)
        : this.#timed('original', original, self, args);
      const [fast, slow] = isShadow ? [other, answered] : [answered, other];
      bookComparison(core, this.#rules, { original: slow, fast, during, generation });
      this.#rules.discard(other);
    });
  }

  #timed(side: Side, run: (this: This, ...args: Args) => Result, self: This, args: Args): Outcome<Result> {
    const { planner, clock } = this.#core;
    const isEntered = side === 'original' && planner.enterOriginal();
    const started = clock.now();
    let outcome: Outcome<Result>;
    try {
      outcome = { ok: true, value: run.apply(self, args) };
    } catch (error) {
      outcome = { ok: false, error };
    } finally {
      if (isEntered) planner.leaveOriginal();
    }
    // How long a failure takes says nothing of an answer.
    if (outcome.ok) this.#core.timed(side, clock.now() - started);
    return outcome;
  }
}

interface AnsweredCall<This, Args, Result> {
  readonly self: This;
  readonly args: Args;
  readonly outcome: Outcome<Result>;
}
