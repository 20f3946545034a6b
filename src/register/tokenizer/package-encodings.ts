/** How `js-tiktoken` and `tiktoken` write down their encodings, so that they are known when they are met. */
import { createHash } from 'node:crypto';
import { type Building, NpmEncoding, type NpmEncodingName, type SplittingRules } from './npm-encoding.ts';
import { SpecialSplit } from './special-split.ts';

/** SHA-256 of the ranks that the packages ship, in their own format. */
const ENCODING_OF_RANKS: Readonly<Record<string, NpmEncodingName>> = {
  '79bfa2b34bc64d5ab2407f1b21067e2e203e3de840c55328f71af542a54eadb6': 'r50k_base',
  e23ec98d5839a941c3f9b4542d16aa752a5c369ca073d6da3193cfa409290c7c: 'p50k_base',
  '3d687fd92cd8fa61f6e26453365e1678e1c35674dd3fcb3d686235c46d16e118': 'cl100k_base',
  '46095c39ad133184da5315ac91dd491f39901e6d89a05f58f24717fd7cbf0523': 'o200k_base',
};

const GPT2_PATTERN = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const JAVASCRIPT_CONTRACTIONS = "('s|'S|'t|'T|'re|'rE|'Re|'RE|'ve|'vE|'Ve|'VE|'m|'M|'ll|'lL|'Ll|'LL|'d|'D)";
const RUST_CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";

/** The patterns that our splitting was tried against; other ones are for the original. */
const PATTERNS = {
  javascript: patternsWith(JAVASCRIPT_CONTRACTIONS),
  rust: patternsWith(RUST_CONTRACTIONS),
};

function patternsWith(contractions: string): ReadonlyMap<NpmEncodingName, string> {
  const letters = [
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+${contractions}?`,
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*${contractions}?`,
  ].join('|');
  return new Map([
    ['r50k_base', GPT2_PATTERN],
    ['p50k_base', GPT2_PATTERN],
    [
      'cl100k_base',
      String.raw`${contractions}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    ],
    ['o200k_base', String.raw`${letters}|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`],
  ]);
}

/** The encodings of a package, made when they are met. */
export class PackageEncodings {
  readonly #rules: SplittingRules;
  readonly #building: Building;
  readonly #encodings = new Map<NpmEncodingName, NpmEncoding>();

  constructor(rules: SplittingRules, building: Building) {
    this.#rules = rules;
    this.#building = building;
  }

  /** The encodings of a pattern: those of GPT-2's have it in common. */
  namesOfPattern(pattern: unknown): readonly NpmEncodingName[] {
    return [...PATTERNS[this.#rules.engine]].filter(([, own]) => own === pattern).map(([name]) => name);
  }

  encoding(name: NpmEncodingName): NpmEncoding {
    let encoding = this.#encodings.get(name);
    if (encoding === undefined)
      this.#encodings.set(name, (encoding = new NpmEncoding(name, this.#rules, this.#building)));
    return encoding;
  }

  /** An encoding by name with more special tokens; null when it has none of that name, or they are no plain ones. */
  named(name: unknown, extended: unknown): SpecialSplit | null {
    const own = specialTokensOf(name);
    if (own === null || !isExtension(extended)) return null;
    return this.#split(name as NpmEncodingName, [...own, ...Object.entries(extended ?? {})]);
  }

  /** An encoding by its ranks in the packages' format; null when it is none of theirs. */
  ofRanks({ ranks, pattern, special, extended }: WrittenEncoding): SpecialSplit | null {
    if (typeof ranks !== 'string' || !isExtension(special) || special == null || !isExtension(extended)) return null;
    const name = nameOfRanks(ranks);
    if (name === null || !this.namesOfPattern(pattern).includes(name)) return null;
    return this.#split(name, [...Object.entries(special), ...Object.entries(extended ?? {})]);
  }

  /** An encoding by all of its tokens. */
  ofTokens(pattern: unknown, tokens: ReadonlyMap<number, Uint8Array>, special: object): SpecialSplit | null {
    const name = this.namesOfPattern(pattern).find((each) =>
      this.encoding(each).hasTokens((id) => tokens.get(id), tokens.size),
    );
    return name === undefined ? null : this.#split(name, Object.entries(special));
  }

  #split(name: NpmEncodingName, tokens: Iterable<readonly [string, unknown]>): SpecialSplit | null {
    return SpecialSplit.of(this.encoding(name), new Map(tokens) as ReadonlyMap<string, number>);
  }
}

/** What a program gave to a constructor. */
export interface WrittenEncoding {
  readonly ranks: unknown;
  readonly pattern: unknown;
  readonly special: unknown;
  readonly extended?: unknown;
}

function isExtension(value: unknown): value is object | null | undefined {
  return value == null || (typeof value === 'object' && !Array.isArray(value));
}

/** The encoding of a text of ranks; null when it is none of the package's. Takes some milliseconds for a megabyte. */
function nameOfRanks(ranks: string): NpmEncodingName | null {
  return ENCODING_OF_RANKS[createHash('sha256').update(ranks).digest('hex')] ?? null;
}

const END_OF_TEXT = '<|endoftext|>';
const FILL_IN = ['<|fim_prefix|>', '<|fim_middle|>', '<|fim_suffix|>'] as const;

/** Special tokens of the encodings; null for a name that they do not have. */
function specialTokensOf(name: unknown): ReadonlyMap<string, number> | null {
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
