import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LruMap } from './lru-map.ts';

describe('LruMap', () => {
  it('drops the least recently used entry beyond its capacity', () => {
    const map = new LruMap<string, number>(2).set('a', 1).set('b', 2);
    expect(map.get('a')).toBe(1);
    map.set('c', 3);
    expect([map.has('a'), map.has('b'), map.has('c')]).toEqual([true, false, true]);
  });

  it('does not count has as a use', () => {
    const map = new LruMap<string, number>(2).set('a', 1).set('b', 2);
    expect(map.has('a')).toBe(true);
    map.set('c', 3);
    expect(map.has('a')).toBe(false);
  });

  it('keeps undefined as a value', () => {
    const map = new LruMap<string, undefined>(1).set('a', undefined);
    expect([map.get('a'), map.has('a'), map.size]).toEqual([undefined, true, 1]);
  });

  it('agrees with a list that is searched and reordered, and never exceeds the capacity', () => {
    const operation = fc.record({ name: fc.constantFrom('get', 'set', 'delete'), key: fc.integer({ min: 0, max: 8 }) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(operation, { maxLength: 100 }), (capacity, operations) => {
        const map = new LruMap<number, number>(capacity);
        let list: [number, number][] = [];
        operations.forEach(({ name, key }, step) => {
          const found = list.find((entry) => entry[0] === key);
          const others = list.filter((entry) => entry !== found);
          let answers: unknown[] = [];
          if (name === 'get') {
            answers = [map.get(key), found?.[1]];
            if (found !== undefined) list = [...others, found];
          } else if (name === 'set') {
            map.set(key, step);
            list = [...others, [key, step] as [number, number]].slice(-capacity);
          } else {
            answers = [map.delete(key), found !== undefined];
            list = others;
          }
          expect(answers[0]).toBe(answers[1]);
          expect([...map.entries()]).toEqual(list);
        });
      }),
    );
  });

  it('refuses a capacity that is none', () => {
    expect(() => new LruMap(0)).toThrow(RangeError);
    expect(() => new LruMap(1.5)).toThrow(RangeError);
  });
});
