/**
 * The exact count of a text that arrives in pieces. What lies before the last safe cut is counted once and forgotten;
 * what lies behind it is kept and counted again by each `total()`, usually the last word.
 */
import type { StreamCounter } from './contract.ts';
import { lastSafeCut, LONGEST_CHARACTER_BYTES } from './safe-cut.ts';
import { TextBuffer } from './text-buffer.ts';

/** Counts the bytes of a buffer from its beginning to `end`. */
export type CountBuffer = (buffer: TextBuffer, end: number) => number;

const USUAL_UNITS = 256;

export class StreamingCounter implements StreamCounter {
  readonly #count: CountBuffer;
  readonly #buffer = new TextBuffer(USUAL_UNITS);
  #end = 0;
  #settled = 0;
  /** A first surrogate whose second half has not come yet. */
  #half = '';

  constructor(count: CountBuffer) {
    this.#count = count;
  }

  /** @inheritDoc */
  push(text: string): void {
    let whole = this.#half + text;
    this.#half = '';
    if (whole === '') return;
    if ((whole.charCodeAt(whole.length - 1) & 0xfc00) === 0xd800) {
      this.#half = whole.slice(-1);
      whole = whole.slice(0, -1);
    }
    const known = this.#end;
    this.#end = this.#buffer.write(whole, known);
    // What was there before has no safe cut, but its last character may have become one side of one.
    const cut = lastSafeCut(this.#buffer.bytes, Math.max(known - LONGEST_CHARACTER_BYTES, 0), this.#end);
    if (cut <= 0) return;
    const { bytes } = this.#buffer;
    const first = bytes[cut] as number;
    this.#settled += this.#count(this.#buffer, this.#buffer.end(cut));
    bytes[cut] = first;
    bytes.copyWithin(0, cut, this.#end);
    this.#end = this.#buffer.end(this.#end - cut);
  }

  /** @inheritDoc */
  total(): number {
    const end = this.#half === '' ? this.#end : this.#buffer.write(this.#half, this.#end);
    const pending = end === 0 ? 0 : this.#count(this.#buffer, end);
    this.#buffer.end(this.#end);
    return this.#settled + pending;
  }
}
