/** Texts that mix scripts, white space, digits, contractions, emoji and special tokens, seeded. */
import { seededRandom } from './seeded-random.ts';

const POOLS: readonly (readonly string[])[] = [
  ['the', ' of', ' and', 'Hello', ' World', 'HTTPServer', 'iPhone', ' x', 'A', 'B', 'zß', ' naïve', 'ÉCOLE', 'ﬁ', 'ǅ'],
  [' ', '  ', '\t', '\n', '\r\n', '\n\n', ' \n ', '\u00a0', '\u0085', '\ufeff', '\u2003', '\u3000', '\v', '   '],
  ["'s", "'S", "'ſ", "'ll", "'LL", "'Ve", "'re", "'", "''", "'d", "'x", '’s'],
  ['1', '12', '123', '1234', '٣٤', '½', 'Ⅷ', '0x1F', '3.14', '𝟘𝟙'],
  ['!', '...', '?!', '//', '/', '/\n', '-', '_', '{"a":', '[]', '();', '<|', '|>', '**', '€', '™', '\u200d', '\u0000'],
  ['你好', '世界', '的', '日本語', 'カタカナ', 'ー', '한국어', '。', '，', '中A', 'A中', '日ABC', '日ABCd'],
  [
    'привет',
    ' мир',
    'МИР',
    'о',
    'ελληνικά',
    'עברית',
    ' العربية',
    'हिन्दी',
    'ไทย',
    'தமிழ்',
    'é',
    'Ạ́',
    '\u0301',
    '\u0301A',
  ],
  ['😀', '👩‍👩‍👧', '🇩🇪', '𝔘𝔫𝔦', '𓀀', '\ud83d', '\udc00', '🎉🎉'],
  ['<|endoftext|>', '<|endofprompt|>', '<|fim_prefix|>', '<|start|>'],
  [
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk',
    '========================================',
    '的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的的',
  ],
];

/** Whole numbers from 0, below `bound`; the same for the same seed. */
export function seededNumbers(seed: number): (bound: number) => number {
  const random = seededRandom(seed);
  return (bound) => Math.floor(random() * bound);
}

/** One text of up to 24 fragments; every eighth fragment is any character of the first planes. */
export function mixedText(random: (bound: number) => number): string {
  let text = '';
  for (let left = random(24); left >= 0; left -= 1) {
    if (random(8) === 0) {
      text += String.fromCodePoint(random(4) === 0 ? 0x1_0000 + random(0x1_0000) : random(0xd800));
      continue;
    }
    const pool = POOLS[random(POOLS.length)] ?? [];
    text += pool[random(pool.length)] ?? '';
  }
  return text;
}
