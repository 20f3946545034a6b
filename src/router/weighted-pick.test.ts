import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePicker } from './weighted-pick.ts';
import type { JsonObject } from '../protocol/json.ts';

const group = (...params: JsonObject[]) => params.map((entry) => ({ params: entry, modelInfo: {} }));

/** Picks at evenly spaced random numbers: exact shares without chance. */
function shares(picker: (random: () => number) => number, members: number, draws = 1000): number[] {
  const counts = new Array<number>(members).fill(0);
  for (let draw = 0; draw < draws; draw++) {
    const index = picker(() => draw / draws);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return counts;
}

describe('compilePicker', () => {
  it.each([
    ['equal without weights', group({}, {}, {}, {}), [250, 250, 250, 250]],
    ['weight', group({ weight: 3 }, { weight: 1 }), [750, 250]],
    ['weight 0 is never hit', group({ weight: 0 }, { weight: 1 }), [0, 1000]],
    ['missing weight counts 0', group({ weight: 2 }, {}, { weight: 2 }), [500, 0, 500]],
    ['weight wins over rpm', group({ weight: 1, rpm: 1 }, { weight: 1, rpm: 9 }), [500, 500]],
    ['all-zero weight: next metric', group({ weight: 0, rpm: 1 }, { weight: 0, rpm: 3 }), [250, 750]],
    ['tpm', group({ tpm: 100 }, { tpm: 300 }), [250, 750]],
    ['numbers as text', group({ rpm: '1' }, { rpm: '3' }), [250, 750]],
    ['lowest order only', group({ order: 2 }, { order: 1 }, { order: 1 }, {}), [0, 500, 500, 0]],
  ])('%s', (_name, members, expected) => {
    expect(shares(compilePicker(members), members.length)).toEqual(expected);
  });

  it('reads order from model_info too', () => {
    const members = [
      { params: {}, modelInfo: { order: 2 } },
      { params: {}, modelInfo: { order: 1 } },
    ];
    expect(shares(compilePicker(members), 2)).toEqual([0, 1000]);
  });

  it('always picks a member with a positive weight', () => {
    const weights = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 9 });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(weights, random, (values, number) => {
        const index = compilePicker(group(...values.map((weight) => ({ weight }))))(() => number);
        expect(index).toBeGreaterThanOrEqual(0);
        expect(index).toBeLessThan(values.length);
        const anyPositive = values.some((value) => value > 0);
        expect(!anyPositive || (values[index] ?? 0) > 0).toBe(true);
      }),
    );
  });
});
