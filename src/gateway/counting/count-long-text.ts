/**
 * LiteLLM's count of one long text, in slices: cut into chunks of 1,024 code points for OpenAI's encodings, and sampled
 * beyond 4,000,000 code points, by the same rules as `tokenizer/chat/litellm-text-counter.ts`, which a differential test
 * holds it against. Iterate it from a scheduler: no step walks or encodes more than about 16,384 code units.
 */
import type { Encoding } from '../../tokenizer/contract.ts';

export interface LongTextRules {
  readonly encoding: Encoding;
  /** Counts a text of at most one slice by LiteLLM's rules. */
  readonly countShort: (text: string) => number;
  /** LiteLLM cuts texts for this encoding; else special tokens in them are read as such. */
  readonly inChunks: boolean;
}

type Slices<T> = Generator<undefined, T, undefined>;

/** A multiple of LiteLLM's chunk, so that both cut at the same places. */
const SLICE_CODE_POINTS = 8 * 1024;
const SLICE_BYTES = 16_384;
const MOST_EXACT_CODE_POINTS = 4_000_000;
const SAMPLES = 16;
const WALKED_AT_ONCE = 250_000;

/** What LiteLLM counts of a text: all of it, or samples that stand for the whole. */
export interface TextSample {
  readonly parts: readonly string[];
  /** Code points of the whole text where it is sampled. */
  readonly sampledFrom: number | null;
}

export function* countLongText(text: string, rules: LongTextRules): Slices<number> {
  const sample = yield* sampleOf(text);
  let tokens = 0;
  for (const part of sample.parts) tokens += yield* countWhole(part, rules);
  return tokensOfWhole(sample, tokens);
}

export function* sampleOf(text: string): Slices<TextSample> {
  if (text.length <= MOST_EXACT_CODE_POINTS) return { parts: [text], sampledFrom: null };
  const codePoints = yield* countCodePoints(text);
  if (codePoints <= MOST_EXACT_CODE_POINTS) return { parts: [text], sampledFrom: null };
  return { parts: yield* samples(text, codePoints), sampledFrom: codePoints };
}

/** @param tokens those of the parts together */
export function tokensOfWhole({ sampledFrom }: TextSample, tokens: number): number {
  return sampledFrom === null ? tokens : roundHalfToEven((tokens * sampledFrom) / MOST_EXACT_CODE_POINTS);
}

function* countWhole(text: string, rules: LongTextRules): Slices<number> {
  if (!rules.inChunks) return yield* countWithSpecial(text, rules.encoding);
  let tokens = 0;
  for (let start = 0; start < text.length;) {
    const end = skip(text, start, SLICE_CODE_POINTS);
    tokens += rules.countShort(text.slice(start, end));
    start = end;
    yield;
  }
  return tokens;
}

/** Each special token is one token, and what stands between two of them is a text of its own. */
function* countWithSpecial(text: string, encoding: Encoding): Slices<number> {
  const places = yield* specialPlaces(text, encoding);
  let tokens = places.length;
  let start = 0;
  let left = SLICE_BYTES;
  for (const place of [...places, { start: text.length, end: text.length }]) {
    const part = text.slice(start, place.start);
    start = place.end;
    left -= part.length;
    if (left >= 0) tokens += encoding.count(part);
    else {
      yield;
      tokens += yield* encoding.countInSlices(part, SLICE_BYTES);
      left = SLICE_BYTES;
    }
  }
  return tokens;
}

interface Place {
  readonly start: number;
  readonly end: number;
}

function* specialPlaces(text: string, { specialTokens }: Encoding): Slices<readonly Place[]> {
  const places: Place[] = [];
  for (const token of specialTokens.keys()) {
    for (let start = text.indexOf(token); start >= 0; start = text.indexOf(token, start + token.length))
      places.push({ start, end: start + token.length });
    yield;
  }
  return places.toSorted((left, right) => left.start - right.start);
}

function* samples(text: string, codePoints: number): Slices<readonly string[]> {
  const size = MOST_EXACT_CODE_POINTS / SAMPLES;
  const lastStart = codePoints - size;
  const parts: string[] = [];
  let position = 0;
  let at = 0;
  for (let index = 0; index < SAMPLES; index++) {
    const start = Math.floor((lastStart * index) / (SAMPLES - 1));
    at = yield* skipInSlices(text, at, start - position);
    position = start;
    parts.push(text.slice(at, yield* skipInSlices(text, at, size)));
  }
  return parts;
}

function* skipInSlices(text: string, start: number, codePoints: number): Slices<number> {
  let at = start;
  for (let left = codePoints; left > 0; left -= WALKED_AT_ONCE) {
    at = skip(text, at, Math.min(left, WALKED_AT_ONCE));
    yield;
  }
  return at;
}

function* countCodePoints(text: string): Slices<number> {
  let codePoints = 0;
  for (let at = 0; at < text.length;) {
    const end = Math.min(at + WALKED_AT_ONCE, text.length);
    while (at < end) {
      at += isPairAt(text, at) ? 2 : 1;
      codePoints++;
    }
    yield;
  }
  return codePoints;
}

/** Index of the code unit `codePoints` behind `start`, at most the text's end. */
function skip(text: string, start: number, codePoints: number): number {
  let at = start;
  for (let left = codePoints; left > 0 && at < text.length; left--) at += isPairAt(text, at) ? 2 : 1;
  return at;
}

function isPairAt(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc_00) === 0xd8_00 && (text.charCodeAt(at + 1) & 0xfc_00) === 0xdc_00;
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
