/** Calls back once after `ms` milliseconds. @returns what prevents it */
export type StartTimer = (callback: () => void, ms: number) => () => void;

/** A timer of the real clock that keeps no process alive. */
export const startTimer: StartTimer = (callback, ms) => {
  const timer = setTimeout(callback, ms).unref();
  return () => clearTimeout(timer);
};
