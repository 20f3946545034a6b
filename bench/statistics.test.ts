import { describe, expect, it } from 'vitest';
import { figure, ratioByRound, spread } from './statistics.ts';

describe('spread', () => {
  it('has the middle, the lowest and the highest, in whatever order they came', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3 });
    expect(spread([4, 1]).median).toBe(2.5);
    expect(spread([7]).median).toBe(7);
    expect(spread([]).median).toBeNaN();
  });
});

describe('ratioByRound', () => {
  it('divides what was measured in the same round', () => {
    expect(ratioByRound([300, 400, 900], [100, 200, 100])).toEqual({ median: 3, low: 2, high: 9 });
    expect(ratioByRound([null, 500, 100], [100, 100])).toEqual({ median: 5, low: 5, high: 5 });
  });

  it('is not made up where no round has both', () => {
    expect(ratioByRound([null, 500], [100, null])).toBeNull();
    expect(ratioByRound([], [100])).toBeNull();
  });
});

describe('figure', () => {
  it.each([
    [1234.5, '1235'],
    [123.4, '123'],
    [12.34, '12.3'],
    [0.012_345, '0.0123'],
    [0.9999, '1.00'],
    [0, '0'],
    [Infinity, 'Infinity'],
  ])('writes %s with three digits that count', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});
