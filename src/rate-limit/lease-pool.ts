/**
 * Records of leases in shared memory: fixed in number, free ones in a list under one lock.
 *
 * A record's links and expiry belong to whoever holds its key's group in the table of counts; a record that is free
 * belongs to the pool. Each giving back makes the record's fence larger, so that a handle of before fits nothing.
 * A record that is not free names the lane of the thread that took it, so that those of a dead thread are found.
 */
import { SharedLock } from '../primitives/shared-lock.ts';

const HEADER_WORDS = 16;
const header = { lock: 0, free: 1, fresh: 2, records: 3, owners: 4, magic: 5 } as const;
const MAGIC = 0x46_4c_4c_31;
const RECORD_WORDS = 8;
const FENCE = 0;
const PREVIOUS = 1;
const NEXT = 2;
const EXPIRY = 3;
const PLACE = 4;
const TAG = 5;
/** One more than the lane of the thread that took the record; 0: free. */
const LANE = 6;
const FENCES = 2 ** 28;
const LARGEST_POOL = 2 ** 24 - 1;

export class LeasePool {
  readonly buffer: SharedArrayBuffer;
  readonly records: number;
  readonly #words: Int32Array;
  readonly #lock: SharedLock;

  /** @throws RangeError when the number of records is not between 1 and 2^24 - 1. */
  static create(records: number): LeasePool {
    if (!Number.isInteger(records) || records < 1 || records > LARGEST_POOL)
      throw new RangeError(`a pool holds 1 to ${LARGEST_POOL} leases, not ${records}`);
    const buffer = new SharedArrayBuffer((HEADER_WORDS + (records + 1) * RECORD_WORDS) * 4);
    const words = new Int32Array(buffer);
    words[header.records] = records;
    words[header.fresh] = 1;
    Atomics.store(words, header.magic, MAGIC);
    return new LeasePool(buffer);
  }

  /** @throws TypeError when the buffer holds no pool. */
  constructor(buffer: SharedArrayBuffer) {
    const words = new Int32Array(buffer);
    if (words[header.magic] !== MAGIC) throw new TypeError('the buffer holds no pool of leases');
    this.buffer = buffer;
    this.records = words[header.records] ?? 0;
    this.#words = words;
    this.#lock = new SharedLock(words, (Atomics.add(words, header.owners, 1) % 255) + 1);
  }

  /** @returns number of a record, 1 or more; 0 when none is free */
  allocate(lane: number): number {
    const words = this.#words;
    this.#lock.take(header.lock);
    let record = words[header.free] ?? 0;
    if (record !== 0) words[header.free] = this.next(record);
    else if ((words[header.fresh] ?? 0) <= this.records) {
      record = words[header.fresh] ?? 0;
      words[header.fresh] = record + 1;
    }
    if (record !== 0) words[place(record) + LANE] = lane + 1;
    this.#lock.give(header.lock);
    return record;
  }

  /** The record's handles fit nothing any more. Only for who took it, or holds the group of its key. */
  free(record: number): void {
    this.#lock.take(header.lock);
    this.#putBack(record);
    this.#lock.give(header.lock);
  }

  /** Frees a record that a thread of the lane took and that has no key yet; any other one is left alone. */
  freeUnowned(record: number, lane: number): void {
    this.#lock.take(header.lock);
    if (this.isOfLane(record, lane) && this.ownerTag(record) === 0) this.#putBack(record);
    this.#lock.give(header.lock);
  }

  #putBack(record: number): void {
    const words = this.#words;
    const at = place(record);
    words[at + FENCE] = ((words[at + FENCE] ?? 0) + 1) % FENCES;
    words[at + TAG] = 0;
    words[at + LANE] = 0;
    words[at + NEXT] = words[header.free] ?? 0;
    words[header.free] = record;
  }

  /** Records that were ever in use; none has a larger number. */
  get highest(): number {
    return (this.#words[header.fresh] ?? 1) - 1;
  }

  /** Number and fence in one, below 2^52. */
  handle(record: number): number {
    return (this.#words[place(record) + FENCE] ?? 0) * (LARGEST_POOL + 1) + record;
  }

  /** @returns the handle's record, 0 when it was given back */
  recordOf(handle: number): number {
    const record = handle % (LARGEST_POOL + 1);
    return record >= 1 && record <= this.records && this.handle(record) === handle ? record : 0;
  }

  own(record: number, ownerPlace: number, ownerTag: number): void {
    this.#words[place(record) + PLACE] = ownerPlace;
    this.#words[place(record) + TAG] = ownerTag;
  }

  isOwn(record: number, ownerPlace: number, ownerTag: number): boolean {
    const at = place(record);
    return this.#words[at + TAG] === ownerTag && this.#words[at + PLACE] === (ownerPlace | 0);
  }

  ownerPlace(record: number): number {
    return (this.#words[place(record) + PLACE] ?? 0) >>> 0;
  }

  /** 0 when the record is free. */
  ownerTag(record: number): number {
    return this.#words[place(record) + TAG] ?? 0;
  }

  /** Taken by a thread of the lane and not given back. */
  isOfLane(record: number, lane: number): boolean {
    return this.#words[place(record) + LANE] === lane + 1;
  }

  next(record: number): number {
    return this.#words[place(record) + NEXT] ?? 0;
  }

  expiry(record: number): number {
    return this.#words[place(record) + EXPIRY] ?? 0;
  }

  setExpiry(record: number, tick: number): void {
    this.#words[place(record) + EXPIRY] = tick;
  }

  /** Puts the record before `head`. */
  push(record: number, head: number): void {
    const words = this.#words;
    words[place(record) + PREVIOUS] = 0;
    words[place(record) + NEXT] = head;
    if (head !== 0) words[place(head) + PREVIOUS] = record;
  }

  /** Takes the record out of its list. @returns the list's head afterwards */
  unlink(record: number, head: number): number {
    const words = this.#words;
    const previous = words[place(record) + PREVIOUS] ?? 0;
    const next = words[place(record) + NEXT] ?? 0;
    if (next !== 0) words[place(next) + PREVIOUS] = previous;
    if (previous === 0) return next;
    words[place(previous) + NEXT] = next;
    return head;
  }

  /** Whether the record is in the list. */
  isListed(record: number, head: number): boolean {
    let listed = head;
    for (let steps = 0; listed !== 0 && listed !== record && steps < this.records; steps++) listed = this.next(listed);
    return listed === record;
  }

  /** Makes the links back fit those forward, of which a thread that died may have written one alone. @returns records */
  relink(head: number): number {
    let [previous, record, length] = [0, head, 0];
    for (; record !== 0 && length < this.records; length++) {
      this.#words[place(record) + PREVIOUS] = previous;
      previous = record;
      record = this.next(record);
    }
    return length;
  }
}

function place(record: number): number {
  return HEADER_WORDS + record * RECORD_WORDS;
}
