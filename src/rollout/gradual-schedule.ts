/**
 * The percentage of a gradual rollout: one step after the other by the clock, waiting while the component is rolled
 * back. One timer, until the last step.
 */
import type { GradualSetting, RolloutRuntime } from './contract.ts';

export class GradualSchedule {
  readonly #setting: GradualSetting;
  readonly #runtime: RolloutRuntime;
  readonly #onStep: () => void;
  readonly #startedAtMs: number;
  #step: number;
  #heldMs = 0;
  #heldSinceMs: number | null = null;
  #cancelTimer: (() => void) | null = null;

  /** @param onStep called when another step holds */
  constructor(setting: GradualSetting, runtime: RolloutRuntime, onStep: () => void) {
    this.#setting = setting;
    this.#runtime = runtime;
    this.#onStep = onStep;
    this.#startedAtMs = setting.startedAtMs ?? runtime.now();
    this.#step = this.#stepNow();
    this.#wait();
  }

  /** 0 before the schedule begins. */
  get percent(): number {
    return this.#setting.percents[this.#step] ?? 0;
  }

  /** 1 for the first one. */
  get step(): number {
    return this.#step + 1;
  }

  get steps(): number {
    return this.#setting.percents.length;
  }

  /** The clock of the schedule stands still. */
  hold(): void {
    this.#heldSinceMs ??= this.#runtime.now();
    this.close();
  }

  resume(): void {
    if (this.#heldSinceMs === null) return;
    this.#heldMs += Math.max(0, this.#runtime.now() - this.#heldSinceMs);
    this.#heldSinceMs = null;
    this.#look();
  }

  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }

  #stepNow(): number {
    const step = Math.floor(this.#elapsedMs() / this.#setting.stepMs);
    return Math.max(-1, Math.min(step, this.steps - 1));
  }

  #elapsedMs(): number {
    return this.#runtime.now() - this.#startedAtMs - this.#heldMs;
  }

  #look(): void {
    const step = this.#stepNow();
    // A clock that is set back takes nobody's side away.
    if (step > this.#step) {
      this.#step = step;
      this.#onStep();
    }
    if (this.#heldSinceMs === null) this.#wait();
  }

  #wait(): void {
    this.close();
    if (this.#step >= this.steps - 1) return;
    const leftMs = (this.#step + 1) * this.#setting.stepMs - this.#elapsedMs();
    // A timer that comes early (the longest is 24 days) looks at the clock and waits again.
    this.#cancelTimer = this.#runtime.startTimer(() => this.#look(), Math.max(1, Math.ceil(leftMs)));
  }
}
