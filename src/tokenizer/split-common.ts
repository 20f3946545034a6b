/** Parts of the splitting patterns that more than one encoding has. Every function returns where its part ends. */
import {
  APOSTROPHE,
  BLANK,
  BYTE_CLASS,
  classAt,
  END,
  LETTER,
  MARK,
  NEWLINE,
  NUMBER,
  OTHER,
  SPACE,
} from './character-classes.ts';

/** The long s folds to `s` when case does not count: U+017F in UTF-8. */
const LONG_S_LEAD = 0xc5;
const LONG_S_TAIL = 0xbf;

/** Behind `'s 't 're 've 'm 'll 'd` in any case when that stands at `at`, else `at`. */
export function contractionEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== APOSTROPHE) return at;
  const raw = bytes[at + 1] as number;
  const first = raw | 0x20;
  if (raw === LONG_S_LEAD) return bytes[at + 2] === LONG_S_TAIL ? at + 3 : at;
  return contractionBehind(first, (bytes[at + 2] as number) | 0x20, at);
}

/** The same, in lower case only. */
export function lowerContractionEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== APOSTROPHE) return at;
  return contractionBehind(bytes[at + 1] as number, bytes[at + 2] as number, at);
}

function contractionBehind(first: number, second: number, at: number): number {
  switch (first) {
    case 0x73: // s
    case 0x74: // t
    case 0x6d: // m
    case 0x64: // d
      return at + 2;
    case 0x72: // r, v: e follows
    case 0x76:
      return second === 0x65 ? at + 3 : at;
    case 0x6c: // l
      return second === 0x6c ? at + 3 : at;
    default:
      return at;
  }
}

/** `\p{N}{1,3}`, of which the first character has been seen. */
export function upToThreeNumbersEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let seen = 0; seen < 3; seen += 1) {
    const found = classAt(bytes, at);
    if ((found & NUMBER) === 0) break;
    at += found >> 8;
  }
  return at;
}

/** `\p{N}*` */
export function numbersEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const found = classAt(bytes, at);
    if ((found & NUMBER) === 0) return at;
    at += found >> 8;
  }
}

/** `\p{L}*`: marks are no letters here. */
export function lettersEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const byteClass = BYTE_CLASS[bytes[at] as number] as number;
    if (byteClass !== 0) {
      if ((byteClass & LETTER) === 0) return at;
      at += 1;
      continue;
    }
    const found = classAt(bytes, at);
    if ((found & LETTER) === 0 || (found & MARK) !== 0) return at;
    at += found >> 8;
  }
}

/** `[^\s\p{L}\p{N}]*`: marks belong to it. */
export function othersEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    while (BYTE_CLASS[bytes[at] as number] === OTHER) at += 1;
    const found = classAt(bytes, at);
    if ((found & (OTHER | MARK)) === 0) return at;
    at += found >> 8;
  }
}

/** `\p{N}{1,3}` or ` ?[^\s\p{L}\p{N}]+`, where nothing beyond ASCII takes part in it or follows it; else -1. */
export function asciiRunEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  let byteClass = BYTE_CLASS[bytes[at] as number] as number;
  if (byteClass === NUMBER) {
    do {
      at += 1;
      byteClass = BYTE_CLASS[bytes[at] as number] as number;
    } while (byteClass === NUMBER && at < start + 3);
    return byteClass === 0 ? -1 : at;
  }
  if (bytes[at] === BLANK) {
    at += 1;
    byteClass = BYTE_CLASS[bytes[at] as number] as number;
  }
  if (byteClass !== OTHER) return -1;
  do {
    at += 1;
    byteClass = BYTE_CLASS[bytes[at] as number] as number;
  } while (byteClass === OTHER);
  return byteClass === 0 ? -1 : at;
}

/** Whether line ends follow signs at `at`, which the patterns add to them. */
export function isNewlineBehindOthers(bytes: Uint8Array, at: number): boolean {
  return ((BYTE_CLASS[bytes[at] as number] as number) & NEWLINE) !== 0 && BYTE_CLASS[bytes[at - 1] as number] === OTHER;
}

/** Whether white space stands at `at`, and nothing behind it that signs or another script could begin with. */
export function isPlainSpace(bytes: Uint8Array, at: number): boolean {
  const behind = BYTE_CLASS[bytes[at + 1] as number] as number;
  return ((BYTE_CLASS[bytes[at] as number] as number) & SPACE) !== 0 && behind !== 0 && behind !== OTHER;
}

/** How a pattern cuts a run of white space. */
export interface SpaceRules {
  /** `\s++$` comes first: a run that ends the text is one piece. */
  readonly wholeAtEnd: boolean;
  /** `\s*[\r\n]`: a run is cut behind its last line end. */
  readonly cutAtNewline: boolean;
}

/** A run of white space from `start`: the rules above, then all but its last character, `\s+(?!\S)`, or what there is. */
export function spacesEnd(bytes: Uint8Array, start: number, rules: SpaceRules): number {
  let at = start;
  let behindNewline = -1;
  let last = start;
  let byteClass = BYTE_CLASS[bytes[at] as number] as number;
  while ((byteClass & SPACE) !== 0) {
    last = at;
    at += 1;
    if ((byteClass & NEWLINE) !== 0) behindNewline = at;
    byteClass = BYTE_CLASS[bytes[at] as number] as number;
  }
  // slow path: white space beyond ASCII
  let found = classAt(bytes, at);
  while ((found & SPACE) !== 0) {
    last = at;
    at += found >> 8;
    if ((found & NEWLINE) !== 0) behindNewline = at;
    found = classAt(bytes, at);
  }
  const atEnd = (found & END) !== 0;
  if (atEnd && rules.wholeAtEnd) return at;
  if (rules.cutAtNewline && behindNewline >= 0) return behindNewline;
  return atEnd || last === start ? at : last;
}
