/**
 * Wraps an operation that answers with items. Until the first item the original can take over, when the fast path fails
 * or is over its time limit; from then on a failure is counted and goes to the consumer.
 */
import type { ComponentCore } from './component-core.ts';
import type { StreamOperation } from './contract.ts';
import { identityOf, type Outcome } from './operation-rules.ts';
import { ToldCall } from './told-call.ts';

export function wrapStream<This, Args extends unknown[], Item>(
  core: ComponentCore,
  operation: StreamOperation<This, Args, Item>,
): (this: This, ...args: Args) => AsyncGenerator<Item, void, undefined> {
  return async function* wrapped(this: This, ...args: Args): AsyncGenerator<Item, void, undefined> {
    const call = new ToldCall(core, (by) => identityOf(operation.identityOf, by, args));
    try {
      if (call.side === 'fast') {
        const isOver = yield* fastItems(call, new FirstLimited(core, () => operation.fast.apply(this, args)));
        if (isOver) return;
      }
      yield* originalItems(call, () => operation.original.apply(this, args));
    } finally {
      // Counts where the consumer left early; else the call has ended before.
      call.cancel();
    }
  };
}

/** @returns false when the original is to take over */
async function* fastItems<Item>(call: ToldCall, items: FirstLimited<Item>): AsyncGenerator<Item, boolean, undefined> {
  try {
    for (;;) {
      const step = await items.next();
      if (step === null || !step.ok) {
        if ((step === null ? call.hang() : call.fail(step.error)) === 'replay') return false;
        throw step?.error as Error;
      }
      if (step.value.done === true) {
        call.succeed();
        return true;
      }
      call.commit();
      yield step.value.value;
    }
  } finally {
    items.close();
  }
}

async function* originalItems<Item>(
  call: ToldCall,
  open: () => AsyncIterable<Item>,
): AsyncGenerator<Item, void, undefined> {
  const isReplay = call.side === 'fast';
  try {
    for await (const item of open()) {
      if (isReplay) call.replayed();
      else call.commit();
      yield item;
    }
  } catch (error) {
    if (isReplay) call.replayFailed(error);
    else call.fail(error);
    throw error;
  }
  if (isReplay) call.replayed();
  else call.succeed();
}

/** The fast path's items, the first one within the time limit where the original could still answer. */
class FirstLimited<Item> {
  readonly #core: ComponentCore;
  readonly #open: () => AsyncIterable<Item>;
  #iterator: AsyncIterator<Item> | null = null;
  #isOver = false;

  constructor(core: ComponentCore, open: () => AsyncIterable<Item>) {
    this.#core = core;
    this.#open = open;
  }

  /** Null: the time limit passed. */
  async next(): Promise<Outcome<IteratorResult<Item>> | null> {
    const { limits, isReplayable, settings } = this.#core;
    const isFirst = this.#iterator === null;
    let step: Promise<IteratorResult<Item>>;
    try {
      this.#iterator ??= this.#open()[Symbol.asyncIterator]();
      step = this.#iterator.next();
    } catch (error) {
      this.#isOver = true;
      return { ok: false, error };
    }
    const outcome = await limits.wait(step, isFirst && isReplayable ? settings.timeLimitMs : null, () => {});
    this.#isOver = outcome !== null && (!outcome.ok || outcome.value.done === true);
    return outcome;
  }

  /** Lets the fast path free what it holds; not awaited, since one that hangs would hold up the original. */
  close(): void {
    if (this.#isOver || this.#iterator === null) return;
    this.#isOver = true;
    try {
      this.#iterator.return?.().catch(() => {});
    } catch {
      // It is given up anyway.
    }
  }
}
