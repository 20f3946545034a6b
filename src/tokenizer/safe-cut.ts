/**
 * Where a text may be cut in two so that both halves, encoded for themselves, give the tokens of the whole: before a
 * character that no pattern joins to a letter or number in front of it, and behind which nothing looks back.
 */
import { APOSTROPHE, classAt, LETTER, MARK, NUMBER, OTHER, SPACE } from './character-classes.ts';
import { isContinuation } from './utf8-characters.ts';

/** Who looks on where another search ended begins this much before: a character there may have been cut in two. */
export const LONGEST_CHARACTER_BYTES = 4;

/** The last such place in the bytes from `start` to `end`, or -1. `end` is where a character ends. */
export function lastSafeCut(bytes: Uint8Array, start: number, end: number): number {
  let at = characterBefore(bytes, end, start);
  if (at < 0) return -1;
  let behind = classAt(bytes, at);
  for (;;) {
    const before = characterBefore(bytes, at, start);
    if (before < 0) return -1;
    const found = classAt(bytes, before);
    if (isSafe(found, behind) && bytes[at] !== APOSTROPHE) return at;
    at = before;
    behind = found;
  }
}

function isSafe(before: number, behind: number): boolean {
  if ((before & MARK) !== 0 || (behind & MARK) !== 0) return false;
  if ((before & NUMBER) !== 0) return (behind & NUMBER) === 0;
  return (before & LETTER) !== 0 && (behind & (NUMBER | SPACE | OTHER)) !== 0;
}

function characterBefore(bytes: Uint8Array, at: number, start: number): number {
  let before = at - 1;
  while (before >= start && isContinuation(bytes[before] as number)) before -= 1;
  return before < start ? -1 : before;
}
