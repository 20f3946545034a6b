/**
 * The pieces of r50k_base, p50k_base, p50k_edit and claude, without a regular expression. The pattern of GPT-2, tried in
 * this order:
 *
 *     '(?:[sdmt]|ll|ve|re)  |   ?\p{L}++  |   ?\p{N}++  |   ?[^\s\p{L}\p{N}]++  |  \s++$  |  \s+(?!\S)  |  \s
 */
import { APOSTROPHE, BLANK, BYTE_CLASS, classAt, LETTER, MARK, NUMBER, OTHER } from './character-classes.ts';
import { lettersEnd, lowerContractionEnd, numbersEnd, othersEnd, spacesEnd } from './split-common.ts';

const SPACES = { wholeAtEnd: true, cutAtNewline: false };

/** End of the piece that starts at `start`. */
export function splitGpt2(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === BLANK ? start + 1 : start;
  let byteClass = BYTE_CLASS[bytes[at] as number] as number;
  if ((byteClass & LETTER) === 0) return splitAny(bytes, start, at);
  do {
    at += 1;
    byteClass = BYTE_CLASS[bytes[at] as number] as number;
  } while ((byteClass & LETTER) !== 0);
  // slow path: the word may go on in another script
  return byteClass === 0 ? lettersEnd(bytes, at) : at;
}

/** The whole pattern; `body` lies behind the optional blank. */
function splitAny(bytes: Uint8Array, start: number, body: number): number {
  if (bytes[start] === APOSTROPHE) {
    const end = lowerContractionEnd(bytes, start);
    if (end > start) return end;
  }
  const found = classAt(bytes, body);
  if ((found & (OTHER | MARK)) !== 0) return othersEnd(bytes, body);
  if ((found & LETTER) !== 0) return lettersEnd(bytes, body);
  if ((found & NUMBER) !== 0) return numbersEnd(bytes, body);
  return spacesEnd(bytes, start, SPACES);
}
