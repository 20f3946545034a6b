/**
 * What a client sees of its limits: the 429 in LiteLLM's words, and the headers of an answer.
 *
 * LiteLLM-compat: `Limit resets at` is `retry-after` from now, in UTC (LiteLLM writes its local time and calls it UTC).
 */
import { GatewayError } from '../errors/gateway-error.ts';
import type { LimitStatus } from './contract.ts';
import type { Refusal } from './rate-limiter.ts';

/** The error for a refusal. No fallback and no retry inside the gateway: another deployment has the same limit. */
export function refusalError(refusal: Refusal): GatewayError {
  const { status, retryAfterMs, at } = refusal;
  const resetAt = utcText(at + retryAfterMs);
  const { key, value } = status.descriptor;
  const message =
    `Rate limit exceeded for ${key}: ${value}. Limit type: ${status.type}. ` +
    `Current limit: ${status.limit}, Remaining: ${Math.max(0, status.remaining)}. Limit resets at: ${resetAt}`;
  return new GatewayError('rate_limit', message, {
    retryable: false,
    retryAfterSeconds: Math.max(1, Math.ceil(retryAfterMs / 1000)),
    headers: ['rate_limit_type', status.type, 'reset_at', resetAt],
  });
}

/** Headers of an admitted call's answer, flat pairs. */
export function limitHeaders(statuses: readonly LimitStatus[]): readonly string[] {
  return statuses.flatMap(({ descriptor, type, limit, remaining }) => [
    `x-ratelimit-${descriptor.key}-limit-${type}`,
    String(limit),
    `x-ratelimit-${descriptor.key}-remaining-${type}`,
    String(remaining),
  ]);
}

/** `2027-01-15 08:01:59 UTC`. */
function utcText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
