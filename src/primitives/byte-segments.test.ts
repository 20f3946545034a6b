import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { byteLength, ByteSegments, type SpliceEdit } from './byte-segments.ts';

function segments(...texts: string[]): ByteSegments {
  const made = new ByteSegments();
  for (const text of texts) made.append(Buffer.from(text));
  return made;
}

const joined = (buffers: readonly Buffer[]): string => Buffer.concat(buffers).toString();
const edit = (start: number, end: number, text: string): SpliceEdit => ({ start, end, bytes: Buffer.from(text) });

/** Bytes cut at random places, one chunk per part. */
const parts = fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 12 });

afterEach(() => {
  vi.restoreAllMocks();
});

describe('ByteSegments', () => {
  it('returns views, not copies, and whole chunks as they are', () => {
    const first = Buffer.from('hello ');
    const second = Buffer.from('world');
    const bytes = new ByteSegments();
    bytes.append(first);
    bytes.append(Buffer.alloc(0));
    bytes.append(second);
    expect(bytes.chunks).toEqual([first, second]);
    const [head, tail] = bytes.slice(3, 11);
    expect(head?.buffer).toBe(first.buffer);
    expect(head?.toString()).toBe('lo ');
    expect(tail).toBe(second);
  });

  it('gives one chunk back without a copy and joins several', () => {
    const only = Buffer.from('x');
    const bytes = new ByteSegments();
    bytes.append(only);
    expect(bytes.toBuffer()).toBe(only);
    expect(segments('a', 'b', 'c').toBuffer().toString()).toBe('abc');
    expect(new ByteSegments().toBuffer()).toHaveLength(0);
  });

  it('decodes characters that span chunks', () => {
    const bytes = new ByteSegments();
    for (const byte of Buffer.from('aü🌍z')) bytes.append(Buffer.from([byte]));
    expect(bytes.text()).toBe('aü🌍z');
    expect(bytes.text(1, 7)).toBe('ü🌍');
    expect(bytes.text(3, 3)).toBe('');
  });

  it('replaces, inserts and removes', () => {
    const bytes = segments('{"model":', '"gpt"', ',"a":1}');
    expect(joined(bytes.splice([edit(9, 14, '"other"')]))).toBe('{"model":"other","a":1}');
    expect(joined(bytes.splice([edit(20, 20, ',"b":2')]))).toBe('{"model":"gpt","a":1,"b":2}');
    expect(joined(bytes.splice([edit(1, 15, '')]))).toBe('{"a":1}');
    expect(joined(bytes.splice([edit(0, 0, '['), edit(0, 0, '['), edit(21, 21, ']]')]))).toBe(
      '[[{"model":"gpt","a":1}]]',
    );
  });

  it('refuses edits that overlap, are out of order or out of range', () => {
    const bytes = segments('0123456789');
    for (const edits of [[edit(2, 5, ''), edit(4, 6, '')], [edit(5, 4, '')], [edit(8, 11, '')], [edit(-1, 1, '')]])
      expect(() => bytes.splice(edits)).toThrow(RangeError);
  });

  it('agrees with one joined buffer for slices, texts and edits', () => {
    fc.assert(
      fc.property(parts, fc.array(fc.nat(150), { minLength: 6, maxLength: 6 }), fc.nat(100), (chunks, at, limit) => {
        const bytes = new ByteSegments();
        for (const chunk of chunks) bytes.append(Buffer.from(chunk));
        const whole = Buffer.concat(chunks);
        const cuts = at.map((position) => Math.min(position, whole.length)).sort((a, b) => a - b);
        const [a = 0, b = 0, c = 0, d = 0] = cuts;
        expect(bytes.length).toBe(whole.length);
        expect(Buffer.concat(bytes.slice(a, d))).toEqual(whole.subarray(a, d));
        expect(bytes.text(a, d)).toBe(whole.subarray(a, d).toString());
        const result = bytes.splice([edit(a, b, 'first'), edit(c, d, '2')], limit);
        const expected = [
          whole.subarray(0, a),
          Buffer.from('first'),
          whole.subarray(b, c),
          Buffer.from('2'),
          whole.subarray(d),
        ];
        expect(Buffer.concat(result)).toEqual(Buffer.concat(expected));
        expect(result.length <= 1 || byteLength(result) > limit).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('cost of ByteSegments', () => {
  it('copies nothing of a large body when it is sliced or spliced', () => {
    const bytes = new ByteSegments();
    for (let i = 0; i < 32; i++) bytes.append(Buffer.alloc(65_536, i));
    const concat = vi.spyOn(Buffer, 'concat');
    const copy = vi.spyOn(Buffer.prototype, 'copy');
    const result = bytes.splice([edit(100, 200, 'model')]);
    bytes.slice(10, 1_000_000);
    expect(result).toHaveLength(34);
    expect(result.slice(3)).toEqual(bytes.chunks.slice(1));
    expect([concat.mock.calls.length, copy.mock.calls.length]).toEqual([0, 0]);
  });

  it('coalesces a small result into one buffer, unless it is told not to', () => {
    const bytes = segments('{"model":"a"', '}');
    expect(bytes.splice([edit(9, 12, '"b"')])).toHaveLength(1);
    expect(bytes.splice([edit(9, 12, '"b"')], 0)).toHaveLength(3);
    expect(bytes.splice([])).toHaveLength(1);
  });
});
