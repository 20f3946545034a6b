import { describe, expect, it } from 'vitest';
import { mixedText, seededNumbers } from '../../test/support/mixed-texts.ts';
import { getEncoding } from './get-encoding.ts';
import { normalisableCut, normaliseNfkc } from './normalise-nfkc.ts';

describe('normaliseNfkc', () => {
  it('is the NFKC of the engine for usual texts', () => {
    for (const text of ['ﬁne ①', 'e\u0301\u0316', '각', 'ｱﾞ', '½ Ⅷ ™']) {
      expect(normaliseNfkc(text)).toBe(text.normalize('NFKC'));
    }
  });

  it('leaves what was given a decomposition later', () => {
    expect(normaliseNfkc('ﬁ\u{10781}ﬁ')).toBe('fi\u{10781}fi');
  });

  it('takes long runs of marks in parts, and loses none', () => {
    const text = `a${'\u0301\u0316'.repeat(50_000)}b`;
    const normal = normaliseNfkc(text);
    // The first mark composes with the letter.
    expect(normal.length).toBe(text.length - 1);
    expect(normal.endsWith('b')).toBe(true);
    expect(getEncoding('claude').count(text)).toBeGreaterThan(50_000);
  });
});

describe('normalisableCut', () => {
  it('cuts where both halves can be normalised for themselves', () => {
    const random = seededNumbers(7);
    for (let i = 0; i < 500; i += 1) {
      const text = mixedText(random) + mixedText(random);
      if (text.length < 2) continue;
      const cut = normalisableCut(text, 0, 1 + random(text.length - 1));
      const halves = text.slice(0, cut).normalize('NFKC') + text.slice(cut).normalize('NFKC');
      expect([text, cut, halves]).toEqual([text, cut, text.normalize('NFKC')]);
    }
  });
});
