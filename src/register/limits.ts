/** How long a fast path may take before the original is asked. Milliseconds. */
export interface HookLimits {
  /** Until a call of the pool is on a connection; a little more than the platform waits for one. */
  readonly unsentMs: number;
  /** Until a completion or an embedding is answered; what the client beneath npm `litellm` waits. */
  readonly answerMs: number;
}

export const DEFAULT_LIMITS: HookLimits = { unsentMs: 12_000, answerMs: 600_000 };
