import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Deadline, TimerWheel } from './timer-wheel.ts';

function manual(slots = 8) {
  let now = 1000;
  let starts = 0;
  let callback: (() => void) | null = null;
  const wheel = new TimerWheel({
    tickMs: 20,
    slots,
    now: () => now,
    startInterval: (given) => {
      starts++;
      callback = given;
      return () => (callback = null);
    },
  });
  return {
    wheel,
    /** Lets time pass with the interval's calls in it, if it runs. */
    advance: (ms: number) => {
      const end = now + ms;
      for (; now + 20 <= end; callback?.()) now += 20;
      now = end;
    },
    /** Lets time pass in one go, as a blocked thread does. */
    jump: (ms: number) => {
      now += ms;
      callback?.();
    },
    now: () => now,
    starts: () => starts,
    running: () => callback !== null,
  };
}

describe('TimerWheel', () => {
  it.each([0, 1, 19, 20, 300, 6_000_000])(
    'fires a deadline of %i ms not before and at most two ticks after',
    (delay) => {
      const { wheel, advance, now } = manual(512);
      let firedAt = 0;
      wheel.arm(new Deadline(() => (firedAt = now())), delay);
      const armedAt = now();
      advance(delay + 100);
      expect(firedAt - armedAt).toBeGreaterThanOrEqual(delay);
      expect(firedAt - armedAt).toBeLessThanOrEqual(delay + 40);
      expect(wheel.armed).toBe(0);
    },
  );

  it('fires once per arming, and not after a cancel', () => {
    const { wheel, advance } = manual();
    let fired = 0;
    const deadline = new Deadline(() => fired++);
    wheel.arm(deadline, 50);
    wheel.arm(deadline, 50);
    advance(200);
    expect(fired).toBe(1);
    wheel.arm(deadline, 50);
    wheel.cancel(deadline);
    wheel.cancel(deadline);
    advance(200);
    expect(fired).toBe(1);
    expect(deadline.armed).toBe(false);
  });

  it('moves a deadline later or earlier', () => {
    const { wheel, advance, now } = manual();
    const start = now();
    const fired: number[] = [];
    const later = new Deadline(() => fired.push(now() - start));
    const earlier = new Deadline(() => fired.push(now() - start));
    wheel.arm(later, 40);
    wheel.arm(earlier, 1000);
    wheel.arm(later, 500);
    wheel.arm(earlier, 100);
    advance(2000);
    expect(fired).toEqual([100, 500]);
  });

  it('stops its interval at the first tick with nothing armed, and begins none for a deadline before that', () => {
    const { wheel, advance, running, starts } = manual();
    expect(running()).toBe(false);
    const deadline = new Deadline(() => {});
    wheel.arm(deadline, 30);
    expect(running()).toBe(true);
    advance(100);
    expect(running()).toBe(false);
    for (let call = 0; call < 3; call++) {
      wheel.arm(deadline, 30);
      wheel.cancel(deadline);
    }
    expect(starts()).toBe(2);
    advance(20);
    expect(running()).toBe(false);
  });

  it('fires everything that is due once after a pause longer than a turn', () => {
    const { wheel, jump } = manual();
    const fired: number[] = [];
    for (const delay of [10, 100, 159, 160, 1000, 90_000]) wheel.arm(new Deadline(() => fired.push(delay)), delay);
    jump(60_000);
    expect(fired.sort((a, b) => a - b)).toEqual([10, 100, 159, 160, 1000]);
    expect(wheel.armed).toBe(1);
  });

  it('lets a callback cancel, re-arm and add deadlines, its own included', () => {
    const { wheel, advance } = manual();
    const fired: string[] = [];
    const victim = new Deadline(() => fired.push('victim'));
    const again: Deadline = new Deadline(() => {
      fired.push('again');
      if (fired.length < 4) wheel.arm(again, 20);
    });
    const killer = new Deadline(() => {
      fired.push('killer');
      wheel.cancel(victim);
    });
    wheel.arm(killer, 10);
    wheel.arm(victim, 10);
    wheel.arm(again, 10);
    advance(500);
    expect(fired).toEqual(['killer', 'again', 'again', 'again']);
    expect(wheel.armed).toBe(0);
  });

  it('postpones a deadline that is due when a callback before it re-arms it', () => {
    const { wheel, advance, now } = manual();
    const start = now();
    let firedAt = 0;
    const second = new Deadline(() => (firedAt = now() - start));
    wheel.arm(new Deadline(() => wheel.arm(second, 100)), 10);
    wheel.arm(second, 10);
    advance(500);
    expect(firedAt).toBe(120);
  });

  it('calls the others when a callback throws, then throws', () => {
    const { wheel, jump, running } = manual();
    let fired = 0;
    const refuse = new Deadline(() => {
      throw new Error('from a callback');
    });
    wheel.arm(refuse, 10);
    wheel.arm(new Deadline(() => fired++), 10);
    expect(() => jump(100)).toThrow('from a callback');
    expect(fired).toBe(1);
    expect(wheel.armed).toBe(0);
    jump(20);
    expect(running()).toBe(false);
  });

  it('forgets everything on close and can be used again', () => {
    const { wheel, advance, running } = manual();
    let fired = 0;
    const deadline = new Deadline(() => fired++);
    wheel.arm(deadline, 10);
    wheel.close();
    advance(100);
    expect([fired, wheel.armed, running(), deadline.armed]).toEqual([0, 0, false, false]);
    wheel.arm(deadline, 10);
    advance(100);
    expect(fired).toBe(1);
  });

  it('agrees with a list of times for any sequence of operations', () => {
    const step = fc.record({
      name: fc.constantFrom('arm', 'cancel', 'advance', 'jump'),
      index: fc.integer({ min: 0, max: 5 }),
      ms: fc.integer({ min: 0, max: 700 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { wheel, advance, jump, now } = manual();
        const due = new Map<number, number>();
        const deadlines = Array.from({ length: 6 }, (_, index) => {
          return new Deadline(() => {
            expect(now()).toBeGreaterThanOrEqual(due.get(index) ?? Number.NaN);
            due.delete(index);
          });
        });
        for (const { name, index, ms } of steps) {
          const deadline = deadlines[index];
          if (deadline === undefined) continue;
          if (name === 'arm') {
            wheel.arm(deadline, ms);
            due.set(index, now() + ms);
          } else if (name === 'cancel') {
            wheel.cancel(deadline);
            due.delete(index);
          } else if (name === 'advance') advance(ms);
          else jump(ms);
          for (const time of due.values()) expect(time).toBeGreaterThan(now() - 40);
          expect(wheel.armed).toBe(due.size);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a number of slots that is not a power of two', () => {
    expect(() => new TimerWheel({ slots: 100, now: () => 0 })).toThrow(RangeError);
    expect(() => new TimerWheel({ tickMs: 0, now: () => 0 })).toThrow(RangeError);
  });
});
