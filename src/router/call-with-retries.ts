/** Drives a `RoutedCall` with promises: for the library and for tests. The gateway drives it with callbacks. */
import type { Attempt, AttemptFailure, AttemptSuccess, FailedOutcome, SucceededOutcome } from './contract.ts';
import type { RoutedCall } from './routed-call.ts';

export type AttemptOutcome<Value> =
  | { readonly ok: true; readonly value: Value; readonly success: AttemptSuccess }
  | { readonly ok: false; readonly failure: AttemptFailure; readonly seconds: number };

export interface CallDriver<Value> {
  /** Calls the deployment. A throw is a fault of the program: the attempt is abandoned and the throw passed on. */
  readonly attempt: (attempt: Attempt) => Promise<AttemptOutcome<Value>>;
  readonly sleep: (seconds: number) => Promise<void>;
}

export type CallResult<Value> =
  | { readonly ok: true; readonly value: Value; readonly outcome: SucceededOutcome }
  | { readonly ok: false; readonly outcome: FailedOutcome };

export async function callWithRetries<Value>(call: RoutedCall, driver: CallDriver<Value>): Promise<CallResult<Value>> {
  let decision = call.next();
  for (;;) {
    if (decision.kind === 'give-up') return { ok: false, outcome: decision.outcome };
    if (decision.kind === 'sleep') {
      await driver.sleep(decision.seconds);
      decision = call.next();
      continue;
    }
    let ended: AttemptOutcome<Value>;
    try {
      ended = await driver.attempt(decision);
    } catch (error) {
      call.abandoned();
      throw error;
    }
    if (ended.ok) return { ok: true, value: ended.value, outcome: call.succeeded(ended.success) };
    decision = call.failed(ended.failure, ended.seconds);
  }
}
