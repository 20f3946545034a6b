/**
 * Time in the tables: whole ticks, 32 bits that go on round at 2^32. A tick divides a second or is whole seconds, so
 * that a tick's second is exact; a window has at most 6,000 ticks, and at least that many are no finer than 1 ms.
 */
export class Ticks {
  readonly windowMs: number;
  readonly tickMs: number;
  /** Of a window, rounded up. */
  readonly perWindow: number;

  /** @throws RangeError when the window is not a positive number of milliseconds up to 30 days. */
  constructor(windowMs: number) {
    if (!(windowMs >= 1 && windowMs <= LONGEST_WINDOW_MS))
      throw new RangeError(`windowMs must be between 1 and ${LONGEST_WINDOW_MS}, got ${windowMs}`);
    this.windowMs = windowMs;
    const finest = windowMs / TICKS_PER_WINDOW;
    this.tickMs = TICK_SIZES_MS.find((size) => size >= finest) ?? LARGEST_TICK_MS;
    this.perWindow = Math.ceil(windowMs / this.tickMs);
  }

  /** Whole ticks since 1970, not wrapped. */
  at(now: number): number {
    return Math.floor(now / this.tickMs);
  }

  /** Unix seconds of a tick that is not wrapped. */
  second(tick: number): number {
    return Math.floor((tick * this.tickMs) / 1000);
  }
}

const LONGEST_WINDOW_MS = 30 * 86_400_000;
const TICKS_PER_WINDOW = 6000;
const LARGEST_TICK_MS = 1_000_000;
const TICK_SIZES_MS: readonly number[] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000];
