/**
 * Requests with a `priority` (lower is sooner, `router_settings.default_priority` where they say none) wait for their turn
 * while no deployment of their group may be asked, instead of failing at once: LiteLLM's scheduler.
 *
 * One heap per group that somebody waits for; a request goes as soon as a deployment is there and nobody before it
 * waits. Deployments are freed by other threads too, so the heads are looked at every `pollMs`, by one timer that runs
 * only while somebody waits. O(log n) to join and to go; who leaves is dropped when it comes to the top.
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

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Requests that wait. */
  get waiting(): number {
    let count = 0;
    for (const heap of this.#heaps.values()) for (const entry of heap) if (!entry.gone) count++;
    return count;
  }

  /** Whether this request must wait: nothing is free, or somebody of its group waits already. */
  mustWait(request: RoutingRequest): boolean {
    return this.#heaps.has(request.model) || !this.#options.isFree(request);
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
    for (let head = heap[0]; head !== undefined; head = heap[0]) {
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
