/**
 * Comparisons that run after the answer, one to a turn of the event loop, and one asynchronous one at a time.
 *
 * Promises: at most `queueLimit` wait; synchronous work takes at most `timePercent` of the thread's time, with bursts of
 * 20 ms, beyond which a comparison is skipped; one that never ends holds up the others for its time limit only.
 * Gives up: a single long comparison is not cut; its time is paid back before the next one.
 */
import type { RolloutRuntime, ShadowSettings } from './contract.ts';

const BURST_MS = 20;

/** Runs both sides' comparison and books what came out itself; resolves, never rejects. */
export type Comparison = () => void | Promise<void>;

export class ComparisonQueue {
  readonly #runtime: RolloutRuntime;
  readonly #onSkipped: () => void;
  readonly #waiting: Comparison[] = [];
  #settings: ShadowSettings;
  #creditMs = BURST_MS;
  #creditedAtMs: number;
  #isRunning = false;

  constructor(settings: ShadowSettings, runtime: RolloutRuntime, onSkipped: () => void) {
    this.#settings = settings;
    this.#runtime = runtime;
    this.#onSkipped = onSkipped;
    this.#creditedAtMs = runtime.monotonicMs();
  }

  configure(settings: ShadowSettings): void {
    this.#settings = settings;
  }

  /** Whether `offer` would take one; counts as skipped when not. To be asked before anything is copied. */
  hasRoom(): boolean {
    const has = this.#waiting.length < this.#settings.queueLimit && this.#credit() > 0;
    if (!has) this.#onSkipped();
    return has;
  }

  /** Only after `hasRoom`. */
  offer(comparison: Comparison): void {
    this.#waiting.push(comparison);
    this.#schedule();
  }

  /** Drops what waits. */
  clear(): void {
    for (let left = this.#waiting.length; left > 0; left--) this.#onSkipped();
    this.#waiting.length = 0;
  }

  #credit(): number {
    const now = this.#runtime.monotonicMs();
    const earned = ((now - this.#creditedAtMs) * this.#settings.timePercent) / 100;
    this.#creditedAtMs = now;
    this.#creditMs = Math.min(BURST_MS, this.#creditMs + earned);
    return this.#creditMs;
  }

  #schedule(): void {
    if (this.#isRunning || this.#waiting.length === 0) return;
    this.#isRunning = true;
    this.#runtime.defer(() => this.#runNext());
  }

  #runNext(): void {
    if (this.#credit() <= 0) this.clear();
    const comparison = this.#waiting.shift();
    const running = comparison === undefined ? undefined : this.#charged(comparison);
    if (running === undefined) this.#done();
    else void running.then(() => this.#done());
  }

  /** Only the part that runs at once takes the thread's time from others. */
  #charged(comparison: Comparison): void | Promise<void> {
    const started = this.#runtime.monotonicMs();
    const running = comparison();
    this.#creditMs -= this.#runtime.monotonicMs() - started;
    return running;
  }

  #done(): void {
    this.#isRunning = false;
    this.#schedule();
  }
}
