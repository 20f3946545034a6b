import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  containsMarker,
  emptyTextMarker,
  searchablePieces,
  textValueMarker,
  valueMarker,
  wordMarker,
} from './byte-markers.ts';

const split = (text: string, size: number): Buffer[] => {
  const bytes = Buffer.from(text);
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
};

describe('containsMarker', () => {
  it('finds a word between quotes and not inside a text', () => {
    expect(containsMarker([Buffer.from('[{"role":"developer"}]')], wordMarker('developer'))).toBe(true);
    const quoted = JSON.stringify([{ role: 'user', content: 'the "developer" role' }]);
    expect(containsMarker([Buffer.from(quoted)], wordMarker('developer'))).toBe(false);
  });

  it('tells a text value from an object', () => {
    const marker = textValueMarker('image_url');
    expect(containsMarker([Buffer.from('{"type":"image_url","image_url" :\n {"url":"x"}}')], marker)).toBe(false);
    expect(containsMarker([Buffer.from('{"type":"image_url","image_url" :\n "x"}')], marker)).toBe(true);
    expect(containsMarker([Buffer.from('{"content":""}')], emptyTextMarker('content'))).toBe(true);
    expect(containsMarker([Buffer.from('{"content":"x"}')], emptyTextMarker('content'))).toBe(false);
  });

  it('finds the same however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '"content":[', '"content": "x"', '"cache_control":{', 'é', ' '), {
          maxLength: 40,
        }),
        fc.integer({ min: 1, max: 90 }),
        (pieces, size) => {
          const text = pieces.join('');
          for (const marker of [valueMarker('content', '['), wordMarker('cache_control')])
            expect(containsMarker(searchablePieces(split(text, size)), marker)).toBe(
              containsMarker([Buffer.from(text)], marker),
            );
        },
      ),
    );
  });

  it('leaves the middle of a picture aside', () => {
    const text = `[{"type":"image_url","image_url":{"url":"data:image/png;base64,${'A'.repeat(10_000)}"}}]`;
    expect(searchablePieces(split(text, 1000)).reduce((sum, { length }) => sum + length, 0)).toBeLessThan(2500);
  });
});
