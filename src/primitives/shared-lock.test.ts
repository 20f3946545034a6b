import { describe, expect, it } from 'vitest';
import { SharedLock } from './shared-lock.ts';

describe('SharedLock', () => {
  it('is one operation to take and one to give back', () => {
    const words = new Int32Array(new SharedArrayBuffer(8));
    const lock = new SharedLock(words, 3);
    expect(lock.take(1)).toBe(false);
    expect((words[1] ?? 0) & 255).toBe(3);
    lock.give(1);
    expect(words[1]).toBe(0);
  });

  it('passes from a holder that died, whose late release does nothing', () => {
    const words = new Int32Array(new SharedArrayBuffer(4));
    const dead = new SharedLock(words, 1);
    const alive = new SharedLock(words, 2);
    dead.take(0);
    expect(alive.take(0)).toBe(true);
    dead.give(0);
    expect((words[0] ?? 0) & 255).toBe(2);
    alive.give(0);
    expect(words[0]).toBe(0);
  });
});
