/** Which encoding an object of gpt-tokenizer's inner class is: by its pattern, and all of its tokens. */
import { type Building, NpmEncoding, type NpmEncodingName } from './npm-encoding.ts';

/** What is read of an object of `BytePairEncodingCore`. */
export interface Core {
  readonly tokenSplitRegex: unknown;
  /** Tokens by id: texts, or bytes where those are no text. */
  readonly bytePairRankDecoder: unknown;
  readonly specialTokensEncoder: unknown;
}

const LETTERS = String.raw`\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+`;
const CONTRACTION = "'(?:[sS]|[dD]|[mM]|[tT]|[lL][lL]|[vV][eE]|[rR][eE])";
const UPPER = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const LOWER = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const ANY = String.raw`[^\r\n\p{L}\p{N}]?`;

interface Pattern {
  readonly regex: string;
  readonly names: readonly NpmEncodingName[];
  readonly cl100kEnd: 'whole' | 'cut';
}

/** As the package writes them, with their flags. Version 2 has one for cl100k_base and o200k_base, wrong for the latter. */
const PATTERNS: readonly Pattern[] = [
  {
    regex: String.raw`/'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu`,
    names: ['r50k_base', 'p50k_base'],
    cl100kEnd: 'cut',
  },
  {
    regex: String.raw`/(?:'s|'t|'re|'ve|'m|'ll|'d)|${ANY}${LETTERS}[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+/giu`,
    names: ['cl100k_base'],
    cl100kEnd: 'cut',
  },
  {
    regex: String.raw`/${CONTRACTION}|${ANY}${LETTERS}[\r\n]*|\s+$|\s*[\r\n]|\s+(?!\S)|\s/gu`,
    names: ['cl100k_base'],
    cl100kEnd: 'whole',
  },
  {
    regex: String.raw`/${ANY}${UPPER}*${LOWER}+(?:${CONTRACTION})?|${ANY}${UPPER}+${LOWER}*(?:${CONTRACTION})?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+/gu`,
    names: ['o200k_base'],
    cl100kEnd: 'whole',
  },
];

export class KnownCores {
  readonly #sayKept: (why: string) => void;
  readonly #building: Building;
  readonly #known = new WeakMap<object, NpmEncoding | null>();
  /** Many objects share a list of tokens. */
  readonly #byTokens = new WeakMap<Tokens, Map<Pattern, NpmEncoding | null>>();

  constructor(sayKept: (why: string) => void, building: Building) {
    this.#building = building;
    this.#sayKept = sayKept;
  }

  /** Null: none that we know, so that the original answers. */
  of(core: Core): NpmEncoding | null {
    const known = this.#known.get(core);
    if (known !== undefined) return known;
    const found = this.#identifyOrKeep(core);
    this.#known.set(core, found);
    return found;
  }

  /** Of an object whose call was accepted. */
  accepted(core: Core): NpmEncoding {
    const encoding = this.of(core);
    if (encoding === null) throw new Error('an unknown object of gpt-tokenizer was accepted');
    return encoding;
  }

  /** Our tables may not be there, for want of memory say: nothing of that is the program's. */
  #identifyOrKeep(core: Core): NpmEncoding | null {
    try {
      return this.#identify(core);
    } catch (error) {
      this.#sayKept(`its tokens could not be looked at (${error instanceof Error ? error.name : typeof error})`);
      return null;
    }
  }

  #identify({ tokenSplitRegex, bytePairRankDecoder: tokens, specialTokensEncoder: special }: Core): NpmEncoding | null {
    if (!Array.isArray(tokens) || !(special instanceof Map)) return null;
    const hasPlainTokens = [...(special.keys() as Iterable<unknown>)].every((token) => String(token).startsWith('<|'));
    const pattern = PATTERNS.find(({ regex }) => regex === String(tokenSplitRegex));
    const found = pattern === undefined || !hasPlainTokens ? null : this.#encodingOf(tokens as Tokens, pattern);
    if (found === null) this.#sayKept('an encoding of it has a pattern or tokens that are not known');
    return found;
  }

  #encodingOf(tokens: Tokens, pattern: Pattern): NpmEncoding | null {
    let byPattern = this.#byTokens.get(tokens);
    if (byPattern === undefined) this.#byTokens.set(tokens, (byPattern = new Map()));
    let found = byPattern.get(pattern);
    if (found === undefined) byPattern.set(pattern, (found = encodingOf(tokens, pattern, this.#building)));
    return found;
  }
}

type Tokens = readonly (string | readonly number[] | undefined)[];

function encodingOf(tokens: Tokens, { names, cl100kEnd }: Pattern, building: Building): NpmEncoding | null {
  // Holes count for nothing.
  const size = Object.keys(tokens).length;
  const bytesOf = (id: number): Uint8Array | undefined => {
    const token = tokens[id];
    if (token === undefined) return undefined;
    return typeof token === 'string' ? Buffer.from(token) : Uint8Array.from(token);
  };
  const encodings = names.map((name) => new NpmEncoding(name, { engine: 'javascript', cl100kEnd }, building));
  return encodings.find((encoding) => encoding.hasTokens(bytesOf, size)) ?? null;
}
