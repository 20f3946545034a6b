import type { SliceSet } from './slice-set.ts';

export interface AskingTimes {
  readonly now: () => number;
  /** Milliseconds; longer than the control thread waits for an answer. */
  readonly waitMs: number;
}

export interface Asking<T> {
  readonly decide: () => T;
  /** Whether a decision may turn into another one at the next answer. */
  readonly isForNow: (decision: T) => boolean;
  /** Generation of answers that was seen before the first decision, so that none is missed. */
  readonly since: number;
}

/** Decides anew at each answer of the cluster, and at the end of the time by the process's own part of the limit. */
export async function decideOnAnswers<T>(
  slices: SliceSet,
  { decide, isForNow, since }: Asking<T>,
  { now, waitMs }: AskingTimes,
): Promise<T> {
  const { signals } = slices;
  const end = now() + waitMs;
  let generation = since;
  for (let left = waitMs; left > 0; left = end - now()) {
    await signals.nextAnswer(generation, left);
    ({ generation } = signals);
    const decision = decide();
    if (!isForNow(decision)) return decision;
  }
  return slices.onItsOwn(decide);
}
