import { Deadline, TimerWheel } from '../primitives/timer-wheel.ts';
import type { RolloutRuntime } from './contract.ts';
import type { Outcome } from './operation-rules.ts';

/**
 * Waits for promises no longer than a limit, with one coarse timer for all of them: at most 40 ms late, and running only
 * while something is waited for.
 */
export class TimeLimits {
  readonly #wheel: TimerWheel;

  constructor({ monotonicMs, startTimer }: RolloutRuntime) {
    this.#wheel = new TimerWheel({
      now: monotonicMs,
      startInterval: (callback, ms) => {
        let cancel = startTimer(tick, ms);
        function tick(): void {
          cancel = startTimer(tick, ms);
          callback();
        }
        return () => cancel();
      },
    });
  }

  /**
   * What came of the promise; never rejects.
   * @param limitMs null: none
   * @param onLate gets an answer that came after the limit
   * @returns null when the limit passed
   */
  wait<Result>(
    promise: Promise<Result>,
    limitMs: number | null,
    onLate: (value: Result) => void,
  ): Promise<Outcome<Result> | null> {
    return new Promise((resolve) => {
      let isOver = false;
      const deadline = new Deadline(() => {
        isOver = true;
        resolve(null);
      });
      if (limitMs !== null) this.#wheel.arm(deadline, limitMs);
      const end = (outcome: Outcome<Result>): void => {
        this.#wheel.cancel(deadline);
        if (isOver && outcome.ok) onLate(outcome.value);
        resolve(outcome);
      };
      promise.then(
        (value) => end({ ok: true, value }),
        (error: unknown) => end({ ok: false, error }),
      );
    });
  }

  close(): void {
    this.#wheel.close();
  }
}
