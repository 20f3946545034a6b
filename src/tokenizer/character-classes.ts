/**
 * What the splitters need to know about a character: letter (upper, lower, or neither), mark, number, white space, or
 * something else, in Unicode 16. ASCII costs one table look-up by byte; any other character one decode and two look-ups.
 * Texts are UTF-8 and end in the byte 0xFF, which no text holds, so that no loop has to ask where the text ends.
 */
import { CHARACTER_CLASS_RANGES } from './character-class-ranges.ts';

/** Bits of a class. A letter that is neither upper nor lower case has both bits; so has a mark, which has its own too. */
export const UPPER = 1;
export const LOWER = 2;
export const LETTER = UPPER | LOWER;
export const MARK = 4;
export const NUMBER = 8;
export const SPACE = 16;
/** CR or LF; has the bit of white space too. */
export const NEWLINE = 32;
export const OTHER = 64;
/** The byte behind the text. */
export const END = 128;

export const END_BYTE = 0xff;
export const APOSTROPHE = 0x27;
export const BLANK = 0x20;
export const SLASH = 0x2f;

/** Class by byte; 0 for a byte of a character beyond ASCII. */
export const BYTE_CLASS = byteClasses();

const PAGE_BITS = 7;
const PAGE_SIZE = 1 << PAGE_BITS;

/** Class of the character that starts at `at`, with its length in bytes in the bits from 8 on. */
export function classAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  const known = BYTE_CLASS[lead] as number;
  if (known !== 0) return known | 0x100;
  if (lead < 0xe0) {
    return pageClass(((lead & 0x1f) << 6) | ((bytes[at + 1] as number) & 0x3f)) | 0x200;
  }
  const second = (bytes[at + 1] as number) & 0x3f;
  const third = (bytes[at + 2] as number) & 0x3f;
  if (lead < 0xf0) return pageClass(((lead & 0x0f) << 12) | (second << 6) | third) | 0x300;
  const fourth = (bytes[at + 3] as number) & 0x3f;
  return pageClass(((lead & 0x07) << 18) | (second << 12) | (third << 6) | fourth) | 0x400;
}

function pageClass(codePoint: number): number {
  const page = PAGE_OF[codePoint >>> PAGE_BITS] as number;
  return PAGES[(page << PAGE_BITS) | (codePoint & (PAGE_SIZE - 1))] as number;
}

function byteClasses(): Uint8Array {
  const classes = new Uint8Array(256);
  classes.fill(OTHER, 0, 0x80);
  classes.fill(UPPER, 0x41, 0x5b);
  classes.fill(LOWER, 0x61, 0x7b);
  classes.fill(NUMBER, 0x30, 0x3a);
  classes.fill(SPACE, 0x09, 0x0e);
  classes[BLANK] = SPACE;
  classes[0x0a] = SPACE | NEWLINE;
  classes[0x0d] = SPACE | NEWLINE;
  classes[END_BYTE] = END;
  return classes;
}

/** Pages of 128 classes; code points whose page is all alike share it. */
function widePages(): { readonly pageOf: Uint8Array; readonly pages: Uint8Array } {
  const pageOf = new Uint8Array(0x11_0000 >> PAGE_BITS);
  const pages = new PageStore();
  for (const [name, value] of CLASS_OF_RANGES) {
    const numbers = CHARACTER_CLASS_RANGES[name].split(' ').map((text) => parseInt(text, 36));
    let at = 0;
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      const first = at + (numbers[i] as number);
      at = first + (numbers[i + 1] as number);
      for (let page = first >> PAGE_BITS; page <= at >> PAGE_BITS; page += 1) {
        const from = Math.max(first - (page << PAGE_BITS), 0);
        const to = Math.min(at - (page << PAGE_BITS), PAGE_SIZE - 1) + 1;
        pageOf[page] = pages.with(pageOf[page] as number, { from, to, value });
      }
    }
  }
  return { pageOf, pages: pages.joined() };
}

const CLASS_OF_RANGES = [
  ['UPPER', UPPER],
  ['LOWER', LOWER],
  ['UNCASED', LETTER],
  ['MARK', LETTER | MARK],
  ['NUMBER', NUMBER],
  ['SPACE', SPACE],
] as const;

/** Page 0 is the one without any letter. */
class PageStore {
  readonly #pages: Uint8Array[] = [new Uint8Array(PAGE_SIZE).fill(OTHER)];
  readonly #whole = new Map<number, number>();

  /** The page that is like `page` but for the given range; a page that is not shared is changed in place. */
  with(page: number, { from, to, value }: { from: number; to: number; value: number }): number {
    if (from === 0 && to === PAGE_SIZE) {
      const whole = this.#whole.get(value);
      if (whole !== undefined) return whole;
      this.#whole.set(value, this.#pages.length);
    }
    let own = page;
    if (page === 0) own = this.#pages.push(Uint8Array.from(this.#pages[0] as Uint8Array)) - 1;
    this.#pages[own]?.fill(value, from, to);
    return own;
  }

  joined(): Uint8Array {
    const all = new Uint8Array(this.#pages.length * PAGE_SIZE);
    this.#pages.forEach((page, i) => {
      all.set(page, i * PAGE_SIZE);
    });
    return all;
  }
}

const { pageOf: PAGE_OF, pages: PAGES } = widePages();
