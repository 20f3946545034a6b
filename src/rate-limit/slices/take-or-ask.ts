/** One amount of one shared limit, for whoever counts without a `SlicedLimiter`, such as the limits of deployments. */
import type { TableKey } from '../../primitives/table-key.ts';
import { REFUSED } from '../contract.ts';
import { decideOnAnswers, type AskingTimes } from './decide-on-answers.ts';
import type { SliceSet } from './slice-set.ts';

export interface SharedTaking {
  readonly type: 'requests' | 'tokens';
  readonly key: TableKey;
  readonly limit: number;
  readonly amount: number;
}

/**
 * Takes at once what the process holds, else asks and waits.
 * @returns what is left in the cluster as far as known, or `REFUSED`
 */
export function takeOrAsk(slices: SliceSet, taking: SharedTaking, times: AskingTimes): number | Promise<number> {
  const { type, key, limit, amount } = taking;
  const since = slices.signals.generation;
  const left = slices[type].take(key, limit, amount, times.now());
  if (left !== REFUSED) return left;
  const decide = (): number => slices[type].take(key, limit, amount, times.now());
  const isForNow = (found: number): boolean => found === REFUSED && slices.slices(type).isAsking(key, times.now());
  return isForNow(left) ? decideOnAnswers(slices, { decide, isForNow, since }, times) : left;
}
