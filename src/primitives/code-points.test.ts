import fc from 'fast-check';
import { expect, test } from 'vitest';

import { countCodePoints, skipCodePoints, skipCodePointsBack } from './code-points.ts';

const texts = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\ud800', '\udc00') });

test('positions are those of the list of code points', () => {
  fc.assert(
    fc.property(texts, fc.nat(20), fc.nat(20), (text, start, count) => {
      const points = Array.from(text);
      const from = points.slice(0, start).join('').length;
      expect(countCodePoints(text)).toBe(points.length);
      expect(text.slice(from, skipCodePoints(text, from, count))).toBe(points.slice(start, start + count).join(''));
      expect(text.slice(skipCodePointsBack(text, count))).toBe(count === 0 ? '' : points.slice(-count).join(''));
    }),
  );
});
