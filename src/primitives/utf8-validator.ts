import { isUtf8 } from 'node:buffer';

/**
 * UTF-8 validity of a byte stream that is cut anywhere, also inside a character.
 *
 * Promises: a stream is accepted exactly when its joined bytes are valid (no overlong forms, no surrogates, nothing above
 * U+10FFFF). Whole characters are checked by the native `isUtf8`; only a character that spans chunks is assembled
 * (at most four bytes). O(bytes), no copies of the chunks.
 * Gives up: an error inside a split character is reported when that character's last byte, or the next one, arrives.
 */
export class Utf8Validator {
  readonly #split = Buffer.alloc(4);
  #have = 0;
  #need = 0;

  /** True while the stream stops inside a character. */
  get incomplete(): boolean {
    return this.#have > 0;
  }

  /** Checks the next chunk; false once the stream cannot be valid any more. */
  push(chunk: Uint8Array): boolean {
    let start = 0;
    if (this.#have > 0) {
      while (this.#have < this.#need && start < chunk.length) this.#split[this.#have++] = chunk[start++] ?? 0;
      if (this.#have < this.#need) return this.#splitCanStillBeValid();
      const whole = isUtf8(this.#split.subarray(0, this.#have));
      this.#have = 0;
      if (!whole) return false;
    }
    const end = chunk.length - incompleteTail(chunk, start);
    for (let i = end; i < chunk.length; i++) this.#split[this.#have++] = chunk[i] ?? 0;
    if (this.#have > 0) this.#need = sequenceLength(this.#split[0] ?? 0);
    return start === 0 && end === chunk.length ? isUtf8(chunk) : isUtf8(chunk.subarray(start, end));
  }

  /** True when the stream may end here. */
  finish(): boolean {
    return this.#have === 0;
  }

  #splitCanStillBeValid(): boolean {
    for (let i = 1; i < this.#have; i++) if (!isContinuation(this.#split[i] ?? 0)) return false;
    return true;
  }
}

/** Byte offset of the first byte of the first invalid sequence, or -1. Only for error reports: O(n) in JavaScript. */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length) {
    const length = sequenceLength(bytes[i] ?? 0);
    if (length === 0 || !isUtf8(bytes.subarray(i, i + length))) return i;
    i += length;
  }
  return -1;
}

/** Bytes at the end of `bytes` (from `start`) that begin a character which is not complete there: 0 to 3. */
function incompleteTail(bytes: Uint8Array, start: number): number {
  const lowest = Math.max(start, bytes.length - 3);
  for (let i = bytes.length - 1; i >= lowest; i--) {
    const byte = bytes[i] ?? 0;
    if (isContinuation(byte)) continue;
    const present = bytes.length - i;
    return sequenceLength(byte) > present ? present : 0;
  }
  return 0;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** Length that a lead byte announces; 0 for a byte that cannot begin a character. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}
