import type { Decision, FailedOutcome } from './contract.ts';
import { type Raised, raisedText } from './failure-text.ts';

/** What a call that found no answer tells. @param root retries of the group that was asked first */
export function gaveUp(
  raised: Raised,
  { retries, ...root }: Pick<FailedOutcome, 'retries' | 'fallbacks' | 'cutShortBy'>,
): Decision {
  const { failure, retried } = raised;
  const outcome: FailedOutcome = {
    failure,
    error: failure.error.with({ message: raisedText(raised) }),
    retries: retried?.retries ?? retries,
    maxRetries: retried?.maxRetries ?? null,
    ...root,
  };
  return { kind: 'give-up', outcome };
}
