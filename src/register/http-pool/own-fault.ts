/** Whether an error comes from the pool itself. What the network, the provider or the caller did is not its fault. */

/** Programming errors beneath `fetch`, where the pool is the only thing that is not the platform's. */
const OWN_CAUSES: ReadonlySet<string> = new Set([
  'TypeError',
  'RangeError',
  'ReferenceError',
  'InvalidArgumentError',
  'InvalidReturnValueError',
]);

export function isOwnFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return false;
  // `fetch` has one class for what it refuses and for what went wrong below; only the latter has a cause.
  if (error.name !== 'TypeError') return true;
  const { cause } = error;
  return cause instanceof Error && OWN_CAUSES.has(cause.name);
}
