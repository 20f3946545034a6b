/**
 * What the threads of one process tell each other about slices, in shared memory: which keys changed (a ring of bounded
 * size), that somebody waits for more (a bell), that an answer came (a generation), and whether the cluster answers.
 *
 * Promises: O(1) per key, nothing allocated by those who count; a full ring refuses, and the next count tries again.
 * Gives up: order between threads; a bell that rings twice before it is heard is heard once.
 */
import { SharedLock } from '../../primitives/shared-lock.ts';

/** Kinds of limits that have slices; the number is part of a ring's records. */
export const SLICE_KINDS = ['requests', 'tokens', 'parallel'] as const;
export type SliceKind = (typeof SLICE_KINDS)[number];

/** A key that has something to report. */
export interface ChangedKey {
  readonly kind: SliceKind;
  readonly place: number;
  readonly tag: number;
  /** Somebody waits for it, or soon will. */
  readonly isUrgent: boolean;
}

const LOCK = 0;
const READ = 1;
const WRITTEN = 2;
const CAPACITY = 3;
const BELL = 4;
const GENERATION = 5;
const ALONE = 6;
const PROCESSES = 7;
const OWNERS = 8;
const FIRST = 16;
const RECORD = 3;
const DEFAULT_CAPACITY = 65_536;

export class SliceSignals {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #lock: SharedLock;
  readonly #capacity: number;

  /** @param capacity keys that can have changed since the control thread last looked */
  static create(capacity = DEFAULT_CAPACITY): SliceSignals {
    const buffer = new SharedArrayBuffer((FIRST + capacity * RECORD) * 4);
    const words = new Int32Array(buffer);
    words[CAPACITY] = capacity;
    words[ALONE] = 1;
    words[PROCESSES] = 1;
    return new SliceSignals(buffer);
  }

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
    this.#capacity = this.#words[CAPACITY] ?? 0;
    this.#lock = new SharedLock(this.#words, (Atomics.add(this.#words, OWNERS, 1) % 255) + 1);
  }

  /** Nobody answers: each process decides within its part of each limit. True until the cluster answered once. */
  get isAlone(): boolean {
    return Atomics.load(this.#words, ALONE) !== 0;
  }

  /** Processes that share the limits, as last known; at least 1. */
  get processes(): number {
    return Atomics.load(this.#words, PROCESSES);
  }

  setAlone(isAlone: boolean): void {
    Atomics.store(this.#words, ALONE, isAlone ? 1 : 0);
  }

  setProcesses(count: number): void {
    Atomics.store(this.#words, PROCESSES, Math.max(1, count));
  }

  /** @returns false when the ring is full */
  push({ kind, place, tag, isUrgent }: ChangedKey): boolean {
    const words = this.#words;
    this.#lock.take(LOCK);
    const written = words[WRITTEN] ?? 0;
    const fits = ((written - (words[READ] ?? 0)) | 0) < this.#capacity;
    if (fits) {
      const at = FIRST + ((written >>> 0) % this.#capacity) * RECORD;
      words[at] = SLICE_KINDS.indexOf(kind) * 2 + (isUrgent ? 1 : 0);
      words[at + 1] = place | 0;
      words[at + 2] = tag;
      words[WRITTEN] = (written + 1) | 0;
    }
    this.#lock.give(LOCK);
    return fits;
  }

  /** Takes out what changed, oldest first; `most` bounds the time that the lock is held. */
  drain(most = 4096): readonly ChangedKey[] {
    const words = this.#words;
    const found: ChangedKey[] = [];
    this.#lock.take(LOCK);
    let read = words[READ] ?? 0;
    while (read !== words[WRITTEN] && found.length < most) {
      const at = FIRST + ((read >>> 0) % this.#capacity) * RECORD;
      const what = words[at] ?? 0;
      const kind = SLICE_KINDS[what >> 1] ?? 'requests';
      found.push({ kind, place: (words[at + 1] ?? 0) >>> 0, tag: words[at + 2] ?? 1, isUrgent: (what & 1) === 1 });
      read = (read + 1) | 0;
    }
    words[READ] = read;
    this.#lock.give(LOCK);
    return found;
  }

  /** Somebody waits. */
  ring(): void {
    Atomics.add(this.#words, BELL, 1);
    Atomics.notify(this.#words, BELL);
  }

  /** Calls back whenever the bell rang, until the returned function is called. */
  onRing(callback: () => void): () => void {
    let isOn = true;
    const listen = (heard: number): void => {
      const waiting = Atomics.waitAsync(this.#words, BELL, heard);
      const heardAgain = (): void => {
        if (!isOn) return;
        const next = Atomics.load(this.#words, BELL);
        callback();
        listen(next);
      };
      if (waiting.async) void waiting.value.then(heardAgain);
      else queueMicrotask(heardAgain);
    };
    listen(Atomics.load(this.#words, BELL));
    return () => {
      isOn = false;
      // Lets go of the wait.
      this.ring();
    };
  }

  /** Number of the last answer. */
  get generation(): number {
    return Atomics.load(this.#words, GENERATION);
  }

  /** An answer came, or none will come. */
  answered(): void {
    Atomics.add(this.#words, GENERATION, 1);
    Atomics.notify(this.#words, GENERATION);
  }

  /** Resolves at the first answer after `generation`, or after `timeoutMs`. */
  async nextAnswer(generation: number, timeoutMs: number): Promise<void> {
    const waiting = Atomics.waitAsync(this.#words, GENERATION, generation, timeoutMs);
    if (waiting.async) await waiting.value;
  }
}
