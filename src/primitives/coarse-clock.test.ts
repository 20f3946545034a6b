import { describe, expect, it } from 'vitest';
import { CoarseClock } from './coarse-clock.ts';

interface Manual {
  readonly clock: CoarseClock;
  readonly set: (ms: number) => void;
  readonly interval: () => void;
  readonly reads: () => number;
  readonly running: () => boolean;
}

function manual(): Manual {
  let now = 0;
  let reads = 0;
  let callback: (() => void) | null = null;
  const source = (): number => {
    reads++;
    return now;
  };
  const clock = new CoarseClock(source, {
    startInterval: (given) => {
      callback = given;
      return () => (callback = null);
    },
  });
  return {
    clock,
    set: (ms) => {
      now = ms;
    },
    interval: () => callback?.(),
    reads: () => reads,
    running: () => callback !== null,
  };
}

describe('CoarseClock', () => {
  it('asks its source once per interval', () => {
    const { clock, set, interval, reads } = manual();
    set(100);
    expect([clock.now(), clock.now(), clock.now()]).toEqual([100, 100, 100]);
    expect(reads()).toBe(1);
    set(110);
    interval();
    expect(clock.now()).toBe(110);
    expect(reads()).toBe(2);
  });

  it('stops when nobody reads, and is right at the first read after that', () => {
    const { clock, set, interval, running } = manual();
    clock.now();
    interval();
    interval();
    expect(running()).toBe(false);
    set(5000);
    expect(clock.now()).toBe(5000);
    expect(running()).toBe(true);
  });

  it('never goes back', () => {
    const { clock, set, interval } = manual();
    set(100);
    clock.now();
    set(50);
    interval();
    expect(clock.now()).toBe(100);
  });
});
