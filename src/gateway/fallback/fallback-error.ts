/** Why the gateway does not start with this `--fallback`; the message is one line with the remedy. */
export class FallbackError extends Error {
  override readonly name = 'FallbackError';
}
