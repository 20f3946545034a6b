import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { findBytes } from './find-bytes.ts';

describe('findBytes', () => {
  it('finds what lies in the part, as a search in a copy of it does', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 40 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(letters, pattern, fc.nat(40), fc.nat(40), fc.boolean(), (text, sought, ...rest) => {
        const [from, length, isFollowed] = rest;
        const end = Math.min(text.length, from + length);
        const start = Math.min(from, end);
        const bytes = Buffer.from(isFollowed ? text + 'a'.repeat(2000) : text);
        const inCopy = text.slice(start, end).indexOf(sought);
        expect(findBytes(bytes, Buffer.from(sought), start, end)).toBe(inCopy < 0 ? -1 : start + inCopy);
      }),
    );
  });

  it('does not walk what lies behind', () => {
    const bytes = Buffer.alloc(100_000, 'x');
    const searched: number[] = [];
    const search = vi.spyOn(Buffer.prototype, 'indexOf').mockImplementation(function (this: Buffer) {
      searched.push(this.length);
      return -1;
    });
    findBytes(bytes, Buffer.from('y'), 10, 200);
    search.mockRestore();
    expect(searched).toEqual([200]);
  });
});
