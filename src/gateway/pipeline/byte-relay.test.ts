import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteRelay } from './byte-relay.ts';

describe('ByteRelay', () => {
  test('ranges that follow each other in one buffer come out as a view of it', () => {
    const relay = new ByteRelay();
    const buffer = Buffer.from('abcdef');
    relay.add(buffer, 0, 2);
    relay.add(buffer, 2, 2);
    relay.add(buffer, 2, 5);
    const bytes = relay.take();
    expect(bytes?.toString()).toBe('abcde');
    expect([bytes?.buffer, bytes?.byteOffset]).toEqual([buffer.buffer, buffer.byteOffset]);
    expect(relay.take()).toBeNull();
  });

  test('gives the bytes in the order of adding, whatever the ranges', () => {
    const buffers = [Buffer.from('0123456789'), Buffer.from('äöü'), Buffer.from('xyz')];
    const range = fc.tuple(fc.nat(2), fc.nat(10), fc.nat(10));
    fc.assert(
      fc.property(fc.array(fc.array(range)), (takes) => {
        const relay = new ByteRelay();
        for (const ranges of takes) {
          const expected = ranges.map(([index, start, end]) => {
            const buffer = buffers[index] as Buffer;
            relay.add(buffer, start, Math.min(end, buffer.length));
            return buffer.subarray(start, Math.max(start, Math.min(end, buffer.length)));
          });
          expect(relay.take() ?? Buffer.alloc(0)).toEqual(Buffer.concat(expected));
        }
      }),
    );
  });
});
