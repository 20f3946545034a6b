import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CostSum } from './cost-sum.ts';

/** Exact sum of doubles as an integer of 2^-1074 units. */
function exact(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponent === 0n ? fraction : fraction | (1n << 52n);
  const shifted = mantissa << (exponent === 0n ? 0n : exponent - 1n);
  return bits >> 63n === 1n ? -shifted : shifted;
}

describe('CostSum', () => {
  it('does not drift where a plain sum does', () => {
    const sum = new CostSum();
    let plain = 0;
    for (let index = 0; index < 1_000_000; index++) {
      sum.add(6.75e-5);
      plain += 6.75e-5;
    }
    expect(sum.value()).toBe(67.5);
    expect(plain).not.toBe(67.5);
  });

  it('is within one unit in the last place of the exact sum for positive amounts', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 300 }), (amounts) => {
        const sum = new CostSum();
        for (const amount of amounts) sum.add(amount);
        const total = amounts.reduce((units, amount) => units + exact(amount), 0n);
        const difference = exact(sum.value()) - total;
        const tolerance = exact(sum.value() * Number.EPSILON) + 1n;
        expect(difference < 0n ? -difference <= tolerance : difference <= tolerance).toBe(true);
      }),
    );
  });

  it('goes on from a saved state as if it had not stopped', () => {
    const whole = new CostSum();
    const first = new CostSum();
    for (const amount of [1e10, 1e-6, 3e-7]) {
      whole.add(amount);
      first.add(amount);
    }
    const second = new CostSum(first.state());
    whole.add(-1e10);
    second.add(-1e10);
    expect(second.value()).toBe(whole.value());
    expect(second.value()).toBeCloseTo(1.3e-6, 12);
  });

  it('refuses what is not a number', () => {
    expect(() => {
      new CostSum().add(Number.NaN);
    }).toThrow(RangeError);
  });
});
