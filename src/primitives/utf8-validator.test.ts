import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstInvalidUtf8, Utf8Validator } from './utf8-validator.ts';

function valid(chunks: readonly Uint8Array[]): boolean {
  const validator = new Utf8Validator();
  for (const chunk of chunks) if (!validator.push(chunk)) return false;
  return validator.finish();
}

const bytewise = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte));

/** Bytes that are interesting for UTF-8: all lead and continuation borders. */
const byte = fc.constantFrom(
  0x00,
  0x41,
  0x7f,
  0x80,
  0x8f,
  0x90,
  0x9f,
  0xa0,
  0xbf,
  0xc0,
  0xc1,
  0xc2,
  0xdf,
  0xe0,
  0xe1,
  0xed,
  0xef,
  0xf0,
  0xf4,
  0xf5,
  0xff,
);

describe('Utf8Validator', () => {
  it.each([
    ['overlong slash', [0xc0, 0xaf], false],
    ['surrogate', [0xed, 0xa0, 0x80], false],
    ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80], false],
    ['last code point', [0xf4, 0x8f, 0xbf, 0xbf], true],
    ['cut character', [0xf0, 0x9f, 0x8c], false],
    ['stray continuation', [0x80], false],
  ])('judges %s whole and byte by byte', (_, bytes, expected) => {
    expect(valid([Uint8Array.from(bytes)])).toBe(expected);
    expect(valid(bytewise(Uint8Array.from(bytes)))).toBe(expected);
  });

  it('agrees with the check of the whole for any bytes in any chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.array(byte, { maxLength: 6 }), { maxLength: 6 }), (chunks) => {
        const whole = Uint8Array.from(chunks.flat());
        expect(valid(chunks.map((chunk) => Uint8Array.from(chunk)))).toBe(isUtf8(whole));
        expect(firstInvalidUtf8(whole) === -1).toBe(isUtf8(whole));
      }),
      { numRuns: 5000 },
    );
  });

  it('accepts any text in any chunks, and says when it stops inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 5 }), (text, size) => {
        const bytes = Buffer.from(text);
        const validator = new Utf8Validator();
        for (let at = 0; at < bytes.length; at += size) {
          expect(validator.push(bytes.subarray(at, at + size))).toBe(true);
          expect(validator.incomplete).toBe(!isUtf8(bytes.subarray(0, at + size)));
        }
        expect(validator.finish()).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('names the first byte of what is invalid', () => {
    expect(firstInvalidUtf8(Buffer.from('aü\x00'))).toBe(-1);
    expect(firstInvalidUtf8(Uint8Array.from([0x61, 0xc3, 0xbc, 0xed, 0xa0, 0x80]))).toBe(3);
  });
});
