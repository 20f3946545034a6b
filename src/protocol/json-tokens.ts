import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  DIGIT,
  DIGIT_ZERO,
  DOT,
  LETTER_L,
  LETTER_N,
  LETTER_U,
  LINE_FEED,
  MINUS,
  PLAIN_ASCII,
  QUOTE,
} from './json-bytes.ts';

/**
 * Bytes of a string that are walked one by one before `indexOf` is asked. A call costs 25 to 38 ns and the loop 0.5 to
 * 0.8 ns a byte (shallow-json-scanner.bench.ts), so the loop wins up to about 48 bytes, and always where quotes or escapes
 * are dense.
 */
export const WALK_BYTES = 48;

const NEVER = Number.MAX_SAFE_INTEGER;

/** Where the bytes from `start` stop being plain ASCII, at most a walk away. */
export function endOfPlainAscii(chunk: Buffer, start: number, end: number): number {
  const walkEnd = start + WALK_BYTES < end ? start + WALK_BYTES : end;
  let at = start;
  while (at < walkEnd && PLAIN_ASCII[chunk[at] ?? 0] === 1) at++;
  return at;
}

/** End of `null`, or of a number without exponent that is followed by a comma or a bracket; `start` for anything else. */
export function endOfCommonScalar(chunk: Buffer, start: number, end: number): number {
  const first = chunk[start] ?? 0;
  if (first === LETTER_N) {
    const rest = start + 1;
    const isNull =
      rest + 2 < end && chunk[rest] === LETTER_U && chunk[rest + 1] === LETTER_L && chunk[rest + 2] === LETTER_L;
    return isNull ? rest + 3 : start;
  }
  const integer = first === MINUS ? start + 1 : start;
  let at = endOfDigits(chunk, integer, end);
  if (at === integer || (chunk[integer] === DIGIT_ZERO && at > integer + 1)) return start;
  if (at < end && chunk[at] === DOT) {
    const fraction = at + 1;
    at = endOfDigits(chunk, fraction, end);
    if (at === fraction) return start;
  }
  if (at === end) return start;
  const next = chunk[at] ?? 0;
  return next === COMMA || next === CLOSE_BRACE || next === CLOSE_BRACKET ? at : start;
}

function endOfDigits(chunk: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && DIGIT[chunk[at] ?? 0] === 1) at++;
  return at;
}

/**
 * Where the run of ordinary bytes inside a long string ends, by native search over one chunk. Each answer is kept until it
 * lies behind: no byte is searched twice for the same thing.
 */
export class StringSearch {
  #quote = -1;
  #backslash = -1;
  #lineFeed = -1;

  /** For the next chunk. */
  restart(): void {
    this.#quote = this.#backslash = this.#lineFeed = -1;
  }

  /** The next quote, backslash or line feed at or after `at`, or `end`. The bytes between are not looked at. */
  next(chunk: Buffer, at: number, end: number): number {
    if (this.#quote < at) this.#quote = positionOf(chunk, QUOTE, at);
    if (this.#backslash < at) this.#backslash = positionOf(chunk, BACKSLASH, at);
    if (this.#lineFeed < at) this.#lineFeed = positionOf(chunk, LINE_FEED, at);
    return Math.min(this.#quote, this.#backslash, this.#lineFeed, end);
  }
}

function positionOf(chunk: Buffer, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from);
  return at === -1 ? NEVER : at;
}
