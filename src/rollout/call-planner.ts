/**
 * Decides, call by call, which side answers and whether the call is timed or compared.
 *
 * Hot: while one side answers everything, the wrapped function itself counts `countdown` down and calls that side; only
 * when it is used up is `plan` asked. How many calls lie between two is drawn at random, so that no pattern of calls
 * meets it. Promises: nothing allocated; the clock is never read here. 6 ns per call in mode `on` (`rollout.bench.ts`).
 */
import type { BudgetWindow } from './budget-window.ts';
import type { ComponentTotals } from './component-totals.ts';
import type { StickyBuckets } from './sticky-buckets.ts';

/** Who answers: `split` by percentage; in `shadow` the original. */
export type Route = 'original' | 'shadow' | 'split' | 'fast';

// What `plan` says, as bits: an object would be allocated for each call.
export const FAST = 1;
export const TIMED = 2;
/** The other side is to be run too, after the answer. */
export const COMPARED = 4;
/** Together with FAST: the original is to be run too, before the answer. */
export const FIRST = 8;

/** Timed calls among busy ones: on average one of these. */
const LONGEST_MEAN_GAP = 64;
/** Below so many calls in the window every call is timed. */
const CALLS_ALL_TIMED = 512;
/** Longer than any recursion. */
const NESTED = 2 ** 30;

export interface CallPlannerOptions {
  readonly buckets: StickyBuckets;
  readonly random: () => number;
  readonly totals: ComponentTotals;
  readonly window: BudgetWindow;
}

export class CallPlanner {
  /** Calls that may go to the direct side before `plan` is asked again. Counted down by the wrapped functions. */
  countdown = 0;
  /** Which side that is. */
  isDirectFast = false;
  #route: Route = 'original';
  #percent = 0;
  #gap = 0;
  #meanGap = 1;
  #untilSample = 0;
  #firstCalls = 0;
  #shadowPercent = 0;
  #verifyPercent = 0;
  readonly #options: CallPlannerOptions;

  constructor(options: CallPlannerOptions) {
    this.#options = options;
  }

  /** Whether the identity of a call matters. */
  get isSplit(): boolean {
    return this.#route === 'split';
  }

  /** Percentages of the calls that are compared; 0 where nothing can be. */
  compare(shadowPercent: number, verifyPercent: number): void {
    this.#shadowPercent = shadowPercent;
    this.#verifyPercent = verifyPercent;
  }

  setRoute(route: Route, percent: number): void {
    this.settle();
    this.#route = route;
    this.#percent = percent;
    this.#untilSample = 0;
  }

  /** So many of the next fast calls are compared before their answers. */
  verifyFirst(calls: number): void {
    this.settle();
    this.#firstCalls = calls;
  }

  /**
   * @param identity null: unknown; looked at only when `isSplit`
   * @returns bits
   */
  plan(identity: string | null): number {
    this.settle();
    switch (this.#route) {
      case 'fast':
        return this.#planFast();
      case 'split':
        return this.#planSplit(identity);
      case 'shadow':
        return this.#planOriginal(this.#shadowPercent);
      case 'original':
        return this.#planOriginal(0);
    }
  }

  /** The same for calls that are each looked at and timed: none goes by. Where all take the original, it says 0. */
  planEach(identity: string | null): number {
    this.#meanGap = 1;
    this.#untilSample = 0;
    const bits = this.plan(identity);
    this.countdown = this.#gap = 0;
    return this.#route === 'original' ? 0 : bits;
  }

  /** Books the calls that went by since the last one that was looked at. */
  settle(): void {
    const passed = this.#gap - this.countdown;
    if (passed > 0) this.#count(this.isDirectFast ? passed : 0, this.isDirectFast ? 0 : passed);
    this.countdown = this.#gap = 0;
  }

  /**
   * The original is about to be run for comparison or in its own turn; what it calls of this component goes to the
   * original too, or the fast path would be compared with itself.
   * @returns whether `leaveOriginal` is to be called
   */
  enterOriginal(): boolean {
    if (this.#route === 'original' || this.#route === 'shadow') return false;
    this.settle();
    this.countdown = this.#gap = NESTED;
    this.isDirectFast = false;
    return true;
  }

  leaveOriginal(): void {
    // Calls of the original to itself are no calls of the component.
    this.countdown = this.#gap = 0;
  }

  #planOriginal(percent: number): number {
    this.#count(0, 1);
    const bits = this.#sample(percent, true);
    this.#openGap(false);
    return bits;
  }

  #planFast(): number {
    this.#count(1, 0);
    if (this.#firstCalls > 0) return this.#planFirst();
    const bits = this.#sample(this.#verifyPercent, true);
    this.#openGap(true);
    return bits | FAST;
  }

  #planSplit(identity: string | null): number {
    const { buckets, random } = this.#options;
    const place = identity === null ? random() : buckets.placeOf(identity);
    const isFast = place * 100 < this.#percent;
    this.#count(isFast ? 1 : 0, isFast ? 0 : 1);
    if (isFast && this.#firstCalls > 0) return this.#planFirst();
    let bits = 0;
    if (this.#untilSample-- <= 0) {
      bits = this.#sample(this.#verifyPercent, isFast);
      this.#untilSample = this.#drawGap();
    }
    return isFast ? bits | FAST : bits;
  }

  #planFirst(): number {
    this.#firstCalls--;
    return FAST | TIMED | FIRST;
  }

  #openGap(isFast: boolean): void {
    this.isDirectFast = isFast;
    this.countdown = this.#gap = this.#drawGap();
  }

  /**
   * This call stands for the `meanGap` calls of its gap; so often is it compared that `percent` of all calls are.
   * @param isComparable whether this one may be
   */
  #sample(percent: number, isComparable: boolean): number {
    const { random, window } = this.#options;
    const isCompared = isComparable && percent > 0 && random() * 100 < percent * this.#meanGap;
    const busy = Math.min(LONGEST_MEAN_GAP, Math.max(1, window.calls / CALLS_ALL_TIMED));
    this.#meanGap = percent > 0 ? Math.max(1, Math.min(busy, 100 / percent)) : busy;
    return isCompared ? TIMED | COMPARED : TIMED;
  }

  /** Calls that go by, on average one less than the mean gap. */
  #drawGap(): number {
    return Math.floor(this.#options.random() * (2 * this.#meanGap - 1));
  }

  #count(fast: number, original: number): void {
    this.#options.totals.fastCalls += fast;
    this.#options.totals.originalCalls += original;
    this.#options.window.addCalls(fast, original);
  }
}
