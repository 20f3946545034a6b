/** How `js-tiktoken` writes down its encodings, so that they are known when they are met. */
import { createHash } from 'node:crypto';
import type { NpmEncodingName } from './npm-encoding.ts';

/** SHA-256 of the ranks that the package ships, in its own format. */
const ENCODING_OF_RANKS: Readonly<Record<string, NpmEncodingName>> = {
  '79bfa2b34bc64d5ab2407f1b21067e2e203e3de840c55328f71af542a54eadb6': 'r50k_base',
  e23ec98d5839a941c3f9b4542d16aa752a5c369ca073d6da3193cfa409290c7c: 'p50k_base',
  '3d687fd92cd8fa61f6e26453365e1678e1c35674dd3fcb3d686235c46d16e118': 'cl100k_base',
  '46095c39ad133184da5315ac91dd491f39901e6d89a05f58f24717fd7cbf0523': 'o200k_base',
};

const GPT2_PATTERN = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const CONTRACTIONS = "('s|'S|'t|'T|'re|'rE|'Re|'RE|'ve|'vE|'Ve|'VE|'m|'M|'ll|'lL|'Ll|'LL|'d|'D)";
const O200K_LETTERS = [
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+${CONTRACTIONS}?`,
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*${CONTRACTIONS}?`,
].join('|');

/** The patterns that our splitting was tried against; other ones are for the original. */
const PATTERNS: Readonly<Partial<Record<NpmEncodingName, string>>> = {
  r50k_base: GPT2_PATTERN,
  p50k_base: GPT2_PATTERN,
  cl100k_base: String.raw`${CONTRACTIONS}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  o200k_base: String.raw`${O200K_LETTERS}|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
};

/** The encodings of a pattern: those of GPT-2's have it in common. */
export function namesOfPattern(pattern: unknown): readonly NpmEncodingName[] {
  return (Object.keys(PATTERNS) as NpmEncodingName[]).filter((name) => PATTERNS[name] === pattern);
}

/** The encoding of a text of ranks; null when it is none of the package's. Takes some milliseconds for a megabyte. */
export function nameOfRanks(ranks: string): NpmEncodingName | null {
  return ENCODING_OF_RANKS[createHash('sha256').update(ranks).digest('hex')] ?? null;
}

const END_OF_TEXT = '<|endoftext|>';
const FILL_IN = ['<|fim_prefix|>', '<|fim_middle|>', '<|fim_suffix|>'] as const;

/** Special tokens of the encodings in `js-tiktoken` and `tiktoken`; null for a name that they do not have. */
export function specialTokensOf(name: unknown): ReadonlyMap<string, number> | null {
  switch (name) {
    case 'gpt2':
    case 'r50k_base':
    case 'p50k_base':
      return new Map([[END_OF_TEXT, 50_256]]);
    case 'p50k_edit':
      return new Map([[END_OF_TEXT, 50_256], ...FILL_IN.map((token, i): [string, number] => [token, 50_281 + i])]);
    case 'cl100k_base':
      return new Map([
        [END_OF_TEXT, 100_257],
        ...FILL_IN.map((token, i): [string, number] => [token, 100_258 + i]),
        ['<|endofprompt|>', 100_276],
      ]);
    case 'o200k_base':
      return new Map([
        [END_OF_TEXT, 199_999],
        ['<|endofprompt|>', 200_018],
      ]);
    default:
      return null;
  }
}
