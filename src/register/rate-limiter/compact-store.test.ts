import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { seededNumbers } from '../../../test/support/mixed-texts.ts';
import { CompactStore } from './compact-store.ts';

const START = 1_800_000_000_000;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('CompactStore', () => {
  it('adds to what has not expired, and says when there is nothing', () => {
    const store = new CompactStore();
    expect(store.add('a', 1, Date.now())).toBeNaN();
    store.put('a', 1, START + 1000);
    expect([store.add('a', 2, START), store.lastExpiry]).toEqual([3, START + 1000]);
    expect(store.add('a', 1, START + 1000)).toBeNaN();
    expect(store.valueOf('a')).toBe(3);
  });

  it('takes back the last change, whatever it was', () => {
    const store = new CompactStore();
    store.put('a', 1, Infinity);
    store.undo();
    expect(store.size).toBe(0);
    store.put('a', 1, START + 5);
    store.add('a', 4, START);
    store.undo();
    expect([store.valueOf('a'), store.expiryOf('a')]).toEqual([1, START + 5]);
    store.put('a', 9, START + 50);
    store.undo();
    store.undo();
    expect([store.valueOf('a'), store.expiryOf('a')]).toEqual([1, START + 5]);
  });

  it('drops what has expired two for each new key, and everything in time', () => {
    const store = new CompactStore();
    for (let i = 0; i < 1000; i += 1) store.put(`old ${i}`, 1, START + 100);
    vi.advanceTimersByTime(200);
    for (let i = 0; i < 500; i += 1) store.put(`new ${i}`, 1, START + 1_000_000);
    expect(store.size).toBe(500);
    vi.advanceTimersByTime(1_000_000);
    expect(store.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives everything that has not expired, and is empty', () => {
    const store = new CompactStore();
    store.put('gone', 1, START + 1);
    store.put('kept', 2, START + 1000);
    store.put('lasting', 3, Infinity);
    const taken: unknown[] = [];
    store.drain(START + 500, (...each) => taken.push(each));
    expect(taken).toEqual([
      ['kept', 2, START + 1000],
      ['lasting', 3, Infinity],
    ]);
    expect([store.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('does as a plain map does', () => {
    const random = seededNumbers(7);
    const store = new CompactStore();
    const wrong: string[] = [];
    const plain = new Map<string, { value: number; expiresAt: number }>();
    for (let step = 0; step < 20_000; step += 1) {
      const key = `key ${random(300)}`;
      const now = Date.now();
      const known = plain.get(key);
      const living = known !== undefined && known.expiresAt > now ? known : null;
      if (random(20) === 0) {
        store.delete(key);
        plain.delete(key);
      } else if (random(4) === 0 || living === null) {
        const expiresAt = random(10) === 0 ? Infinity : now + 1 + random(5000);
        store.put(key, step, expiresAt);
        plain.set(key, { value: step, expiresAt });
      } else {
        living.value += 2;
        if (store.add(key, 2, now) !== living.value) wrong.push(key);
      }
      if (random(50) === 0) vi.advanceTimersByTime(random(3000));
    }
    expect(wrong).toEqual([]);
    for (const [key, { value, expiresAt }] of plain) {
      const isLiving = expiresAt > Date.now();
      expect(store.expiryOf(key) > Date.now()).toBe(isLiving);
      expect(isLiving ? store.valueOf(key) : value).toBe(value);
    }
  });
});
