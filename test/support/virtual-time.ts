/** Time that passes when everything that was due is done: timers in a heap, promises run out between two of them. */
import { SliceSignals } from '../../src/rate-limit/slices/slice-signals.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
  isCancelled: boolean;
}

export class VirtualTime {
  #now: number;
  #order = 0;
  readonly #heap: Timer[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  readonly now = (): number => this.#now;

  readonly startTimer = (callback: () => void, ms: number): (() => void) => {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order++, callback, isCancelled: false };
    this.#push(timer);
    return () => {
      timer.isCancelled = true;
    };
  };

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.startTimer(resolve, ms));
  }

  /** Runs everything that is due before `end`. */
  async runUntil(end: number): Promise<void> {
    await settled();
    for (let next = this.#heap[0]; next !== undefined && next.at < end; next = this.#heap[0]) {
      this.#pop();
      if (next.isCancelled) continue;
      this.#now = next.at;
      next.callback();
      await settled();
    }
    this.#now = end;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, timer)) break;
      heap[at] = above;
      heap[parent] = timer;
      at = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const child = left !== undefined && right !== undefined && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1;
      const smaller = heap[child];
      if (smaller === undefined || isBefore(last, smaller)) break;
      heap[at] = smaller;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at === other.at ? one.order < other.order : one.at < other.at;
}

/** All promises that can go on have gone on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Signals that ring and wait in virtual time. */
export class VirtualSignals extends SliceSignals {
  readonly #time: VirtualTime;
  readonly #waiting = new Set<() => void>();
  #listener: (() => void) | null = null;

  constructor(time: VirtualTime) {
    super(SliceSignals.create(4096).buffer);
    this.#time = time;
  }

  override ring(): void {
    const listener = this.#listener;
    if (listener !== null) queueMicrotask(listener);
  }

  override onRing(callback: () => void): () => void {
    this.#listener = callback;
    return () => {
      this.#listener = null;
    };
  }

  override answered(): void {
    super.answered();
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  override nextAnswer(generation: number, timeoutMs: number): Promise<void> {
    if (this.generation !== generation) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#time.startTimer(resolve, timeoutMs);
    });
  }
}
