/** Asks of which some run at a time, as one call of a benchmark. */
import type { Call } from './cpu-timer.ts';

/**
 * @param ask says whether what came was right
 * @param count of one call
 * @returns a call that gives how many were right
 */
export function batchOf(ask: () => Promise<boolean>, count: number, atATime: number): Call {
  return async () => {
    let [left, right] = [count, 0];
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        if (await ask()) right += 1;
      }
    };
    if (atATime === 1) await worker();
    else await Promise.all(Array.from({ length: atATime }, worker));
    return right;
  };
}
