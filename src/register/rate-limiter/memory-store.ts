/** What is read and written of rate-limiter-flexible's objects, and whether a version has it. */
import { functionAt, UnexpectedShape } from '../unexpected-shape.ts';

/** `lib/component/MemoryStorage/Record.js`; its accessors would write a number as text and read it again. */
export interface StoredRecord {
  _value: number;
  /** Unix milliseconds; null: never. */
  _expiresAt: number | null;
  _timeoutId: NodeJS.Timeout | null;
}

/** `lib/component/MemoryStorage/MemoryStorage.js`. */
export interface MemoryStore {
  readonly _storage: Map<string, StoredRecord>;
  incrby(key: string, value: number, durationSec: number): Answer;
  set(key: string, value: number, durationSec: number): Answer;
  get(key: string): Answer | null;
  delete(key: string): boolean;
}

/** `lib/RateLimiterRes.js`. */
export interface Answer {
  readonly consumedPoints: number;
  /** -1: never. */
  readonly msBeforeNext: number;
  readonly isFirstInDuration: boolean;
}

export type MemoryStoreClass = new () => MemoryStore;
type RecordClass = new (value: number, expiresAt: number | null) => StoredRecord;
export type AnswerClass = new (remaining: number, msBeforeNext: number, consumed: number, isFirst: boolean) => Answer;

/** The classes that a store makes its records and answers of. */
export interface StoreClasses {
  readonly store: MemoryStoreClass;
  readonly record: RecordClass;
  readonly answer: AnswerClass;
}

/** @throws UnexpectedShape when a version keeps its records otherwise */
export function classesOf(exported: unknown): StoreClasses {
  if (typeof exported !== 'function') throw new UnexpectedShape('the store is no class');
  const store = exported as unknown as MemoryStoreClass;
  for (const name of ['incrby', 'set', 'get', 'delete']) functionAt(store.prototype, name);
  const probe = new store();
  if (!(probe._storage instanceof Map)) throw new UnexpectedShape('the store keeps no map of records');
  const answer = probe.set('probe', 3, 0);
  const record = probe._storage.get('probe');
  const isKnown = record?._value === 3 && record._expiresAt === null && record._timeoutId === null;
  if (!isKnown || answer.consumedPoints !== 3 || answer.msBeforeNext !== -1 || !answer.isFirstInDuration)
    throw new UnexpectedShape('the store keeps other records');
  return {
    store,
    record: record.constructor as RecordClass,
    answer: answer.constructor as AnswerClass,
  };
}
