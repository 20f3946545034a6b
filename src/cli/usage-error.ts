/** The command line itself is wrong: one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The gateway cannot start: one line naming what is wrong and what to do, exit code 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
