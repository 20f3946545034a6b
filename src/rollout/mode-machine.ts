/**
 * Which mode holds: what is configured, what was set by hand above it, and above both the automatic rollback.
 *
 *   serving -> rolled_back -> (cool-off) -> trial -> serving
 *                   ^________ one fault ______|
 *
 * A cool-off doubles with each rollback until the component has stayed healthy for the longest one. A trial begins with
 * a small percentage and doubles it, so that it ends even where no identity falls into a small one.
 */
import type {
  CoolOff,
  ModeSetting,
  OverrideOptions,
  RollbackCause,
  RollbackEvidence,
  RolloutRuntime,
} from './contract.ts';
import type { ComponentState } from './report.ts';
import type { EventBody } from './event-stream.ts';
import { ModeSlot } from './mode-slot.ts';

export interface ModeMachineOptions {
  readonly runtime: RolloutRuntime;
  readonly mode: ModeSetting;
  readonly coolOff: CoolOff;
  readonly switchedOffBy: string | null;
  readonly emit: (event: EventBody) => void;
  /** Another state or percentage holds. @param isNewStart the fast path begins to serve */
  readonly onChange: (isNewStart: boolean) => void;
}

export class ModeMachine {
  readonly #options: ModeMachineOptions;
  readonly #runtime: RolloutRuntime;
  #configured: ModeSlot;
  #override: ModeSlot | null = null;
  #switchedOffBy: string | null;
  #coolOff: CoolOff;
  #phase: 'normal' | 'rolled_back' | 'trial' = 'normal';
  #attempt = 0;
  #rearmedAtMs = Number.NEGATIVE_INFINITY;
  #retryAtMs: number | null = null;
  #trialPercent = 0;
  #goodTrialCalls = 0;
  #lastCause: RollbackCause | null = null;
  #cancelTimer: (() => void) | null = null;
  #wasServing = false;

  constructor(options: ModeMachineOptions) {
    this.#options = options;
    this.#runtime = options.runtime;
    this.#coolOff = options.coolOff;
    this.#switchedOffBy = options.switchedOffBy;
    this.#configured = this.#slot(options.mode);
  }

  /** Tells the first state. */
  start(): void {
    this.#applied();
  }

