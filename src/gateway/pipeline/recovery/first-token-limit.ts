/**
 * A group whose streams are taken up again does not wait its whole time limit for a first token while somebody else could
 * answer: the first attempt has three tenths of it. Later attempts have all of it, so that a slow answer beats none.
 */
import type { RoutedCall } from '../../../router/routed-call.ts';
import type { RequestPlan } from '../plan-request.ts';
import type { RoutedRequest } from '../route-attempt.ts';

const SHARE = 0.3;

export function withFirstTokenLimit(
  routed: RoutedRequest,
  { recovery, stream }: RequestPlan,
  call: Pick<RoutedCall, 'hasElsewhere'> | null,
): RoutedRequest {
  if (recovery === null || recovery.mode === 'off' || !stream || call === null) return routed;
  const { attempt, timeouts } = routed;
  if (attempt.retries > 0 || attempt.fallbacks > 0 || !call.hasElsewhere) return routed;
  const { deadlines } = timeouts;
  return {
    ...routed,
    timeouts: { ...timeouts, deadlines: { ...deadlines, firstByteMs: deadlines.firstByteMs * SHARE } },
  };
}
