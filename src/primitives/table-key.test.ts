import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TableKey } from './table-key.ts';

describe('TableKey', () => {
  it('is the same for the same text, seed and kind, and another for another of each', () => {
    const of = (seed: number, kind: number, text: string): string => {
      const { place, tag } = new TableKey().fill(seed, kind, text);
      return `${place}:${tag}`;
    };
    expect(of(1, 2, 'key')).toBe(of(1, 2, 'key'));
    expect(new Set([of(1, 2, 'key'), of(2, 2, 'key'), of(1, 3, 'key'), of(1, 2, 'kex'), of(1, 2, 'ke')]).size).toBe(5);
  });

  it('has a place of 32 bits and a tag that is never 0', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 255 }), fc.string({ unit: 'binary' }), (seed, kind, text) => {
        const { place, tag } = new TableKey().fill(seed, kind, text);
        expect([place >>> 0, tag | 0]).toEqual([place, tag]);
        expect(tag).not.toBe(0);
      }),
    );
  });

  it('spreads texts that differ in one character evenly, and gives about as few equal tags as chance does', () => {
    const groups = new Uint32Array(64);
    const tags = new Set<number>();
    const key = new TableKey();
    for (let number = 0; number < 100_000; number++) {
      key.fill(42, 1, `sk-${number.toString(36).padStart(8, '0')}`);
      const group = key.place >>> 26;
      groups[group] = (groups[group] ?? 0) + 1;
      tags.add(key.tag);
    }
    // 100,000 keys in 64 groups: 1,562 each, and six standard deviations of 39.
    expect(Math.max(...groups)).toBeLessThan(1800);
    expect(Math.min(...groups)).toBeGreaterThan(1325);
    // Pairs with equal tags: 1.2 are expected.
    expect(tags.size).toBeGreaterThan(100_000 - 10);
  });
});
