import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createContentDecoder, type ContentDecoder } from './content-decoder.ts';

const TEXT = JSON.stringify({ text: 'Grüße 👩‍👩‍👧 '.repeat(500) });
const CODINGS: readonly (readonly [string, Buffer])[] = [
  ['gzip', gzipSync(TEXT)],
  ['x-gzip', gzipSync(TEXT)],
  [' GZIP ', gzipSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['br', brotliCompressSync(TEXT)],
  ['zstd', zstdCompressSync(TEXT)],
];

/** Resolves with the text and how it ended. */
async function decode(coding: string, feed: (decoder: ContentDecoder) => void): Promise<readonly [string, string]> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const end = (how: string): void => resolve([Buffer.concat(chunks).toString(), how]);
    const decoder = createContentDecoder(coding, {
      onData: (chunk) => chunks.push(chunk),
      onEnd: () => end('end'),
      onDecodeError: () => end('error'),
    });
    if (decoder === null) throw new Error(`no decoder for ${coding}`);
    feed(decoder);
  });
}

function feedBytes(bytes: Buffer, size: number): (decoder: ContentDecoder) => void {
  return (decoder) => {
    for (let at = 0; at < bytes.length; at += size) decoder.push(bytes.subarray(at, at + size));
    decoder.finish();
  };
}

describe('createContentDecoder', () => {
  test.each(CODINGS)('undoes %s, in one piece and byte by byte', async (coding, bytes) => {
    for (const size of [bytes.length, 1]) expect(await decode(coding, feedBytes(bytes, size))).toEqual([TEXT, 'end']);
  });

  test.each(CODINGS)('a %s body that is cut never ends as a whole one', async (coding, bytes) => {
    const [, how] = await decode(coding, feedBytes(bytes.subarray(0, -6), 64));
    expect(how).toBe('error');
  });

  test.each(CODINGS)('a body that is not %s is an error', async (coding) => {
    expect(await decode(coding, feedBytes(Buffer.from('{"plain":true}'), 4))).toEqual(['', 'error']);
  });

  test.each(['', 'identity', 'compress', 'gzip, br'])('leaves %j alone', (coding) => {
    const fail = (): never => {
      throw new Error('called');
    };
    expect(createContentDecoder(coding, { onData: fail, onEnd: fail, onDecodeError: fail })).toBeNull();
  });

  test('says nothing after it was destroyed', async () => {
    const heard: string[] = [];
    const decoder = createContentDecoder('gzip', {
      onData: () => heard.push('data'),
      onEnd: () => heard.push('end'),
      onDecodeError: () => heard.push('error'),
    });
    decoder?.push(gzipSync(TEXT));
    decoder?.destroy();
    // Another decoder's whole life passes meanwhile.
    expect(await decode('gzip', feedBytes(gzipSync(TEXT), 9))).toEqual([TEXT, 'end']);
    expect(heard).toEqual([]);
  });
});
