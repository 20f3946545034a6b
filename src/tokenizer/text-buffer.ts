/**
 * A text as UTF-8 with the end byte behind it: what the splitters read. Reused from call to call and grown when a text
 * needs it; given back when that text was far beyond the usual. A lone surrogate becomes U+FFFD, as in tiktoken.
 */
import { END_BYTE } from './character-classes.ts';
import { READ_AHEAD_BYTES } from './token-arrays.ts';

/** A UTF-16 unit takes at most three bytes of UTF-8. */
const BYTES_PER_UNIT = 3;

export class TextBuffer {
  bytes: Buffer;
  view: DataView;
  readonly #usualBytes: number;

  /** @param units length of the texts that it is for, in UTF-16 units. */
  constructor(units: number) {
    this.#usualBytes = units * BYTES_PER_UNIT + READ_AHEAD_BYTES;
    this.bytes = Buffer.alloc(this.#usualBytes);
    this.view = viewOf(this.bytes);
  }

  /** Writes `text` from byte `at` on; returns where it ends. Nothing before `at` is changed. */
  write(text: string, at = 0): number {
    this.#reserve(at + text.length * BYTES_PER_UNIT, at);
    return this.end(at + this.bytes.write(text, at));
  }

  /** Puts the end byte at `at`; returns `at`. */
  end(at: number): number {
    this.bytes[at] = END_BYTE;
    return at;
  }

  /** Gives a buffer that had to grow back to the collector. */
  release(): void {
    if (this.bytes.length === this.#usualBytes) return;
    this.bytes = Buffer.alloc(this.#usualBytes);
    this.view = viewOf(this.bytes);
  }

  #reserve(length: number, keep: number): void {
    if (length + READ_AHEAD_BYTES <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(length + READ_AHEAD_BYTES, keep * 2));
    this.bytes.copy(grown, 0, 0, keep);
    this.bytes = grown;
    this.view = viewOf(grown);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
