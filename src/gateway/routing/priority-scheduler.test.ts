import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { routingRequest } from '../../router/routing-request.ts';
import { PriorityScheduler } from './priority-scheduler.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A group with a number of free places. */
class Places {
  free = 0;
  readonly went: string[] = [];
  readonly scheduler = new PriorityScheduler({ isFree: () => this.free > 0, now: () => Date.now() });

  join(name: string, priority: number, timeoutMs = 60_000): () => void {
    return this.scheduler.join({
      request: routingRequest('g'),
      priority,
      timeoutMs,
      go: (outcome) => {
        if (outcome === 'turn') this.free--;
        this.went.push(outcome === 'turn' ? name : `${name} timed out`);
      },
    });
  }

  open(places: number): void {
    this.free += places;
    vi.advanceTimersByTime(30);
  }
}

describe('PriorityScheduler', () => {
  test('the lowest number goes first, equals in the order of their coming', () => {
    const places = new Places();
    for (const [name, priority] of Object.entries({ a: 5, b: 1, c: 5, d: 0 })) places.join(name, priority);
    places.open(1);
    expect(places.went).toEqual(['d']);
    places.open(3);
    expect(places.went).toEqual(['d', 'b', 'a', 'c']);
  });

  test('a place of this thread is given on in the same turn', async () => {
    const places = new Places();
    places.join('a', 1);
    places.free = 1;
    places.scheduler.placeFreed();
    await Promise.resolve();
    expect(places.went).toEqual(['a']);
  });

  test('who goes in vain and joins again does not hold up the thread', () => {
    let goes = 0;
    const scheduler: PriorityScheduler = new PriorityScheduler({ isFree: () => true, now: () => Date.now() });
    const join = (): void =>
      void scheduler.join({
        request: routingRequest('g'),
        priority: 0,
        timeoutMs: 1000,
        go: () => {
          goes++;
          if (goes < 1000) join();
        },
      });
    join();
    vi.advanceTimersByTime(30);
    expect(goes).toBe(1);
  });

  test('a wait ends with its time, and no timer runs for nobody', () => {
    const places = new Places();
    places.join('a', 1, 100);
    places.join('b', 2, 1000);
    vi.advanceTimersByTime(150);
    expect([places.went, places.scheduler.waiting]).toEqual([['a timed out'], 1]);
    vi.advanceTimersByTime(1000);
    expect([places.went, vi.getTimerCount()]).toEqual([['a timed out', 'b timed out'], 0]);
  });

  test('who leaves takes no place', () => {
    const places = new Places();
    const leave = places.join('a', 1);
    places.join('b', 2);
    leave();
    places.open(1);
    expect([places.went, vi.getTimerCount()]).toEqual([['b'], 0]);
  });

  test('property: everybody goes, ordered by priority and then by coming', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 }), (priorities) => {
        const places = new Places();
        for (const [index, priority] of priorities.entries()) places.join(String(index), priority);
        places.open(priorities.length);
        const expected = priorities.map((priority, index) => ({ priority, index }));
        expected.sort((left, right) => left.priority - right.priority || left.index - right.index);
        expect(places.went).toEqual(expected.map(({ index }) => String(index)));
      }),
    );
  });
});
