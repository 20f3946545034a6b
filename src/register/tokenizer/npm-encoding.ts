/**
 * The encodings of the npm packages over our tables, split exactly as those packages split.
 *
 * Where a package's own splitting depends on what it runs on, a text that could come out otherwise is not accepted: the
 * original encodes it. `javascript`: regular expressions of the running Node, whose white space has U+FEFF and not
 * U+0085, whose Unicode may be newer than our tables, and whose contractions know no long s. `rust`: tiktoken compiled,
 * which agrees with our tables on every character.
 */
import type { BytePairEncoding } from '../../tokenizer/byte-pair-encoding.ts';
import type { EncodingName } from '../../tokenizer/contract.ts';
import { getEncoding, ranksOf } from '../../tokenizer/get-encoding.ts';
import { tableOf } from '../../tokenizer/shared-tables.ts';

type Ours = Exclude<EncodingName, 'claude' | 'o200k_harmony'>;

export type NpmEncodingName = 'gpt2' | 'r50k_base' | 'p50k_base' | 'p50k_edit' | 'cl100k_base' | 'o200k_base';

/** Runs what builds tables, so that the time is not taken for a call's. */
export type Building = <Built>(run: () => Built) => Built;

export interface SplittingRules {
  readonly engine: 'javascript' | 'rust';
  /**
   * How cl100k_base ends: the present pattern takes white space at the end of a text whole, the one before cuts it
   * behind its last line end. The other encodings have one pattern only.
   */
  readonly cl100kEnd: 'whole' | 'cut';
}

/** Texts shorter than this are cheaper to search than to measure. */
const SHORT = 64;

/** White space to one engine and not to the other; the long s, which the JavaScript patterns do not take for an s. */
const ODD_EVERYWHERE = '85 17f feff';
/** Assigned in Unicode 17, or classed otherwise there: code points and ranges in hexadecimal. */
const ODD_SINCE_17 = `295 88f c5c cdc 1acf-1add 1ae0-1aeb a7ce-a7cf a7d2 a7d4 a7f1 10940-10959 10ec5-10ec7 10efa-10efb
  11b60-11b67 11db0-11ddb 11de0-11de9 16ea0-16eb8 16ebb-16ed3 16ff2-16ff6 187f8-187ff 18d09-18d1e 18d80-18df2
  1e6c0-1e6de 1e6e0-1e6f5 1e6fe-1e6ff 2b73a-2b73f 2cea2-2cead 323b0-33479`;

/** Matches a text that a JavaScript with this version of Unicode may split otherwise than our tables do. */
export function oddCharacters(unicode: string | undefined): RegExp {
  if (unicode === '16.0') return anyOf(ODD_EVERYWHERE);
  return anyOf(unicode === '17.0' ? `${ODD_EVERYWHERE} ${ODD_SINCE_17}` : '80-10ffff');
}

function anyOf(ranges: string): RegExp {
  return new RegExp(`[${ranges.split(/\s+/).map(escapeRange).join('')}]`, 'u');
}

function escapeRange(range: string): string {
  return range
    .split('-')
    .map((codePoint) => String.raw`\u{${codePoint}}`)
    .join('-');
}

const ODD = oddCharacters(process.versions['unicode']);

export class NpmEncoding {
  readonly name: NpmEncodingName;
  readonly #ours: Ours;
  readonly #odd: RegExp | null;
  readonly #isCut: boolean;
  readonly #building: Building;
  #built: BytePairEncoding | null = null;

  constructor(name: NpmEncodingName, { engine, cl100kEnd }: SplittingRules, building: Building) {
    this.#building = building;
    this.name = name;
    this.#ours = name === 'gpt2' ? 'r50k_base' : name;
    this.#odd = engine === 'javascript' ? ODD : null;
    this.#isCut = name === 'cl100k_base' && cl100kEnd === 'cut';
  }

  /** Our encoding; its tables are built with the first call. */
  get #encoding(): BytePairEncoding {
    return (this.#built ??= this.#building(() => getEncoding(this.#ours)));
  }

