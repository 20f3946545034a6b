/**
 * One component: decides through its planner, counts what happened, and rolls back when a budget is exceeded. The
 * wrappers of the three kinds of calls (`sync-call.ts`, `async-call.ts`, `told-call.ts`) tell it everything.
 *
 * A fault of a call that began before the last change of sides is counted, and decides nothing.
 */
import { BudgetWindow } from './budget-window.ts';
import { CallClock } from './call-clock.ts';
import { CallPlanner, type Route } from './call-planner.ts';
import { ComparisonQueue } from './comparison-queue.ts';
import { type ComponentTotals, noTotals } from './component-totals.ts';
import type {
  ComparisonKind,
  ComponentDefinition,
  ErrorSummary,
  FaultKind,
  RollbackCause,
  RolloutRuntime,
  Side,
  StickyBy,
} from './contract.ts';
import { summarizeError } from './error-summary.ts';
import type { EventBody } from './event-stream.ts';
import { compareLatencies, isTooSlow } from './latency-budget.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { ModeMachine } from './mode-machine.ts';
import type { ResolvedSettings } from './resolve-settings.ts';
import { StickyBuckets } from './sticky-buckets.ts';
import type { TimeLimits } from './time-limits.ts';

const LONGEST_COMPARISON_MS = 30_000;
const DEFAULT_HALF_LIFE_MS = 60_000;
/** Samples between two looks at the latency budget: each reads both histograms. */
const SAMPLES_PER_LOOK = 16;

export interface ComponentCoreOptions {
  readonly definition: ComponentDefinition;
  readonly settings: ResolvedSettings;
  readonly switchedOffBy: string | null;
  readonly runtime: RolloutRuntime;
  readonly limits: TimeLimits;
  readonly emit: (event: EventBody) => void;
}

export interface Fault {
  readonly kind: FaultKind;
  readonly error: unknown;
  /** The original answered the call. */
  readonly replayed: boolean;
  /** Of the core when the call began. */
  readonly generation: number;
}

export class ComponentCore {
  readonly definition: ComponentDefinition;
  readonly runtime: RolloutRuntime;
  readonly limits: TimeLimits;
  readonly totals: ComponentTotals = noTotals();
  readonly planner: CallPlanner;
  readonly machine: ModeMachine;
  readonly queue: ComparisonQueue;
  readonly clock: CallClock;
  readonly fastLatency = new LatencyHistogram();
  readonly originalLatency = new LatencyHistogram();
  readonly #window: BudgetWindow;
  readonly #emit: (event: EventBody) => void;
  #settings: ResolvedSettings;
  /** Grows whenever the fast path begins or ceases to serve. */
  #generation = 0;
  #goodCalls = 0;
  #hasDryRun: boolean;
  #isClosed = false;
  #samplesUntilLook = SAMPLES_PER_LOOK;
  #lastError: ErrorSummary | null = null;

  constructor({ definition, settings, switchedOffBy, runtime, limits, emit }: ComponentCoreOptions) {
    this.definition = definition;
    this.runtime = runtime;
    this.limits = limits;
    this.#hasDryRun = definition.canDryRun === true;
    this.#emit = emit;
    this.#settings = settings;
    this.clock = new CallClock(runtime.monotonicMs);
    this.#window = new BudgetWindow(runtime.monotonicMs());
    this.planner = new CallPlanner({
      buckets: new StickyBuckets(definition.name),
      random: runtime.random,
      totals: this.totals,
      window: this.#window,
    });
    this.queue = new ComparisonQueue(settings.shadow, runtime, () => this.totals.skippedComparisons++);
    this.machine = new ModeMachine({
      runtime,
      mode: settings.mode,
      coolOff: settings.coolOff,
      switchedOffBy,
      emit,
      onChange: (isNewStart) => this.#changed(isNewStart),
    });
    this.#setComparisons();
    this.machine.start();
  }

  get settings(): ResolvedSettings {
    return this.#settings;
  }

  get stickyBy(): StickyBy {
    return this.#settings.stickyBy;
  }

  get generation(): number {
    return this.#generation;
  }

  get isServing(): boolean {
    return this.machine.state === 'serving' || this.machine.state === 'trial';
  }

  /** Calls that the fast path answered well since it last began to serve. */
  get goodCalls(): number {
    return this.#goodCalls;
  }

  get lastError(): ErrorSummary | null {
    return this.#lastError;
  }

  /** Whether the original may run a call that the fast path did not finish. */
  get isReplayable(): boolean {
    return this.definition.repeatable !== 'never';
  }

  /** One comparison's time limit; without one it would hold up the others for ever. */
  get comparisonLimitMs(): number {
    return this.#settings.timeLimitMs ?? LONGEST_COMPARISON_MS;
  }

  /** Of an error that the original cannot be asked about. */
  isOwnFault(error: unknown): boolean {
    try {
      return this.definition.isOwnFault?.(error) ?? true;
    } catch {
      return true;
    }
  }

  configure(settings: ResolvedSettings): void {
    this.#settings = settings;
    this.queue.configure(settings.shadow);
    this.#setComparisons();
    this.machine.configure(settings.mode, settings.coolOff);
  }

