import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pythonFloat } from './python-float.ts';

describe('pythonFloat', () => {
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [0.1, '0.1'],
    [6.750000000000001e-5, '6.750000000000001e-05'],
    [1e-4, '0.0001'],
    [9.999e-5, '9.999e-05'],
    [2e-8, '2e-08'],
    [1.0001625, '1.0001625'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.5e300, '1.5e+300'],
    [-2.5e-7, '-2.5e-07'],
    [Number.NaN, 'nan'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('writes %d as %s', (value, text) => {
    expect(pythonFloat(value)).toBe(text);
  });

  it('writes small numbers as taking apart toExponential would', () => {
    const exponent = fc.integer({ min: -9, max: -3 });
    fc.assert(
      fc.property(fc.double({ min: -10, max: 10, noNaN: true }), exponent, (significand, power) => {
        const value = significand * 10 ** power;
        fc.pre(value !== 0 && Math.abs(value) < 1e-4);
        const [digits = '', size = ''] = value.toExponential().split('e-');
        expect(pythonFloat(value)).toBe(`${digits}e-${size.padStart(2, '0')}`);
      }),
      { numRuns: 5000 },
    );
  });

  it('reads back as the same number in one of the two forms', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = pythonFloat(value);
        expect(text).toMatch(/^-?(?:\d+\.\d+|\d(?:\.\d+)?e[+-]\d{2,3})$/);
        expect(Object.is(Number(text), value)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
