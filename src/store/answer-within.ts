import type { StartTimer } from './start-timer.ts';

/**
 * The answer, if it comes in time; what comes later, also an error, is heard by nobody.
 * @throws what the work throws, or an error that names `timeoutMs`
 */
export async function answerWithin<T>(work: Promise<T>, timeoutMs: number, startTimer: StartTimer): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const cancel = startTimer(() => timeout.reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    cancel();
  }
}
