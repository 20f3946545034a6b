/**
 * Reads a long text through a buffer, window by window: each window ends where the text may be cut without changing its
 * tokens. Where there is no such place the window is widened step by step, to the whole text in the worst case.
 */
import { normalisableCut, normaliseNfkc } from './normalise-nfkc.ts';
import { lastSafeCut, LONGEST_CHARACTER_BYTES } from './safe-cut.ts';
import type { TextBuffer } from './text-buffer.ts';

/** 48 KB of UTF-8 at most: stays in the processor's caches. */
export const WINDOW_UNITS = 16_384;

export class TextWindows {
  readonly #buffer: TextBuffer;
  readonly #text: string;
  readonly #nfkc: boolean;
  /** UTF-16 units read so far. */
  #read = 0;
  /** Bytes of them that wait for the window to be complete. */
  #waiting = 0;
  /** What lies behind the present window: bytes from `end` to here, the first of which the end byte has replaced. */
  #tailEnd = 0;
  #tailByte = 0;
  /** Where the present window ends in the buffer; it starts at 0. */
  end = 0;

  constructor(buffer: TextBuffer, text: string, nfkc: boolean) {
    this.#buffer = buffer;
    this.#text = text;
    this.#nfkc = nfkc;
  }

  /** Fills the buffer with the next window; false when there is none. */
  next(): boolean {
    while (!this.isDone()) if (this.widen()) return true;
    return false;
  }

  isDone(): boolean {
    return this.#read >= this.#text.length && this.#tailEnd === 0;
  }

  /** Reads one step of the next window; true when it is complete. */
  widen(): boolean {
    const buffer = this.#buffer;
    this.#takeTail();
    const until = this.#stepEnd();
    const searched = Math.max(this.#waiting - LONGEST_CHARACTER_BYTES, 0);
    const step = this.#text.substring(this.#read, until);
    this.#waiting = buffer.write(this.#nfkc ? normaliseNfkc(step) : step, this.#waiting);
    this.#read = until;
    if (until === this.#text.length) this.end = this.#waiting;
    else {
      const cut = lastSafeCut(buffer.bytes, searched, this.#waiting);
      if (cut <= 0) return false;
      this.#tailEnd = this.#waiting;
      this.#tailByte = buffer.bytes[cut] as number;
      this.end = buffer.end(cut);
    }
    this.#waiting = 0;
    return true;
  }

  #takeTail(): void {
    if (this.#tailEnd === 0) return;
    const { bytes } = this.#buffer;
    bytes[this.end] = this.#tailByte;
    bytes.copyWithin(0, this.end, this.#tailEnd);
    this.#waiting = this.#tailEnd - this.end;
    this.#tailEnd = 0;
  }

  #stepEnd(): number {
    const at = this.#read + WINDOW_UNITS;
    if (at >= this.#text.length) return this.#text.length;
    if (this.#nfkc) return normalisableCut(this.#text, this.#read, at);
    // Not between two surrogates.
    return (this.#text.charCodeAt(at - 1) & 0xfc00) === 0xd800 ? at - 1 : at;
  }
}
