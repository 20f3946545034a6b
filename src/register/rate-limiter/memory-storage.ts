/**
 * `rate-limiter-flexible`: the store behind its memory limiter. The original keeps an object and a timer for each key;
 * here a key is two numbers. What the limiter makes of them, its errors and its answers are the package's own. Calls can
 * change sides at any time, and no limit is counted anew: see `shared-records.ts`.
 */
import type { RolloutComponent } from '../../rollout/contract.ts';
import type { AdapterTools, ModuleExports } from '../contract.ts';
import { functionAt } from '../unexpected-shape.ts';
import { ApartCall } from './apart-call.ts';
import type { CompactStore } from './compact-store.ts';
import { type Answer, type AnswerClass, classesOf, type MemoryStore, type StoreClasses } from './memory-store.ts';
import { SharedRecords } from './shared-records.ts';

type Change = (this: MemoryStore, key: string, value: number, durationSec: number) => Answer;
/** `apart` is there only when both sides are to run the call. */
type CallArguments = [key: string, value: number, durationSec: number, apart: ApartCall | undefined];

/** The longest time of a timer; beyond it the original's fire at once. */
const LONGEST_TIMER_SEC = (2 ** 31 - 1) / 1000;
/** Two sides read the clock one after the other, and anything may come between. */
const TOLERANCE_MS = 5_000;

export function adapt(original: ModuleExports, { component, replace }: AdapterTools): ModuleExports {
  const classes = classesOf(original);
  const prototype = classes.store.prototype as object;
  const records = new SharedRecords(classes);
  const fast = { incrby: incrementIn(records, classes), set: setIn(records, classes) };
  for (const name of ['incrby', 'set'] as const) {
    const sides = { fast: fast[name], original: functionAt<Change>(prototype, name) };
    replace(prototype, name, changeWith(component, sides, { records, classes }));
  }
  replace(prototype, 'get', getWith(functionAt(prototype, 'get'), records, classes));
  replace(prototype, 'delete', deleteWith(functionAt(prototype, 'delete'), records));
  return {};
}

function incrementIn(records: SharedRecords, { answer }: StoreClasses): Change {
  return function (key, value, durationSec) {
    const now = Date.now();
    const compact = records.take(this, key);
    const points = compact.add(key, value, now);
    if (Number.isNaN(points)) return beginIn(compact, answer, { key, value, durationMs: durationSec * 1000, now });
    const expiresAt = compact.lastExpiry;
    return new answer(0, expiresAt === Infinity ? -1 : expiresAt - now, points, false);
  };
}

function setIn(records: SharedRecords, { answer }: StoreClasses): Change {
  return function (key, value, durationSec) {
    const compact = records.take(this, key);
    return beginIn(compact, answer, { key, value, durationMs: durationSec * 1000, now: Date.now() });
  };
}

interface Beginning {
  readonly key: string;
  readonly value: number;
  /** 0: it never expires. */
  readonly durationMs: number;
  readonly now: number;
}

function beginIn(compact: CompactStore, answer: AnswerClass, { key, value, durationMs, now }: Beginning): Answer {
  compact.put(key, value, durationMs > 0 ? now + durationMs : Infinity);
  return new answer(0, durationMs > 0 ? durationMs : -1, value, true);
}

interface Sides {
  readonly fast: Change;
  readonly original: Change;
}

interface Stores {
  readonly records: SharedRecords;
  readonly classes: StoreClasses;
}

function changeWith(component: RolloutComponent, { fast, original }: Sides, { records, classes }: Stores): Change {
  const call = new PresentCall(records);
  const wrapped = component.wrap<MemoryStore, CallArguments, Answer>({
    fast(key, value, durationSec, apart) {
      if (apart !== undefined && !call.isGoingOn)
        return apart.run(classes, (store) => fast.call(store, key, value, durationSec));
      call.hasRunFast = true;
      return fast.call(this, key, value, durationSec);
    },
    original(key, value, durationSec, apart) {
      if (apart !== undefined && !call.isGoingOn)
        return apart.run(classes, (store) => original.call(store, key, value, durationSec));
      if (call.hasRunFast) call.takeBack();
      return original.call(this, key, value, durationSec);
    },
    equal: isEqual,
    identityOf: (by, [key]) => (by === 'key' ? key : null),
    copyArguments: ([key, value, durationSec]) => [key, value, durationSec, call.apart(key)],
  });
  return function (this: MemoryStore, key: string, value: number, durationSec: number): Answer {
    if (!isPlain(key, value, durationSec)) return original.call(this, key, value, durationSec);
    call.begin(this);
    try {
      return wrapped.call(this, key, value, durationSec, undefined);
    } finally {
      call.end();
    }
  };
}

/** The call that is going on; they are synchronous, and one operation never runs inside itself. */
class PresentCall {
  readonly #records: SharedRecords;
  #store: MemoryStore | null = null;
  hasRunFast = false;
  /** The program waits for its answer: what runs changes its store. */
  isGoingOn = false;

  constructor(records: SharedRecords) {
    this.#records = records;
  }

  begin(store: MemoryStore): void {
    this.#store = store;
    this.hasRunFast = false;
    this.isGoingOn = true;
  }

  end(): void {
    this.isGoingOn = false;
  }

  /** The original begins where the fast side began. */
  takeBack(): void {
    if (this.#store !== null) this.#records.peek(this.#store)?.undo();
  }

  apart(key: string): ApartCall | undefined {
    return this.#store === null ? undefined : new ApartCall(key, this.#records.look(this.#store, key));
  }
}

type Get = (this: MemoryStore, key: string) => Answer | null;
type Delete = (this: MemoryStore, key: string) => boolean;

function getWith(original: Get, records: SharedRecords, { answer }: StoreClasses): Get {
  return function get(this: MemoryStore, key: string): Answer | null {
    const compact = records.peek(this);
    const expiresAt = compact?.expiryOf(key) ?? 0;
    const now = Date.now();
    if (compact === null || expiresAt <= now) return original.call(this, key);
    return new answer(0, expiresAt === Infinity ? -1 : expiresAt - now, compact.valueOf(key), false);
  };
}

function deleteWith(original: Delete, records: SharedRecords): Delete {
  return function (this: MemoryStore, key: string): boolean {
    const compact = records.peek(this);
    const hasPoints = (compact?.expiryOf(key) ?? 0) > Date.now();
    if (compact?.delete(key) === true && hasPoints) return true;
    return original.call(this, key);
  };
}

/** Whether a call is one that both sides understand alike; others are for the original. */
function isPlain(key: unknown, value: unknown, durationSec: unknown): boolean {
  if (typeof key !== 'string' || !Number.isSafeInteger(value)) return false;
  // In a store that is an object these are there from the start.
  if (key in Object.prototype) return false;
  return typeof durationSec === 'number' && durationSec >= 0 && durationSec <= LONGEST_TIMER_SEC;
}

function isEqual(original: Answer, fast: Answer): boolean {
  return (
    original.consumedPoints === fast.consumedPoints &&
    original.isFirstInDuration === fast.isFirstInDuration &&
    original.msBeforeNext < 0 === fast.msBeforeNext < 0 &&
    Math.abs(original.msBeforeNext - fast.msBeforeNext) <= TOLERANCE_MS
  );
}
