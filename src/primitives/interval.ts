/** Calls back every `ms` until the function that it returns is called. */
export type StartInterval = (callback: () => void, ms: number) => () => void;

/** `setInterval` that does not hold the process open. */
export function startUnreferencedInterval(callback: () => void, ms: number): () => void {
  const interval = setInterval(callback, ms).unref();
  return () => clearInterval(interval);
}
