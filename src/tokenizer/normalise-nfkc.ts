/**
 * NFKC as the tokenizer of Claude 2 does it: by the Unicode of its time. Letters that got their decomposition in a later
 * version than 12.0 stay as they are (golden: encode-claude-bundled).
 *
 * Linear, which the engine's own is not: it sorts a run of combining marks in quadratic time (80,000 marks: 2 s). Runs of
 * more than 256 marks, which no language writes, are therefore normalised 256 marks at a time.
 */
const DECOMPOSED_LATER = /([\u32ff\ua7f2-\ua7f4\uab69\u{10781}-\u{107ba}\u{1e030}-\u{1e06d}]+)/u;
const LONG_MARK_RUN = /\p{M}{257,}/u;
const MARK_PARTS = /\p{M}{1,256}|\P{M}+\p{M}{0,256}/gu;
/** Characters that may compose with, or be sorted among, what stands in front of them: marks, and the later jamo. */
const JOINS_FORMER = /[\p{M}\u1160-\u11ff]/u;

/** The text in NFKC. */
export function normaliseNfkc(text: string): string {
  if (LONG_MARK_RUN.test(text)) {
    return (text.match(MARK_PARTS) ?? []).map(normaliseShortRuns).join('');
  }
  return normaliseShortRuns(text);
}

function normaliseShortRuns(text: string): string {
  if (!DECOMPOSED_LATER.test(text)) return text.normalize('NFKC');
  // Every other part is what the expression matched.
  return text
    .split(DECOMPOSED_LATER)
    .map((part, i) => (i % 2 === 1 ? part : part.normalize('NFKC')))
    .join('');
}

/**
 * The last place from `start` to `at` where a text may be cut so that its halves can be normalised for themselves; `at`
 * itself where there is none (a run of marks that is longer than any that is normalised as one).
 */
export function normalisableCut(text: string, start: number, at: number): number {
  for (let cut = at; cut > start; cut -= 1) {
    const unit = text.charCodeAt(cut);
    if (unit < 0x80) return cut;
    if ((unit & 0xfc00) === 0xdc00) continue;
    if (!JOINS_FORMER.test(String.fromCodePoint(text.codePointAt(cut) ?? 0))) return cut;
  }
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 ? at - 1 : at;
}
