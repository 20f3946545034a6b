/**
 * A call whose course its component tells: a whole request, a stream. Latency is the time to the first output
 * (`commit`), or to the end where there is none.
 */
import { COMPARED, FAST, FIRST } from './call-planner.ts';
import type { ComponentCore } from './component-core.ts';
import type { FailureVerdict, FaultKind, IdentityOf, RolloutCall, Side } from './contract.ts';
import { isSameErrorName } from './error-summary.ts';
import { toldIdentity } from './operation-rules.ts';

/** `replaying`: the original is at work on what the fast path failed. */
type Stage = 'open' | 'replaying' | 'ended';

export class ToldCall implements RolloutCall {
  readonly side: Side;
  readonly sampled: boolean;
  readonly #core: ComponentCore;
  readonly #generation: number;
  readonly #startedMs: number;
  #stage: Stage = 'open';
  #isCommitted = false;
  #fault: { readonly kind: FaultKind; readonly error: unknown } | null = null;

  constructor(core: ComponentCore, tell?: IdentityOf) {
    const { planner, stickyBy } = core;
    const bits = planner.planEach(planner.isSplit ? toldIdentity(tell, stickyBy) : null);
    this.side = (bits & FAST) === 0 ? 'original' : 'fast';
    this.sampled = (bits & (COMPARED | FIRST)) !== 0;
    this.#core = core;
    this.#generation = core.generation;
    this.#startedMs = core.runtime.monotonicMs();
  }

  commit(): void {
    if (this.#isCommitted || this.#stage !== 'open') return;
    this.#isCommitted = true;
    this.#time();
  }

  succeed(): void {
    if (this.#stage !== 'open') return;
    this.#stage = 'ended';
    if (!this.#isCommitted) this.#time();
    if (this.side === 'fast') this.#core.served(this.#generation);
  }

  fail(error: unknown): FailureVerdict {
    if (this.#stage !== 'open') return 'pass_on';
    return this.#failed('throw', error);
  }

  hang(): FailureVerdict {
    if (this.#stage !== 'open') return 'pass_on';
    return this.#failed('hang', undefined);
  }

  replayed(): void {
    if (this.#stage !== 'replaying' || this.#fault === null) return;
    this.#stage = 'ended';
    this.#core.failed({ ...this.#fault, replayed: true, generation: this.#generation });
  }

  replayFailed(error: unknown): void {
    if (this.#stage !== 'replaying' || this.#fault === null) return;
    this.#stage = 'ended';
    if (this.#fault.kind === 'throw' && isSameErrorName(error, this.#fault.error)) {
      this.#core.agreedError();
      this.#core.served(this.#generation);
    } else this.#core.failed({ ...this.#fault, replayed: true, generation: this.#generation });
  }

  cancel(): void {
    this.#stage = 'ended';
  }

  compareLater(job: () => boolean | Promise<boolean>): boolean {
    const core = this.#core;
    if (!this.sampled || !core.queue.hasRoom()) return false;
    const during = this.side === 'fast' ? 'verification' : 'shadow';
    const generation = this.#generation;
    core.queue.offer(async () => {
      const limitMs = core.comparisonLimitMs;
      const outcome = await core.limits.wait(started(job), limitMs, () => {});
      if (outcome === null) core.totals.skippedComparisons++;
      else if (outcome.ok) core.compared(outcome.value, during, generation);
      else core.failedComparison(outcome.error, during, generation);
    });
    return true;
  }

  #failed(kind: FaultKind, error: unknown): FailureVerdict {
    const core = this.#core;
    if (this.side === 'original') {
      this.#stage = 'ended';
      return 'pass_on';
    }
    if (core.isReplayable && !this.#isCommitted) {
      this.#stage = 'replaying';
      this.#fault = { kind, error };
      return 'replay';
    }
    this.#stage = 'ended';
    if (kind === 'hang' || core.isOwnFault(error))
      core.failed({ kind, error, replayed: false, generation: this.#generation });
    return 'pass_on';
  }

  #time(): void {
    this.#core.timed(this.side, this.#core.runtime.monotonicMs() - this.#startedMs);
  }
}

/** Throws nothing: what the job throws at once rejects too. */
async function started(job: () => boolean | Promise<boolean>): Promise<boolean> {
  return job();
}