  get state(): ComponentState {
    const { mode } = this.#active.setting;
    if (this.#switchedOffBy !== null || mode === 'off') return 'off';
    if (mode === 'shadow') return 'shadow';
    return this.#phase === 'normal' ? 'serving' : this.#phase;
  }

  /** Of the calls that go to the fast path now. */
  get percent(): number {
    switch (this.state) {
      case 'serving':
        return this.#active.percent;
      case 'trial':
        return Math.min(this.#trialPercent, this.#active.percent);
      default:
        return 0;
    }
  }

  get configured(): string {
    return this.#configured.text;
  }

  get override(): string | null {
    return this.#override?.text ?? null;
  }

  /** The mode that holds when nothing is wrong. */
  get mode(): string {
    return this.#active.text;
  }

  get schedule(): ModeSlot['schedule'] {
    return this.#active.schedule;
  }

  get switchedOffBy(): string | null {
    return this.#switchedOffBy;
  }

  /** When a component that is rolled back is tried again. */
  get retryAtMs(): number | null {
    return this.#phase === 'rolled_back' ? this.#retryAtMs : null;
  }

  get lastCause(): RollbackCause | null {
    return this.#lastCause;
  }

  /** New settings; what was set by hand and a rollback stay. */
  configure(mode: ModeSetting, coolOff: CoolOff): void {
    this.#coolOff = coolOff;
    if (this.#configured.isSame(mode)) return;
    const from = this.#shownMode;
    this.#configured.schedule?.close();
    this.#configured = this.#slot(mode);
    if (this.#phase !== 'normal') this.#configured.schedule?.hold();
    if (this.#override === null) this.#changed(from, 'configuration', false);
  }

  switchOff(by: string | null): void {
    if (this.#switchedOffBy === by) return;
    const from = this.#shownMode;
    this.#switchedOffBy = by;
    this.#changed(from, 'switch', false);
  }

  /** @param mode null: back to what is configured */
  setOverride(mode: ModeSetting | null, { keepRollback = false }: OverrideOptions): void {
    const from = this.#shownMode;
    this.#override?.schedule?.close();
    this.#override = mode === null ? null : this.#slot(mode);
    const isLifted = !keepRollback && this.#phase !== 'normal';
    if (isLifted) this.#resetRollback();
    else if (this.#phase !== 'normal') this.#override?.schedule?.hold();
    this.#changed(from, mode === null ? 'override_removed' : 'override', isLifted);
  }

  /** Back to the original until the cool-off is over; nothing happens where the fast path does not serve. */
  rollBack(cause: RollbackCause, evidence: RollbackEvidence): void {
    if (this.state !== 'serving' && this.state !== 'trial') return;
    const isHealedBefore = this.#runtime.monotonicMs() - this.#rearmedAtMs >= this.#coolOff.maxMs;
    this.#attempt = this.#phase === 'normal' && isHealedBefore ? 1 : this.#attempt + 1;
    const coolOffMs = Math.min(this.#coolOff.firstMs * 2 ** Math.min(this.#attempt - 1, 40), this.#coolOff.maxMs);
    this.#phase = 'rolled_back';
    this.#lastCause = cause;
    this.#retryAtMs = this.#runtime.now() + coolOffMs;
    this.#holdSchedules();
    this.#after(coolOffMs, () => this.#startTrial());
    this.#applied();
    this.#options.emit({ type: 'rolled_back', cause, evidence, coolOffMs, attempt: this.#attempt });
  }

  /** A call of the trial ended well. @returns whether that ended the trial */
  trialCall(): boolean {
    if (this.state !== 'trial' || ++this.#goodTrialCalls < this.#coolOff.calls) return false;
    this.#phase = 'normal';
    this.#rearmedAtMs = this.#runtime.monotonicMs();
    this.#stopTimer();
    this.#resumeSchedules();
    this.#applied();
    this.#options.emit({ type: 'rearmed', mode: this.mode });
    return true;
  }

  close(): void {
    this.#stopTimer();
    this.#configured.schedule?.close();
    this.#override?.schedule?.close();
  }

  get #active(): ModeSlot {
    return this.#override ?? this.#configured;
  }

  get #shownMode(): string {
    return this.#switchedOffBy === null ? this.mode : 'off';
  }

  #slot(mode: ModeSetting): ModeSlot {
    const slot: ModeSlot = new ModeSlot(mode, this.#runtime, () => this.#stepped(slot));
    return slot;
  }

  #stepped(slot: ModeSlot): void {
    if (slot !== this.#active || slot.schedule === null) return;
    const { percent, step, steps } = slot.schedule;
    this.#applied();
    this.#options.emit({ type: 'gradual_step', percent, step, steps });
  }

  #startTrial(): void {
    this.#phase = 'trial';
    this.#goodTrialCalls = 0;
    this.#trialPercent = this.#coolOff.percent;
    this.#retryAtMs = null;
    this.#wasServing = false;
    this.#widenLater();
    this.#applied();
    if (this.state === 'trial') this.#options.emit({ type: 'trial_started', percent: this.percent });
  }

  #widenLater(): void {
    if (this.#trialPercent >= 100) return this.#stopTimer();
    this.#after(this.#coolOff.firstMs, () => {
      this.#trialPercent = Math.min(100, this.#trialPercent * 2);
      this.#widenLater();
      this.#applied();
    });
  }

  #changed(from: string, by: 'configuration' | 'override' | 'override_removed' | 'switch', isLifted: boolean): void {
    this.#applied();
    const to = this.#shownMode;
    if (from !== to || isLifted) this.#options.emit({ type: 'mode_changed', from, to, by, clearedRollback: isLifted });
  }

  #applied(): void {
    const isServing = this.state === 'serving' || this.state === 'trial';
    const isNewStart = isServing && !this.#wasServing;
    this.#wasServing = isServing;
    this.#options.onChange(isNewStart);
  }

  #resetRollback(): void {
    this.#stopTimer();
    this.#phase = 'normal';
    this.#attempt = 0;
    this.#retryAtMs = null;
    this.#lastCause = null;
    this.#wasServing = false;
    this.#resumeSchedules();
  }

  #holdSchedules(): void {
    this.#configured.schedule?.hold();
    this.#override?.schedule?.hold();
  }

  #resumeSchedules(): void {
    this.#configured.schedule?.resume();
    this.#override?.schedule?.resume();
  }

  #after(delayMs: number, callback: () => void): void {
    this.#stopTimer();
    this.#cancelTimer = this.#runtime.startTimer(callback, delayMs);
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}
