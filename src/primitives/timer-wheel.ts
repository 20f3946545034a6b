import { type StartInterval, startUnreferencedInterval } from './interval.ts';

/**
 * One coarse timer for many deadlines (four per request in flight).
 *
 * A hashed wheel: 512 slots of one tick (20 ms); a deadline further away than one turn stays in its slot until its turn
 * comes. Promises: arm, re-arm and cancel are O(1) and allocate nothing; a deadline never fires early, and at most two
 * ticks late on a thread that is not blocked; one interval, not holding the process open, that stops at
 * the first tick with nothing armed; after a pause (a blocked thread, a suspended machine) everything due fires once.
 * Moving a deadline later only writes a number: it is put where it belongs when its old slot comes round.
 * Gives up: order among deadlines that expire in the same tick.
 */
export class TimerWheel {
  readonly #tickMs: number;
  readonly #mask: number;
  readonly #slots: readonly Deadline[];
  readonly #firing = emptyList();
  readonly #now: () => number;
  readonly #startInterval: StartInterval;
  readonly #onTick = (): void => this.tick();
  #stopInterval: (() => void) | null = null;
  #tick = 0;
  #armed = 0;

  /** @throws RangeError when `slots` is not a power of two or `tickMs` is not positive. */
  constructor(options: TimerWheelOptions) {
    const { tickMs = 20, slots = 512, now, startInterval = startUnreferencedInterval } = options;
    if (!(tickMs > 0)) throw new RangeError(`tickMs must be positive, got ${tickMs}`);
    if (!Number.isInteger(Math.log2(slots))) throw new RangeError(`slots must be a power of two, got ${slots}`);
    this.#tickMs = tickMs;
    this.#mask = slots - 1;
    this.#slots = Array.from({ length: slots }, emptyList);
    this.#now = now;
    this.#startInterval = startInterval;
  }

  /** Deadlines that are armed. */
  get armed(): number {
    return this.#armed;
  }

  /** Lets the deadline fire `delayMs` from now, instead of whenever it was due before. A negative delay counts as none. */
  arm(deadline: Deadline, delayMs: number): void {
    const now = this.#now();
    if (this.#stopInterval === null) {
      this.#tick = Math.floor(now / this.#tickMs);
      this.#stopInterval = this.#startInterval(this.#onTick, this.#tickMs);
    }
    const expiryTick = Math.max(Math.ceil((now + delayMs) / this.#tickMs), this.#tick + 1);
    if (deadline.next !== null) {
      if (deadline.expiryTick !== FIRING && expiryTick >= deadline.expiryTick) {
        deadline.expiryTick = expiryTick;
        return;
      }
      unlink(deadline);
    } else {
      this.#armed++;
    }
    deadline.expiryTick = expiryTick;
    this.#link(deadline);
  }

  /** The deadline does not fire; nothing happens when it was not armed. */
  cancel(deadline: Deadline): void {
    if (deadline.next === null) return;
    unlink(deadline);
    // The interval stops at its next tick: to end and begin one with every deadline costs more than the deadline.
    this.#armed--;
  }

  /**
   * Fires what is due; called by the interval. An error of a callback is thrown when all have been called (the first one).
   */
  tick(): void {
    const target = Math.floor(this.#now() / this.#tickMs);
    // After a pause longer than a turn each slot is visited once.
    for (let tick = Math.max(this.#tick + 1, target - this.#mask); tick <= target; tick++) this.#visit(tick, target);
    if (target > this.#tick) this.#tick = target;
    this.#fire();
    if (this.#armed === 0) this.#stop();
  }

  /** Cancels everything and stops the interval. The wheel may be used again. */
  close(): void {
    for (const slot of [this.#firing, ...this.#slots]) {
      for (let entry = first(slot); entry !== null; entry = first(slot)) unlink(entry);
    }
    this.#armed = 0;
    this.#stop();
  }

  #visit(tick: number, target: number): void {
    const slot = this.#slots[tick & this.#mask];
    if (slot === undefined) return;
    let entry = slot.next;
    while (entry !== null && entry !== slot) {
      const following: Deadline | null = entry.next;
      if (entry.expiryTick <= target) {
        unlink(entry);
        entry.expiryTick = FIRING;
        append(this.#firing, entry);
      } else if (((entry.expiryTick ^ tick) & this.#mask) !== 0) {
        unlink(entry);
        this.#link(entry);
      }
      entry = following;
    }
  }

  /** Takes one at a time from the list, so that a callback may cancel or re-arm any other. */
  #fire(): void {
    let failed = false;
    let failure: unknown;
    for (let entry = first(this.#firing); entry !== null; entry = first(this.#firing)) {
      unlink(entry);
      this.#armed--;
      try {
        entry.onExpire();
      } catch (error) {
        if (!failed) failure = error;
        failed = true;
      }
    }
    if (failed) throw failure;
  }

  #link(deadline: Deadline): void {
    const slot = this.#slots[deadline.expiryTick & this.#mask];
    if (slot !== undefined) append(slot, deadline);
  }

  #stop(): void {
    this.#stopInterval?.();
    this.#stopInterval = null;
  }
}

/** One deadline, made once by its owner and armed as often as needed. The other members belong to the wheel. */
export class Deadline {
  readonly onExpire: () => void;
  expiryTick = 0;
  /** Null while not armed. */
  next: Deadline | null = null;
  previous: Deadline | null = null;

  constructor(onExpire: () => void) {
    this.onExpire = onExpire;
  }

  get armed(): boolean {
    return this.next !== null;
  }
}

export interface TimerWheelOptions {
  /** Default 20. */
  readonly tickMs?: number;
  /** A power of two; default 512. */
  readonly slots?: number;
  /** Monotonic clock, milliseconds, never negative. */
  readonly now: () => number;
  /** Default: `setInterval`, not holding the process open. */
  readonly startInterval?: StartInterval;
}

/** In place of an expiry: due, and waiting for its callback. */
const FIRING = -1;

/** Head of a circular list. */
function emptyList(): Deadline {
  const head = new Deadline(() => {});
  head.next = head.previous = head;
  return head;
}

function first(list: Deadline): Deadline | null {
  return list.next === list ? null : list.next;
}

function append(list: Deadline, entry: Deadline): void {
  const last = list.previous ?? list;
  entry.previous = last;
  entry.next = list;
  last.next = entry;
  list.previous = entry;
}

function unlink(entry: Deadline): void {
  const { next, previous } = entry;
  if (next === null || previous === null) return;
  previous.next = next;
  next.previous = previous;
  entry.next = entry.previous = null;
}