  /** Whether a text is certain to come out as in the package. */
  accepts(text: string): boolean {
    if (this.#odd === null) return true;
    if (text.length >= SHORT && Buffer.byteLength(text) === text.length) return true;
    return !this.#odd.test(text);
  }

  /** Ids of a text without special tokens. */
  encode(text: string): number[] {
    const encoding = this.#encoding;
    const cut = this.#isCut ? cutInTrailingSpace(text) : -1;
    if (cut < 0) return encoding.encodeOrdinary(text);
    return encoding.encodeOrdinary(text.slice(0, cut)).concat(encoding.encodeOrdinary(text.slice(cut)));
  }

  /** One list of ids for each piece that the pattern cuts the text into. */
  encodePieces(text: string): number[][] {
    const encoding = this.#encoding;
    const cut = this.#isCut ? cutInTrailingSpace(text) : -1;
    if (cut < 0) return encoding.encodePieces(text);
    return encoding.encodePieces(text.slice(0, cut)).concat(encoding.encodePieces(text.slice(cut)));
  }

  /** The number of tokens when there are at most `limit`, else false. */
  isWithinLimit(text: string, limit: number): number | false {
    const encoding = this.#encoding;
    const cut = this.#isCut ? cutInTrailingSpace(text) : -1;
    if (cut < 0) return encoding.isWithinLimit(text, limit);
    const first = encoding.isWithinLimit(text.slice(0, cut), limit);
    const rest = first === false ? false : encoding.isWithinLimit(text.slice(cut), limit - first);
    return first === false || rest === false ? false : first + rest;
  }

  count(text: string): number {
    const encoding = this.#encoding;
    const cut = this.#isCut ? cutInTrailingSpace(text) : -1;
    if (cut < 0) return encoding.count(text);
    return encoding.count(text.slice(0, cut)) + encoding.count(text.slice(cut));
  }

  /** Whether ids stand for tokens, none of them a special one. */
  hasOnlyOrdinary(ids: readonly unknown[]): boolean {
    return ids.every((id) => isOrdinary(this.#ours, id));
  }

  /** The bytes of ids that are all ordinary. */
  decode(ids: readonly number[]): Uint8Array {
    return this.#encoding.decodeBytes(ids);
  }

  /** Whether a package's tokens are those of the encoding, byte for byte; at most a tenth of a second. */
  hasTokens(bytesOf: (id: number) => Uint8Array | undefined, tokens: number): boolean {
    const { bytes, offsets } = this.#building(() => tableOf(ranksOf(this.#ours)));
    let seen = 0;
    for (let id = 0; id < ORDINARY_TOKENS[this.#ours]; id += 1) {
      if (!isOrdinary(this.#ours, id)) continue;
      seen += 1;
      const start = offsets[id] as number;
      const theirs = bytesOf(id);
      if (theirs?.length !== (offsets[id + 1] as number) - start) return false;
      for (let i = 0; i < theirs.length; i += 1) if (theirs[i] !== bytes[start + i]) return false;
    }
    return seen === tokens;
  }
}

/** Ids below this are ordinary tokens, but for one of p50k. */
const ORDINARY_TOKENS: Readonly<Record<Ours, number>> = {
  r50k_base: 50_256,
  p50k_base: 50_281,
  p50k_edit: 50_281,
  cl100k_base: 100_256,
  o200k_base: 199_998,
};
/** `<|endoftext|>` stands among the ordinary tokens of p50k. */
const END_OF_TEXT_OF_P50K = 50_256;

function isOrdinary(name: Ours, id: unknown): boolean {
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= ORDINARY_TOKENS[name]) return false;
  return id !== END_OF_TEXT_OF_P50K || (name !== 'p50k_base' && name !== 'p50k_edit');
}

/**
 * Where `\s*[\r\n]+` cuts the white space that ends a text: behind its last line end; -1 where nothing is behind that.
 * A part that ends with a line end is one piece under both patterns of cl100k_base, and so is one without any.
 */
function cutInTrailingSpace(text: string): number {
  for (let at = text.length; at > 0; at -= 1) {
    const unit = text.charCodeAt(at - 1);
    if (unit === 0x0a || unit === 0x0d) return at === text.length ? -1 : at;
    if (!isWhiteSpace(unit)) return -1;
  }
  return -1;
}

/** Unicode's White_Space, as our tables have it. */
function isWhiteSpace(unit: number): boolean {
  if (unit <= 0x20) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  if (unit < 0x1680) return unit === 0x85 || unit === 0xa0;
  if (unit >= 0x2000 && unit <= 0x200a) return true;
  return unit === 0x1680 || unit === 0x2028 || unit === 0x2029 || unit === 0x202f || unit === 0x205f || unit === 0x3000;
}
