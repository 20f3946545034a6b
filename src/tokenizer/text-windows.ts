/**
 * Reads a long text through a buffer, window by window: each window ends where the text may be cut without changing its
 * tokens. Where a window holds no such place it is widened, to the whole text in the worst case.
 */
import { BYTE_CLASS } from './character-classes.ts';
import { lastSafeCut, LONGEST_CHARACTER_BYTES } from './safe-cut.ts';
import type { TextBuffer } from './text-buffer.ts';

/** 48 KB of UTF-8 at most: stays in the processor's caches. */
export const WINDOW_UNITS = 16_384;

export class TextWindows {
  readonly #buffer: TextBuffer;
  readonly #text: string;
  #at = 0;
  /** Where the present window ends in the buffer; it starts at 0. */
  end = 0;

  constructor(buffer: TextBuffer, text: string) {
    this.#buffer = buffer;
    this.#text = text;
  }

  /** Fills the buffer with the next window; false when there is none. */
  next(): boolean {
    const { length } = this.#text;
    if (this.#at >= length) return false;
    // Where a wider window has not been searched for a cut yet.
    let searched = 0;
    for (let units = WINDOW_UNITS; ; units *= 2) {
      const until = this.#at + units >= length ? length : this.#characterEnd(this.#at + units);
      this.end = this.#buffer.write(this.#text.substring(this.#at, until));
      if (until === length) {
        this.#at = length;
        return true;
      }
      const cut = lastSafeCut(this.#buffer.bytes, Math.max(searched - LONGEST_CHARACTER_BYTES, 0), this.end);
      searched = this.end;
      if (cut <= 0) continue;
      this.#at = until - unitsIn(this.#buffer.bytes, cut, this.end);
      this.end = this.#buffer.end(cut);
      return true;
    }
  }

  /** Not between two surrogates. */
  #characterEnd(at: number): number {
    return (this.#text.charCodeAt(at - 1) & 0xfc00) === 0xd800 ? at - 1 : at;
  }
}

/** UTF-16 units of the UTF-8 between two places. */
function unitsIn(bytes: Uint8Array, start: number, end: number): number {
  let units = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    if (BYTE_CLASS[byte] !== 0 || byte >= 0xc0) units += byte >= 0xf0 ? 2 : 1;
  }
  return units;
}
