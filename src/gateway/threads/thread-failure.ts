/** An error that goes to another thread: what a log and an exit code need of it, and none of its other members. */
export interface ThreadFailure {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  /** Of a system error, e.g. `EADDRINUSE`. */
  readonly code: string | null;
}

export function failureOf(error: unknown): ThreadFailure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: '', code: null };
  const { name, message, stack = '' } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return { name, message, stack, code };
}

export function errorOf({ name, message, stack, code }: ThreadFailure): Error {
  const error = new Error(message);
  return Object.assign(
    error,
    { name, stack: stack === '' ? `${name}: ${message}` : stack },
    code === null ? {} : { code },
  );
}
