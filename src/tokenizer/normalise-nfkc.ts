/**
 * NFKC as the tokenizer of Claude 2 does it: by the Unicode of its time. Letters that got their decomposition in a later
 * version than 12.0 stay as they are (golden: encode-claude-bundled).
 */
const DECOMPOSED_LATER = /([\u32ff\ua7f2-\ua7f4\uab69\u{10781}-\u{107ba}\u{1e030}-\u{1e06d}]+)/u;

/** The text in NFKC. */
export function normaliseNfkc(text: string): string {
  if (!DECOMPOSED_LATER.test(text)) return text.normalize('NFKC');
  // Every other part is what the expression matched.
  return text
    .split(DECOMPOSED_LATER)
    .map((part, i) => (i % 2 === 1 ? part : part.normalize('NFKC')))
    .join('');
}

/**
 * Where a text may be cut near `at` so that its halves can be normalised for themselves: before an ASCII character, which
 * composes with nothing in front of it. Looks backwards first, then on; the end of the text where there is none.
 */
export function normalisableCut(text: string, start: number, at: number): number {
  for (let cut = at; cut > start; cut -= 1) if (text.charCodeAt(cut) < 0x80) return cut;
  for (let cut = at + 1; cut < text.length; cut += 1) if (text.charCodeAt(cut) < 0x80) return cut;
  return text.length;
}
