import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOWHERE } from './py-value.ts';
import { floatText, pyJson, stringRepr } from './py-text.ts';

describe("Python's texts", () => {
  it('reads every float back to the same number, and never as an integer', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = floatText(value);
        expect(Object.is(Number(text), value)).toBe(true);
        expect(text).toMatch(/[.e]/);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    [1e16, '1e+16'],
    [123_456_789_012_345.6, '123456789012345.6'],
    [1e15, '1000000000000000.0'],
    [1e-4, '0.0001'],
    [1.5e-5, '1.5e-05'],
    [-0, '-0.0'],
    [5e-324, '5e-324'],
  ])('writes %d as %s', (value, text) => {
    expect(floatText(value)).toBe(text);
  });

  it('writes JSON that is ASCII and means the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const text = pyJson({ kind: 'str', value, place: NOWHERE });
        expect(text).toMatch(/^[\x20-\x7e]*$/);
        expect(JSON.parse(text)).toBe(value);
      }),
    );
  });

  it('prefers single quotes as repr does', () => {
    expect(stringRepr("it's")).toBe(`"it's"`);
    expect(stringRepr(`it's "so"`)).toBe(`'it\\'s "so"'`);
  });
});
