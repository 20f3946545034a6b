import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { GatewayError } from '../../errors/gateway-error.ts';
import { readImageSize } from './image-size.ts';
import { highDetailTokens } from './image-tokens.ts';

const url = (...bytes: readonly (number | string)[]): string =>
  `data:image/x;base64,${Buffer.concat(bytes.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.of(part)))).toString('base64')}`;
const zeros = (count: number): string => '\0'.repeat(count);

/** `refused`, `size` or `unknown`; null for another error. */
function outcomeOf(dataUrl: string): string | null {
  try {
    return readImageSize(dataUrl) === null ? 'unknown' : 'size';
  } catch (error) {
    return error instanceof GatewayError ? 'refused' : null;
  }
}

describe('readImageSize', () => {
  test.each([
    ['PNG', url('\x89PNG\r\n\x1a\n', zeros(8), 0, 0, 3, 0x20, 0, 0, 2, 0x58), { width: 800, height: 600 }],
    ['GIF', url('GIF89a', 0x2c, 1, 0x84, 3), { width: 300, height: 900 }],
    [
      'JPEG with a segment before',
      url(0xff, 0xd8, 0xff, 0xe1, 0, 4, 'ab', 0xff, 0xff, 0xc2, 0, 17, 8, 1, 0xe0, 2, 0x80),
      { width: 640, height: 480 },
    ],
    ['WebP, lossy', url('RIFF', zeros(4), 'WEBPVP8 ', zeros(10), 0x20, 0x43, 0x58, 2), { width: 800, height: 600 }],
    ['WebP, lossless', url('RIFF', zeros(4), 'WEBPVP8L', zeros(5), 0xdb, 0xc5, 0xe0, 0), { width: 1500, height: 900 }],
    ['WebP, extended', url('RIFF', zeros(4), 'WEBPVP8X', zeros(8), 0xc3, 9, 0, 7, 7, 0), { width: 2500, height: 1800 }],
    ['anything else', url('BM', zeros(60)), null],
    ['nothing', 'data:image/png;base64,', null],
    ['no base64 at all', 'data:image/png;base64,@@@@', null],
  ])('%s', (_, dataUrl, size) => {
    expect(readImageSize(dataUrl)).toEqual(size);
  });

  test.each([
    ['a cut PNG', url('\x89PNG\r\n\x1a\n', zeros(9))],
    ['a cut JPEG', url(0xff, 0xd8, 0xff, 0xe0, 0, 16, 'JFIF')],
    ['a JPEG segment without a length', url(0xff, 0xd8, 0xff, 0xe0, 0, 0, zeros(40))],
    ['no comma', 'nothing'],
    ['missing padding', 'data:,iVBORw0KGgoA='],
    ['other letters', 'data:,é'],
  ])('%s is refused', (_, dataUrl) => {
    expect(() => readImageSize(dataUrl)).toThrow(GatewayError);
  });

  test('a long JPEG without an end is read once', () => {
    const segments = `\xff\xe0\0\x02`.repeat(200_000);
    expect(() => readImageSize(url(0xff, 0xd8, segments))).toThrow(/ends within its header/);
  });

  test('random bytes are refused or have a size', () => {
    const heads = fc.constantFrom(
      '\x89PNG\r\n\x1a\n',
      'GIF89a',
      '\xff\xd8\xff',
      'RIFF....WEBPVP8X',
      'RIFF....WEBPVP8L',
      '',
    );
    fc.assert(
      fc.property(heads, fc.uint8Array({ maxLength: 80 }), (head, bytes) => {
        expect(outcomeOf(url(head, Buffer.from(bytes).toString('latin1')))).not.toBeNull();
      }),
    );
  });
});

test.each([
  [64, 64, 1],
  [0, 0, 0],
  [768, 768, 4],
  [769, 769, 4],
  [2000, 100, 4],
  [3000, 2000, 6],
  [1200, 3000, 8],
  [4_294_967_295, 1, 0],
])('%i × %i has %i tiles', (width, height, tiles) => {
  expect(highDetailTokens({ width, height })).toBe(85 + 170 * tiles);
});

test('a picture without width is refused', () => {
  expect(() => highDetailTokens({ width: 0, height: 1000 })).toThrow(/0 pixels/);
});
