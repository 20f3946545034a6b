import type { RolloutRuntime } from './contract.ts';

/** Longer ones `setTimeout` would call at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The system's clocks, timers and random numbers. */
export function systemRuntime(): RolloutRuntime {
  return {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    startTimer: (callback, delayMs) => {
      const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMER_MS)).unref();
      return () => clearTimeout(timer);
    },
    defer: (callback) => void setImmediate(callback),
    random: () => Math.random(),
  };
}
