import { describe, expect, test } from 'vitest';
import { PrefixMatcher } from './prefix-matcher.ts';

const TEXT = 'naïve 漢字 👩‍👩‍👧 🇫🇷 e\u0301';

function take(beginning: string, pieces: readonly string[]): string | null {
  const matcher = new PrefixMatcher(beginning);
  let rest = '';
  for (const piece of pieces) {
    const taken = matcher.take(piece);
    if (taken === null) return null;
    rest += taken;
  }
  return matcher.complete ? rest : '(unfinished)';
}

describe('a text against the beginning that it must have', () => {
  test('every cut of the beginning, whole and unit by unit, leaves exactly the rest', () => {
    for (let cut = 0; cut <= TEXT.length; cut++) {
      for (const pieces of [[TEXT], TEXT.split(''), [TEXT.slice(0, cut), TEXT.slice(cut)]])
        expect(take(TEXT.slice(0, cut), pieces)).toBe(TEXT.slice(cut));
    }
  });

  test('one other unit anywhere is another text', () => {
    for (let at = 0; at < TEXT.length; at++) {
      const other = `${TEXT.slice(0, at)}#${TEXT.slice(at + 1)}`;
      expect([take(TEXT, [other]), take(TEXT, other.split(''))]).toEqual([null, null]);
    }
  });

  test('less than the beginning is not complete', () => {
    expect(take('Hello', ['Hel'])).toBe('(unfinished)');
    expect(take('', [])).toBe('');
  });
});