  /** An operation with a dry run was added: shadow runs are possible whatever the component is. */
  allowShadow(): void {
    this.#hasDryRun = true;
    this.#setComparisons();
  }

  get canShadow(): boolean {
    return this.#hasDryRun || this.definition.repeatable === 'always';
  }

  /** A call of the fast path ended well, as far as anybody looked. */
  served(generation: number): void {
    if (generation !== this.#generation) return;
    this.#goodCalls++;
    if (this.machine.trialCall()) this.totals.rearmed++;
  }

  agreedError(): void {
    this.totals.agreedErrors++;
  }

  failed({ kind, error, replayed, generation }: Fault): void {
    if (kind === 'hang') this.totals.hangs++;
    else this.totals.throws++;
    if (replayed) this.totals.fallbacks++;
    const summary = kind === 'hang' ? null : summarizeError(error);
    this.#emit({ type: 'fallback', kind, error: summary, replayed });
    if (!this.isServing || generation !== this.#generation) return;
    this.#lastError = summary;
    this.#look();
    this.#window.addFault();
    if (this.machine.state === 'trial') this.rollBack('trial');
    else if (this.#window.isOverErrors(this.#settings.errorBudget)) this.rollBack('error_budget');
  }

  /** Both sides ran one call. */
  compared(isAgreed: boolean, during: ComparisonKind, generation: number): void {
    this.totals.comparisons++;
    if (!isAgreed) this.#differed(during, null, generation);
  }

  /** The fast path failed in a comparison where the original did not, or otherwise. */
  failedComparison(error: unknown, during: ComparisonKind, generation: number): void {
    this.totals.comparisons++;
    this.#differed(during, summarizeError(error), generation);
  }

  /** @param ms of one call */
  timed(side: Side, ms: number): void {
    const now = this.runtime.monotonicMs();
    const { latencyBudget, errorBudget } = this.#settings;
    const halfLifeMs = latencyBudget?.halfLifeMs ?? DEFAULT_HALF_LIFE_MS;
    const histogram = side === 'fast' ? this.fastLatency : this.originalLatency;
    histogram.record(ms, now, halfLifeMs);
    this.#window.decay(now, errorBudget.halfLifeMs);
    if (latencyBudget === null || --this.#samplesUntilLook > 0) return;
    this.#samplesUntilLook = SAMPLES_PER_LOOK;
    this.fastLatency.decay(now, halfLifeMs);
    this.originalLatency.decay(now, halfLifeMs);
    if (this.isServing && isTooSlow(this.fastLatency, this.originalLatency, latencyBudget))
      this.rollBack('latency_budget');
  }

  rollBack(cause: RollbackCause): void {
    if (!this.isServing) return;
    this.planner.settle();
    this.totals.rollbacks++;
    this.machine.rollBack(cause, {
      fastCalls: Math.round(this.#window.fastCalls),
      faults: Math.round(this.#window.faults),
      mismatches: Math.round(this.#window.mismatches),
      error: this.#lastError,
      ...compareLatencies(this.fastLatency, this.originalLatency, this.#settings.latencyBudget?.minSamples ?? 1),
    });
  }

  /** Everything goes to the original from here on. */
  close(): void {
    this.#isClosed = true;
    this.machine.close();
    this.queue.clear();
    this.planner.setRoute('original', 0);
  }

  #differed(during: ComparisonKind, error: ErrorSummary | null, generation: number): void {
    this.totals.mismatches++;
    this.#emit({ type: 'mismatch', during, error });
    if (!this.isServing || generation !== this.#generation) return;
    this.#lastError = error;
    this.#look();
    this.#window.addMismatch();
    if (this.machine.state === 'trial') this.rollBack('trial');
    else if (this.#window.isOverMismatches(this.#settings.errorBudget)) this.rollBack('mismatch');
  }

  /** Lets what is old count less, and books the calls of the meantime. */
  #look(): void {
    this.planner.settle();
    this.#window.decay(this.runtime.monotonicMs(), this.#settings.errorBudget.halfLifeMs);
  }

  #setComparisons(): void {
    const { shadow, verify } = this.#settings;
    const canVerify = this.definition.repeatable === 'always';
    this.planner.compare(this.canShadow ? shadow.percent : 0, canVerify ? verify.percent : 0);
  }

  #changed(isNewStart: boolean): void {
    if (this.#isClosed) return;
    const { state, percent } = this.machine;
    if (isNewStart) this.#begin();
    else if (!this.isServing) this.#generation++;
    this.planner.setRoute(routeOf(state, percent), percent);
  }

  /** What the fast path did before counts no more. */
  #begin(): void {
    this.#generation++;
    this.#goodCalls = 0;
    this.#window.clear();
    this.fastLatency.clearWindow();
    this.planner.verifyFirst(this.definition.repeatable === 'always' ? this.#settings.verify.firstCalls : 0);
  }
}

function routeOf(state: ModeMachine['state'], percent: number): Route {
  if (state === 'shadow') return 'shadow';
  if (percent <= 0) return 'original';
  return state === 'serving' && percent >= 100 ? 'fast' : 'split';
}
