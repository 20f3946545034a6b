/**
 * The pieces of cl100k_base, without a regular expression. Its pattern, tried in this order:
 *
 *     contraction  |  [^\r\n\p{L}\p{N}]?+\p{L}++  |  \p{N}{1,3}+  |   ?[^\s\p{L}\p{N}]++[\r\n]*+
 *     \s++$  |  \s*[\r\n]  |  \s+(?!\S)  |  \s
 */
import {
  APOSTROPHE,
  BLANK,
  BYTE_CLASS,
  classAt,
  LETTER,
  MARK,
  NEWLINE,
  NUMBER,
  OTHER,
  SPACE,
} from './character-classes.ts';
import {
  asciiRunEnd,
  contractionEnd,
  isPlainSpace,
  isNewlineBehindOthers,
  lettersEnd,
  othersEnd,
  spacesEnd,
  upToThreeNumbersEnd,
} from './split-common.ts';

const SPACES = { wholeAtEnd: true, cutAtNewline: true };

/** End of the piece that starts at `start`. */
export function splitCl100k(bytes: Uint8Array, start: number): number {
  let at = start;
  let byteClass = BYTE_CLASS[bytes[at] as number] as number;
  if ((byteClass === OTHER && bytes[at] !== APOSTROPHE) || byteClass === SPACE) {
    at += 1;
    byteClass = BYTE_CLASS[bytes[at] as number] as number;
  }
  if ((byteClass & LETTER) === 0) {
    const end = bytes[start] === APOSTROPHE ? -1 : asciiRunEnd(bytes, start);
    if (end < 0) return isPlainSpace(bytes, start) ? spacesEnd(bytes, start, SPACES) : splitAny(bytes, start);
    return isNewlineBehindOthers(bytes, end) ? newlinesEnd(bytes, end) : end;
  }
  do {
    at += 1;
    byteClass = BYTE_CLASS[bytes[at] as number] as number;
  } while ((byteClass & LETTER) !== 0);
  // slow path: the word may go on in another script
  return byteClass === 0 ? lettersEnd(bytes, at) : at;
}

/** The whole pattern, for any character. */
function splitAny(bytes: Uint8Array, start: number): number {
  if (bytes[start] === APOSTROPHE) {
    const end = contractionEnd(bytes, start);
    if (end > start) return end;
  }
  const first = classAt(bytes, start);
  const next = start + (first >> 8);
  if ((first & NUMBER) !== 0) return upToThreeNumbersEnd(bytes, start);
  if ((first & LETTER) !== 0 && (first & MARK) === 0) return lettersEnd(bytes, start);
  if ((first & NEWLINE) === 0) {
    const end = lettersEnd(bytes, next);
    if (end > next) return end;
    const body = bytes[start] === BLANK ? next : start;
    const behind = othersEnd(bytes, body);
    if (behind > body) return newlinesEnd(bytes, behind);
  }
  return spacesEnd(bytes, start, SPACES);
}

function newlinesEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (((BYTE_CLASS[bytes[at] as number] as number) & NEWLINE) !== 0) at += 1;
  return at;
}
