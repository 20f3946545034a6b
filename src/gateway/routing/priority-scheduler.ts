/**
 * Calls that wait for a deployment of their group to have a free place, lowest `priority` first
 * (`router_settings.default_priority` where they say none), then in the order of their coming: LiteLLM's scheduler.
 *
 * One heap per group that somebody waits for; the head goes as soon as a deployment is there. When a call of this thread
 * ends, the heads are looked at in the same turn; places are freed by other threads too, so they are looked at every
 * `pollMs` as well, by one timer that runs only while somebody waits. O(log n) to join and to go; who leaves is dropped when it comes to the top.
 */
import type { RoutingRequest } from '../../router/contract.ts';

export interface SchedulerOptions {
  /** Whether a deployment may be asked now. */
  readonly isFree: (request: RoutingRequest) => boolean;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** LiteLLM's `polling_interval`; default 30. */
  readonly pollMs?: number;
}

export interface Waiter {
  readonly request: RoutingRequest;
  readonly priority: number;
  /** Milliseconds from now. */
  readonly timeoutMs: number;
  /** Its turn has come, or its time is over. Called at most once. */
  readonly go: (outcome: 'turn' | 'timeout') => void;
}

interface Entry extends Waiter {
  readonly order: number;
  readonly untilMs: number;
  gone: boolean;
}

export class PriorityScheduler {
  readonly #options: SchedulerOptions;
  readonly #heaps = new Map<string, Entry[]>();
  #timer: NodeJS.Timeout | null = null;
  #joined = 0;
  #looksSoon = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Requests that wait. */
  get waiting(): number {
    let count = 0;
    for (const heap of this.#heaps.values()) for (const entry of heap) if (!entry.gone) count++;
    return count;
  }

  /** @returns leaves the queue; without effect once `go` was called */
  join(waiter: Waiter): () => void {
    const untilMs = this.#options.now() + waiter.timeoutMs;
    const entry: Entry = { ...waiter, order: this.#joined++, untilMs, gone: false };
    const heap = this.#heaps.get(waiter.request.model) ?? [];
    this.#heaps.set(waiter.request.model, heap);
    push(heap, entry);
    this.#timer ??= setInterval(() => this.#look(), this.#options.pollMs ?? 30);
    return () => {
      entry.gone = true;
    };
  }

  /** A call of this thread ended: whoever waits is looked at now. Costs one comparison when nobody does. */
  placeFreed(): void {
    if (this.#heaps.size === 0 || this.#looksSoon) return;
    this.#looksSoon = true;
    queueMicrotask(() => {
      this.#looksSoon = false;
      this.#look();
    });
  }

  #look(): void {
    for (const [group, heap] of this.#heaps) {
      this.#expire(heap);
      this.#admit(heap);
      if (heap.length === 0) this.#heaps.delete(group);
    }
    if (this.#heaps.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #expire(heap: readonly Entry[]): void {
    const nowMs = this.#options.now();
    for (const entry of heap) {
      if (entry.gone || entry.untilMs > nowMs) continue;
      entry.gone = true;
      entry.go('timeout');
    }
  }

  #admit(heap: Entry[]): void {
    // Who goes and finds the place taken joins again; it is looked at the next time, or this would never end.
    const joined = this.#joined;
    for (let head = heap[0]; head !== undefined && head.order < joined; head = heap[0]) {
      if (!head.gone && !this.#options.isFree(head.request)) return;
      pop(heap);
      if (head.gone) continue;
      head.gone = true;
      head.go('turn');
    }
  }
}

function isBefore(left: Entry, right: Entry): boolean {
  return left.priority < right.priority || (left.priority === right.priority && left.order < right.order);
}

function push(heap: Entry[], entry: Entry): void {
  heap.push(entry);
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(entry, heap[parent] as Entry)) break;
    heap[at] = heap[parent] as Entry;
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const moved = heap.pop();
  if (moved === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child++;
    if (!isBefore(heap[child] as Entry, moved)) break;
    heap[at] = heap[child] as Entry;
    at = child;
  }
  heap[at] = moved;
}
