/** Byte classes of RFC 8259 as lookup tables. */

export const QUOTE = 34;
export const BACKSLASH = 92;
export const COLON = 58;
export const COMMA = 44;
export const OPEN_BRACE = 123;
export const CLOSE_BRACE = 125;
export const OPEN_BRACKET = 91;
export const CLOSE_BRACKET = 93;
export const LINE_FEED = 10;
export const MINUS = 45;
export const PLUS = 43;
export const DOT = 46;
export const DIGIT_ZERO = 48;
export const LETTER_L = 108;
export const LETTER_N = 110;
export const LETTER_U = 117;

function tableOf(holds: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0));
}

const isPlain = (byte: number): boolean => byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH;

/** Bytes that a string may hold as they are, ASCII only. */
export const PLAIN_ASCII = tableOf((byte) => isPlain(byte) && byte < 0x80);
/** The same with the bytes of multi-byte characters. */
export const PLAIN = tableOf(isPlain);
/** `\u0020`, tab, line feed, carriage return. */
export const WHITESPACE = tableOf((byte) => byte === 32 || byte === 9 || byte === 10 || byte === 13);
/** What may follow a backslash, `u` excepted. */
export const SIMPLE_ESCAPE = tableOf((byte) => '"\\/bfnrt'.includes(String.fromCharCode(byte)));
export const HEX_DIGIT = tableOf((byte) => /[0-9a-fA-F]/.test(String.fromCharCode(byte)));
export const DIGIT = tableOf((byte) => byte >= 48 && byte <= 57);
