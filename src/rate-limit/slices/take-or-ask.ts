/** One amount of one shared limit, for whoever counts without a `SlicedLimiter`, such as the limits of deployments. */
import type { TableKey } from '../../primitives/table-key.ts';
import { REFUSED } from '../contract.ts';
import type { SliceSet } from './slice-set.ts';

export interface SharedTaking {
  readonly type: 'requests' | 'tokens';
  readonly key: TableKey;
  readonly limit: number;
  readonly amount: number;
}

export interface AskingTimes {
  readonly now: () => number;
  /** Longer than the control thread waits for an answer. */
  readonly waitMs: number;
}

/**
 * Takes at once what the process holds, else asks and waits.
 * @returns what is left in the cluster as far as known, or `REFUSED`
 */
export function takeOrAsk(slices: SliceSet, taking: SharedTaking, times: AskingTimes): number | Promise<number> {
  const { generation } = slices.signals;
  const left = take(slices, taking, times);
  const isAsking = left === REFUSED && slices.slices(taking.type).isAsking(taking.key, times.now());
  return isAsking ? askAgain(slices, taking, times, generation) : left;
}

async function askAgain(slices: SliceSet, taking: SharedTaking, times: AskingTimes, since: number): Promise<number> {
  const { now, waitMs } = times;
  const { signals } = slices;
  const end = now() + waitMs;
  let generation = since;
  for (let rest = waitMs; rest > 0; rest = end - now()) {
    await signals.nextAnswer(generation, rest);
    ({ generation } = signals);
    const left = take(slices, taking, times);
    if (left !== REFUSED || !slices.slices(taking.type).isAsking(taking.key, now())) return left;
  }
  slices.setOnItsOwn(true);
  try {
    return take(slices, taking, times);
  } finally {
    slices.setOnItsOwn(false);
  }
}

function take(slices: SliceSet, { type, key, limit, amount }: SharedTaking, { now }: AskingTimes): number {
  return slices[type].take(key, limit, amount, now());
}
