/**
 * Width and height of a picture in a `data:` URL, read from the header of PNG, GIF, JPEG and WebP.
 *
 * Promises: decodes no more base64 than the header needs (a JPEG is walked segment by segment); linear; memory at most
 * the decoded bytes. Other formats have no known size. What LiteLLM refuses (a header cut short, broken base64) is
 * refused. Gives up: broken base64 behind the header goes unnoticed.
 */
import { GatewayError } from '../../errors/gateway-error.ts';
import type { ImageSize } from './contract.ts';

const FIRST_BYTES = 64;
const PADDING = 64;
const NO_DIGIT = 65;
/** Value of each ASCII character as a base64 digit. */
const DIGITS = new Uint8Array(128).fill(NO_DIGIT);
for (const [value, code] of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').entries())
  DIGITS[code] = value;
DIGITS[0x3d] = PADDING;

/** @returns null for a format that is not known @throws GatewayError `bad_request` */
export function readImageSize(dataUrl: string): ImageSize | null {
  const comma = dataUrl.indexOf(',');
  if (comma < 0) throw badImage('is neither an address nor a data: URL with a comma in it');
  const bytes = new Base64Bytes(dataUrl, comma + 1);
  bytes.decode(FIRST_BYTES);
  if (bytes.uint32(0) === 0x89_50_4e_47 && bytes.uint32(4) === 0x0d_0a_1a_0a)
    return { width: bytes.need(16, 4), height: bytes.need(20, 4) };
  // `GIF8`, a digit, `a`
  if (bytes.uint32(0) === 0x47_49_46_38 && bytes.at(5) === 0x61)
    return { width: bytes.needLittle(6, 2), height: bytes.needLittle(8, 2) };
  if (bytes.uint32(0) >>> 8 === 0xff_d8_ff) return jpegSize(bytes);
  // `RIFF`, length, `WEBP`
  if (bytes.uint32(0) === 0x52_49_46_46 && bytes.uint32(8) === 0x57_45_42_50) return webpSize(bytes);
  return null;
}

function jpegSize(bytes: Base64Bytes): ImageSize {
  let at = 0;
  let size = 2;
  let marker = 0;
  while (!isFrame(marker)) {
    at += size;
    do marker = bytes.need(at++, 1);
    while (marker === 0xff);
    size = bytes.need(at, 2) - 2;
    at += 2;
    if (size < 0) throw badImage('has a JPEG segment without a length');
  }
  return { height: bytes.need(at + 1, 2), width: bytes.need(at + 3, 2) };
}

/** Start-of-frame markers: C0 to CF without those of tables. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function webpSize(bytes: Base64Bytes): ImageSize | null {
  switch (bytes.uint32(12)) {
    case 0x56_50_38_58: // `VP8X`
      return { width: bytes.needLittle(24, 3) + 1, height: bytes.needLittle(27, 3) + 1 };
    case 0x56_50_38_20: // `VP8 `
      return { width: bytes.needLittle(26, 2) & 0x3f_ff, height: bytes.needLittle(28, 2) & 0x3f_ff };
    case 0x56_50_38_4c: {
      // `VP8L`: 14 bits each, less one
      const bits = bytes.needLittle(21, 4);
      return { width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1 };
    }
    default:
      return null;
  }
}

/** The bytes behind base64 digits, decoded as far as they are asked for; anything else between the digits is skipped. */
class Base64Bytes {
  readonly #text: string;
  #next: number;
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;
  #bits = 0;
  /** Digits of the group of four that is being read, and padding in it. */
  #digits = 0;
  #padding = 0;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#next = start;
  }

  /** Decodes until there are `length` bytes or the text ends. */
  decode(length: number): void {
    while (this.#length < length && this.#next < this.#text.length) {
      const code = this.#text.charCodeAt(this.#next++);
      if (code >= DIGITS.length) throw badImage('holds characters that are not base64');
      const digit = DIGITS[code] ?? NO_DIGIT;
      if (digit < PADDING) this.#take(digit);
      else if (digit === PADDING && this.#isPadded()) return;
    }
    if (this.#next >= this.#text.length && this.#digits !== 0)
      throw badImage('ends within a group of base64 digits (padding is missing)');
  }

  #take(digit: number): void {
    this.#padding = 0;
    this.#bits = ((this.#bits << 6) | digit) & 0xff_ff_ff;
    if (this.#digits > 0) this.#push((this.#bits >>> (6 - 2 * this.#digits)) & 0xff);
    this.#digits = (this.#digits + 1) & 3;
  }

  /** Padding that completes its group ends the data. */
  #isPadded(): boolean {
    if (this.#digits < 2 || this.#digits + ++this.#padding < 4) return false;
    this.#digits = 0;
    this.#next = this.#text.length;
    return true;
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }

  /** A byte of the beginning; -1 behind the end. */
  at(offset: number): number {
    return offset < this.#length ? (this.#bytes[offset] ?? -1) : -1;
  }

  /** Four bytes of the beginning, big-endian; -1 behind the end. */
  uint32(offset: number): number {
    return offset + 4 <= this.#length ? this.need(offset, 4) : -1;
  }

  /** A big-endian number. @throws GatewayError when the picture ends before it */
  need(offset: number, size: number): number {
    this.#require(offset + size);
    let value = 0;
    for (let index = 0; index < size; index++) value = value * 256 + this.at(offset + index);
    return value;
  }

  /** A little-endian number. @throws GatewayError when the picture ends before it */
  needLittle(offset: number, size: number): number {
    this.#require(offset + size);
    let value = 0;
    for (let index = size - 1; index >= 0; index--) value = value * 256 + this.at(offset + index);
    return value;
  }

  #require(end: number): void {
    if (end > this.#length) this.decode(end);
    if (end > this.#length) throw badImage('ends within its header');
  }
}

function badImage(what: string): GatewayError {
  return new GatewayError(
    'bad_request',
    `An image with detail "high" ${what}; send the whole picture as data:image/…;base64,… or use detail "low".`,
  );
}
