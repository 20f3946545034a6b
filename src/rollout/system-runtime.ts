import type { RolloutRuntime } from './contract.ts';

/** The system's clocks, timers and random numbers. */
export function systemRuntime(): RolloutRuntime {
  return {
    now: () => Date.now(),
    monotonicMs: () => performance.now(),
    startTimer: (callback, delayMs) => {
      const timer = setTimeout(callback, delayMs).unref();
      return () => clearTimeout(timer);
    },
    defer: (callback) => void setImmediate(callback),
    random: () => Math.random(),
  };
}
