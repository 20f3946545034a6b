/** What is read and written of rate-limiter-flexible's objects, and whether a version has it. */
import { functionAt, UnexpectedShape } from '../unexpected-shape.ts';

/** `lib/component/MemoryStorage/Record.js`; its accessors would write a number as text and read it again. */
export interface StoredRecord {
  readonly _value: number;
  /** Unix milliseconds, before version 10 a date; null: never. */
  readonly _expiresAt: number | Date | null;
  _timeoutId: NodeJS.Timeout | null;
}

/** Records by key; before version 10 an object. */
export type RawRecords = Map<string, StoredRecord> | Record<string, StoredRecord>;

/** `lib/component/MemoryStorage/MemoryStorage.js`. */
export interface MemoryStore {
  readonly _storage: RawRecords;
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

type RecordClass = new (value: number, expiresAt: number | Date | null) => StoredRecord;
export type AnswerClass = new (remaining: number, msBeforeNext: number, consumed: number, isFirst: boolean) => Answer;

/** The classes that a store makes its records and answers of. */
export interface StoreClasses {
  readonly store: new () => MemoryStore;
  readonly record: RecordClass;
  readonly answer: AnswerClass;
  /** A record takes its expiry as a date. */
  readonly hasDates: boolean;
}

/** @throws UnexpectedShape when a version keeps its records otherwise */
export function classesOf(exported: unknown): StoreClasses {
  if (typeof exported !== 'function') throw new UnexpectedShape('the store is no class');
  const store = exported as unknown as StoreClasses['store'];
  for (const name of ['incrby', 'set', 'get', 'delete']) functionAt(store.prototype, name);
  const probe = new store();
  const answer = probe.set('probe', 3, 100);
  const records: unknown = probe._storage;
  const record = (records instanceof Map ? records.get('probe') : Reflect.get(Object(records), 'probe')) as
    StoredRecord | undefined;
  // Its timer, too.
  probe.delete('probe');
  const expiresAt: unknown = record?._expiresAt;
  const hasDates = expiresAt instanceof Date;
  if (record?._value !== 3 || !(hasDates || typeof expiresAt === 'number') || record._timeoutId === null)
    throw new UnexpectedShape('the store keeps other records');
  if (answer.consumedPoints !== 3 || answer.msBeforeNext !== 100_000 || !answer.isFirstInDuration)
    throw new UnexpectedShape('the store gives other answers');
  return { store, record: record.constructor as RecordClass, answer: answer.constructor as AnswerClass, hasDates };
}
