import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RingQueue } from './ring-queue.ts';

describe('RingQueue', () => {
  it('behaves as an array for any sequence of operations', () => {
    const operation = fc.oneof(fc.record({ push: fc.integer() }), fc.constant('shift'), fc.constant('peek'));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(operation, { maxLength: 200 }), (capacity, operations) => {
        const queue = new RingQueue<number>(capacity);
        const array: number[] = [];
        for (const step of operations) {
          if (typeof step === 'object') {
            queue.push(step.push);
            array.push(step.push);
          }
          const [actual, expected] = step === 'shift' ? [queue.shift(), array.shift()] : [queue.peek(), array[0]];
          expect([actual, queue.length]).toEqual([expected, array.length]);
        }
      }),
    );
  });

  it('does not grow while items leave as fast as they come', () => {
    const queue = new RingQueue<number>(4);
    for (let i = 0; i < 1000; i++) {
      queue.push(i);
      queue.push(i);
      queue.shift();
      queue.shift();
    }
    expect(queue.capacity).toBe(4);
  });

  it('is empty after clear', () => {
    const queue = new RingQueue<number>(1);
    for (let i = 0; i < 100; i++) queue.push(i);
    queue.clear();
    expect([queue.length, queue.shift(), queue.peek()]).toEqual([0, undefined, undefined]);
  });

  it('refuses a capacity that is none', () => {
    expect(() => new RingQueue(0)).toThrow(RangeError);
  });
});
