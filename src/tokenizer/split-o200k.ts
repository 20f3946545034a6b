/**
 * The pieces of o200k_base and o200k_harmony, without a regular expression. Their pattern, tried in this order:
 *
 *     [^\r\n\p{L}\p{N}]? U* L+ contraction?     U = \p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}
 *     [^\r\n\p{L}\p{N}]? U+ L* contraction?     L = \p{Ll}\p{Lm}\p{Lo}\p{M}
 *     \p{N}{1,3}  |   ?[^\s\p{L}\p{N}]+[\r\n/]*  |  \s*[\r\n]+  |  \s+(?!\S)  |  \s+
 */
import {
  APOSTROPHE,
  BLANK,
  BYTE_CLASS,
  classAt,
  LETTER,
  LOWER,
  MARK,
  NEWLINE,
  NUMBER,
  OTHER,
  SLASH,
  SPACE,
  UPPER,
} from './character-classes.ts';
import {
  asciiRunEnd,
  contractionEnd,
  isPlainSpace,
  isNewlineBehindOthers,
  othersEnd,
  spacesEnd,
  upToThreeNumbersEnd,
} from './split-common.ts';

const SPACES = { wholeAtEnd: false, cutAtNewline: true };

/** End of the piece that starts at `start`. */
export function splitO200k(bytes: Uint8Array, start: number): number {
  let at = start;
  let byteClass = BYTE_CLASS[bytes[at] as number] as number;
  if (byteClass === OTHER || byteClass === SPACE) {
    at += 1;
    byteClass = BYTE_CLASS[bytes[at] as number] as number;
  }
  if ((byteClass & LETTER) === 0) {
    const end = asciiRunEnd(bytes, start);
    if (end < 0) return isPlainSpace(bytes, start) ? spacesEnd(bytes, start, SPACES) : splitAny(bytes, start);
    return isNewlineBehindOthers(bytes, end) ? newlinesAndSlashesEnd(bytes, end) : end;
  }
  while (byteClass === UPPER) {
    at += 1;
    byteClass = BYTE_CLASS[bytes[at] as number] as number;
  }
  while (byteClass === LOWER) {
    at += 1;
    byteClass = BYTE_CLASS[bytes[at] as number] as number;
  }
  // slow path: the word goes on in another script
  if (byteClass === 0) return splitAny(bytes, start);
  return bytes[at] === APOSTROPHE ? contractionEnd(bytes, at) : at;
}

/** The whole pattern, for any character. */
function splitAny(bytes: Uint8Array, start: number): number {
  const first = classAt(bytes, start);
  const next = start + (first >> 8);
  if ((first & NUMBER) !== 0) return upToThreeNumbersEnd(bytes, start);
  if ((first & LETTER) !== 0) {
    if ((first & MARK) === 0) return wordEnd(bytes, start);
    const end = wordEnd(bytes, next);
    // With the mark as the optional first character nothing is left for `L+`: the mark itself is it.
    return end > next && !endsInUpper(bytes, next, end) ? end : contractionEnd(bytes, next);
  }
  if ((first & NEWLINE) === 0) {
    const end = wordEnd(bytes, next);
    if (end > next) return end;
    const body = bytes[start] === BLANK ? next : start;
    const behind = othersEnd(bytes, body);
    if (behind > body) return newlinesAndSlashesEnd(bytes, behind);
  }
  return spacesEnd(bytes, start, SPACES);
}

/** `U* L+ contraction?`, else `U+ L* contraction?`, else `start`. */
function wordEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  let behindUncased = -1;
  let found = classAt(bytes, at);
  while ((found & UPPER) !== 0) {
    at += found >> 8;
    if ((found & LOWER) !== 0) behindUncased = at;
    found = classAt(bytes, at);
  }
  const behindUpper = at;
  while ((found & LOWER) !== 0) {
    at += found >> 8;
    found = classAt(bytes, at);
  }
  if (at === start) return start;
  if (at > behindUpper || behindUncased < 0) return contractionEnd(bytes, at);
  // `U*` gives back until `L+` has its one character.
  return contractionEnd(bytes, behindUncased);
}

/** Whether a word that starts at `start` is upper case throughout: only `U+ L*` took it. */
function endsInUpper(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const found = classAt(bytes, at);
    if ((found & LETTER) !== UPPER) return (found & LETTER) === 0;
    at += found >> 8;
  }
  return true;
}

function newlinesAndSlashesEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (((BYTE_CLASS[bytes[at] as number] as number) & NEWLINE) !== 0 || bytes[at] === SLASH) at += 1;
  return at;
}
