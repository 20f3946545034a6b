import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  HEX_DIGIT,
  LETTER_N,
  LETTER_U,
  MINUS,
  DIGIT,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLAIN,
  PLAIN_ASCII,
  QUOTE,
  SIMPLE_ESCAPE,
  WHITESPACE,
} from './json-bytes.ts';
import {
  incompleteNumberReason,
  INTEGER,
  NO_TRANSITION,
  NUMBER_ENDS,
  numberStart,
  numberStep,
} from './json-number-state.ts';
import { endOfCommonScalar, endOfPlainAscii, StringSearch, WALK_BYTES } from './json-tokens.ts';
import type { JsonKind } from './shallow-scan.ts';
import type { TopLevelSink } from './top-level-sink.ts';

/** Containers inside containers that are accepted; orjson, LiteLLM's parser, has the same bound. */
const MAX_DEPTH = 1024;

// Where the machine is; the comparisons in `commonTokens` and `anyToken` rely on the order.
const VALUE = 0;
const VALUE_OR_CLOSE = 1;
const KEY = 2;
const KEY_OR_CLOSE = 3;
const AFTER_KEY = 4;
const AFTER_VALUE = 5;
const DONE = 6;
const STRING = 7;
const ESCAPE = 8;
const HEX = 9;
const NUMBER = 10;
const LITERAL = 11;

const LITERALS = ['true', 'false', 'null'] as const;
const LEVELS_PER_WORD = 30;
const WORD_MASK = 0x3fff_ffff;

/**
 * Grammar of RFC 8259 over bytes, resumable at any byte. Reports the members of the top-level object and nothing below.
 *
 * Promises: every structural rule, literal, number and escape is checked; a string's end is never mistaken. O(bytes);
 * strings are walked for 48 bytes and then skipped with `indexOf`, whose answers are kept, so that no byte is searched
 * twice for the same thing. No allocation, but for one array below 30 levels of nesting.
 * Gives up: in the skipped part of a long string, of the raw control characters only the line feed is refused.
 * UTF-8 is checked by the owner, which asks `sawNonAscii`.
 */
export class JsonMachine {
  /** True when bytes of 0x80 and above may have passed since it was last cleared. */
  sawNonAscii = false;
  #state = VALUE;
  #depth = 0;
  /** Lowest bit: the innermost container is an object; higher bits: the ones around it. */
  #objectBits = 0;
  #outerBits: number[] | null = null;
  /** Depth at which members are reported: 1, or -1 when the document is not an object. */
  #memberDepth = -1;
  #stringIsKey = false;
  #hexLeft = 0;
  #numberState = 0;
  #literal = '';
  #literalIndex = 0;
  readonly #search = new StringSearch();
  readonly #sink: TopLevelSink;

  constructor(sink: TopLevelSink) {
    this.#sink = sink;
  }

  /** True when the scan stopped inside a key of the top-level object. */
  get insideTopLevelKey(): boolean {
    return this.#stringIsKey && this.#depth === this.#memberDepth && this.#state >= STRING && this.#state <= HEX;
  }

  /** Continues with `chunk[start, end)`. `indexOf` may look past `end`, so pass views that end there. */
  run(chunk: Buffer, start: number, end: number): void {
    this.#search.restart();
    let at = start;
    while (at < end) {
      if (this.#state < DONE && this.#depth > 0) at = this.#commonTokens(chunk, at, end);
      if (at < end) at = this.#anyToken(chunk, at, end);
    }
  }

  /**
   * Fast path for whole tokens of the kinds that make up nearly all of a document, with the state in local variables (it
   * halves the time of a 250-byte event). Stops at whatever it does not know, valid or not, and leaves it to `#anyToken`.
   */
  #commonTokens(chunk: Buffer, start: number, end: number): number {
    const sink = this.#sink;
    const memberDepth = this.#memberDepth;
    let state = this.#state;
    let depth = this.#depth;
    let bits = this.#objectBits;
    let at = start;
    while (at < end) {
      const byte = chunk[at] ?? 0;
      if (byte === QUOTE) {
        if (state > KEY_OR_CLOSE) break;
        const isKey = state >= KEY;
        if (depth === memberDepth) this.#memberStringStarts(isKey, at);
        at = endOfPlainAscii(chunk, at + 1, end);
        if (at === end || chunk[at] !== QUOTE) {
          this.#stringIsKey = isKey;
          state = STRING;
          break;
        }
        if (depth === memberDepth) this.#memberStringEnds(isKey, chunk, at);
        state = isKey ? AFTER_KEY : AFTER_VALUE;
        at++;
      } else if ((byte === COLON && state === AFTER_KEY) || (byte === COMMA && state === AFTER_VALUE)) {
        state = byte === COMMA && (bits & 1) === 1 ? KEY : VALUE;
        at++;
      } else if (WHITESPACE[byte] === 1) {
        at++;
      } else if (state <= VALUE_OR_CLOSE) {
        if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
          if (depth % LEVELS_PER_WORD === 0 || depth === MAX_DEPTH) break;
          if (depth === memberDepth) sink.valueStarts(at, byte === OPEN_BRACE ? 'object' : 'array');
          bits = ((bits << 1) & WORD_MASK) | (byte === OPEN_BRACE ? 1 : 0);
          depth++;
          state = byte === OPEN_BRACE ? KEY_OR_CLOSE : VALUE_OR_CLOSE;
          at++;
        } else {
          const valueEnd = endOfCommonScalar(chunk, at, end);
          if (valueEnd === at) break;
          if (depth === memberDepth) {
            sink.valueStarts(at, byte === LETTER_N ? 'null' : 'number');
            sink.valueEnds(valueEnd);
          }
          state = AFTER_VALUE;
          at = valueEnd;
        }
      } else if (state === AFTER_VALUE && byte === ((bits & 1) === 1 ? CLOSE_BRACE : CLOSE_BRACKET)) {
        if ((depth - 1) % LEVELS_PER_WORD === 0) break;
        depth--;
        bits >>= 1;
        at++;
        if (depth === memberDepth) sink.valueEnds(at);
      } else break;
    }
    this.#state = state;
    this.#depth = depth;
    this.#objectBits = bits;
    return at;
  }

  #memberStringStarts(isKey: boolean, at: number): void {
    if (isKey) this.#sink.keyStarts(at);
    else this.#sink.valueStarts(at, 'string');
  }

  #memberStringEnds(isKey: boolean, chunk: Buffer, at: number): void {
    if (isKey) this.#sink.keyEnds(chunk, at);
    else this.#sink.valueEnds(at + 1);
  }

  #anyToken(chunk: Buffer, at: number, end: number): number {
    const state = this.#state;
    if (state === STRING) return this.#insideString(chunk, at, end);
    if (state === NUMBER) return this.#insideNumber(chunk, at, end);
    if (state === LITERAL) return this.#insideLiteral(chunk, at, end);
    const byte = chunk[at] ?? 0;
    if (state >= ESCAPE) this.#escape(byte, at);
    else if (WHITESPACE[byte] === 0) this.#structure(byte, at);
    return at + 1;
  }

  /** Ends the document; `end` is the number of bytes of the last chunk. */
  finish(end: number): void {
    if (this.#state === NUMBER && this.#depth === 0 && this.#numberState >= NUMBER_ENDS) this.#valueEnded(end);
    if (this.#state === DONE) return;
    const empty = this.#state === VALUE && this.#depth === 0;
    this.#sink.refuse(empty ? 'the document is empty' : 'unexpected end of data', end);
  }

  #structure(byte: number, at: number): void {
    switch (this.#state) {
      case AFTER_VALUE:
        return this.#afterValue(byte, at);
      case AFTER_KEY:
        if (byte !== COLON) this.#sink.refuse("unexpected character, expected ':' after the key", at);
        this.#state = VALUE;
        return;
      case KEY_OR_CLOSE:
        if (byte === CLOSE_BRACE) return this.#close(at);
        return this.#key(byte, at);
      case KEY:
        return this.#key(byte, at);
      case VALUE_OR_CLOSE:
        if (byte === CLOSE_BRACKET) return this.#close(at);
        return this.#value(byte, at);
      case VALUE:
        return this.#value(byte, at);
      default:
        this.#sink.refuse('unexpected content after the document', at);
    }
  }

  #afterValue(byte: number, at: number): void {
    const inObject = (this.#objectBits & 1) === 1;
    if (byte === COMMA) {
      this.#state = inObject ? KEY : VALUE;
    } else if (byte === (inObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
      this.#close(at);
    } else {
      this.#sink.refuse(`unexpected character, expected ',' or '${inObject ? '}' : ']'}'`, at);
    }
  }

  #key(byte: number, at: number): void {
    if (byte !== QUOTE) {
      const trailing = this.#state === KEY && byte === CLOSE_BRACE;
      this.#sink.refuse(trailing ? 'a comma must not come last' : 'unexpected character, expected a string key', at);
    }
    if (this.#depth === this.#memberDepth) this.#sink.keyStarts(at);
    this.#stringIsKey = true;
    this.#state = STRING;
  }

  #value(byte: number, at: number): void {
    if (byte === QUOTE) {
      this.#stringIsKey = false;
      this.#state = STRING;
      this.#valueStarted(at, 'string');
    } else if (byte === OPEN_BRACE) {
      if (this.#depth === 0) this.#memberDepth = 1;
      this.#open(at, 1);
    } else if (byte === OPEN_BRACKET) {
      this.#open(at, 0);
    } else if (byte === MINUS || DIGIT[byte] === 1) {
      this.#numberState = numberStart(byte);
      this.#state = NUMBER;
      this.#valueStarted(at, 'number');
    } else {
      const literal = LITERALS.find((text) => text.charCodeAt(0) === byte) ?? this.#refuseValue(byte, at);
      this.#literal = literal;
      this.#literalIndex = 1;
      this.#state = LITERAL;
      this.#valueStarted(at, literal);
    }
  }

  #refuseValue(byte: number, at: number): never {
    if (byte === CLOSE_BRACKET && this.#depth > 0 && (this.#objectBits & 1) === 0)
      return this.#sink.refuse('a comma must not come last', at);
    if (byte === 0xef && this.#depth === 0 && at === 0)
      return this.#sink.refuse('a byte order mark is not supported, expected a JSON value', at);
    return this.#sink.refuse('unexpected character, expected a JSON value', at);
  }

  #valueStarted(at: number, kind: JsonKind): void {
    if (this.#depth === this.#memberDepth) this.#sink.valueStarts(at, kind);
  }

  #valueEnded(end: number): void {
    if (this.#depth === this.#memberDepth) this.#sink.valueEnds(end);
    this.#state = this.#depth === 0 ? DONE : AFTER_VALUE;
  }

  #insideLiteral(chunk: Buffer, start: number, end: number): number {
    const literal = this.#literal;
    let index = this.#literalIndex;
    let at = start;
    for (; at < end && index < literal.length; at++, index++) {
      if (chunk[at] !== literal.charCodeAt(index))
        this.#sink.refuse(`invalid literal, expected '${literal}'`, at - index);
    }
    this.#literalIndex = index;
    if (index === literal.length) this.#valueEnded(at);
    return at;
  }

  #open(at: number, isObject: 0 | 1): void {
    if (this.#depth > 0) this.#valueStarted(at, isObject === 1 ? 'object' : 'array');
    if (this.#depth === MAX_DEPTH) this.#sink.refuse(`nested deeper than ${MAX_DEPTH} levels`, at);
    if (this.#depth > 0 && this.#depth % LEVELS_PER_WORD === 0) (this.#outerBits ??= []).push(this.#objectBits);
    this.#objectBits = ((this.#objectBits << 1) & WORD_MASK) | isObject;
    this.#depth++;
    this.#state = isObject === 1 ? KEY_OR_CLOSE : VALUE_OR_CLOSE;
  }

  #close(at: number): void {
    this.#depth--;
    if (this.#depth > 0 && this.#depth % LEVELS_PER_WORD === 0) this.#objectBits = this.#outerBits?.pop() ?? 0;
    else this.#objectBits >>= 1;
    if (this.#depth === 0) {
      this.#sink.documentCloses(at, this.#memberDepth === 1);
      this.#state = DONE;
    } else {
      this.#valueEnded(at + 1);
    }
  }

  #insideNumber(chunk: Buffer, start: number, end: number): number {
    let state = this.#numberState;
    let at = start;
    for (; at < end; at++) {
      const next = numberStep(state, chunk[at] ?? 0);
      if (next === NO_TRANSITION) break;
      state = next;
      // Digits lead from these states to themselves: the table is asked once per run of digits.
      if (state >= INTEGER) while (at + 1 < end && DIGIT[chunk[at + 1] ?? 0] === 1) at++;
    }
    this.#numberState = state;
    if (at === end) return at;
    if (state < NUMBER_ENDS) this.#sink.refuse(incompleteNumberReason(state), at);
    if (DIGIT[chunk[at] ?? 0] === 1) this.#sink.refuse('a number must not begin with a zero', at);
    this.#valueEnded(at);
    return at;
  }

  /** From inside a string to behind its closing quote, or to a place where the state says how to go on. */
  #insideString(chunk: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const walkEnd = at + WALK_BYTES < end ? at + WALK_BYTES : end;
      const plain = this.sawNonAscii ? PLAIN : PLAIN_ASCII;
      while (at < walkEnd && plain[chunk[at] ?? 0] === 1) at++;
      if (at === end) return at;
      if (at === walkEnd) {
        this.sawNonAscii = true;
        at = this.#search.next(chunk, at, end);
        if (at === end) return at;
      }
      const byte = chunk[at] ?? 0;
      if (byte === QUOTE) {
        this.#stringClosed(chunk, at);
        return at + 1;
      }
      if (byte === BACKSLASH) {
        if (at + 1 < end && SIMPLE_ESCAPE[chunk[at + 1] ?? 0] === 1 && !this.#stringIsKey) {
          at += 2;
          continue;
        }
        at = this.#backslash(chunk, at, end);
        if (this.#state !== STRING) return at;
      } else if (byte >= 0x80) {
        this.sawNonAscii = true;
      } else if (byte < 0x20) {
        this.#sink.refuse('unexpected control character in a string', at);
      }
    }
    return at;
  }

  #stringClosed(chunk: Buffer, at: number): void {
    if (this.#stringIsKey) {
      if (this.#depth === this.#memberDepth) this.#sink.keyEnds(chunk, at);
      this.#state = AFTER_KEY;
    } else {
      this.#valueEnded(at + 1);
    }
  }

  /** Steps over a whole escape where it lies in this chunk; else leaves it to `#escape`. */
  #backslash(chunk: Buffer, at: number, end: number): number {
    if (this.#stringIsKey && this.#depth === this.#memberDepth) this.#sink.keyHasEscape();
    const byte = at + 1 < end ? (chunk[at + 1] ?? 0) : 0;
    if (SIMPLE_ESCAPE[byte] === 1) return at + 2;
    if (byte === LETTER_U && at + 5 < end) {
      const hexDigits =
        (HEX_DIGIT[chunk[at + 2] ?? 0] ?? 0) +
        (HEX_DIGIT[chunk[at + 3] ?? 0] ?? 0) +
        (HEX_DIGIT[chunk[at + 4] ?? 0] ?? 0) +
        (HEX_DIGIT[chunk[at + 5] ?? 0] ?? 0);
      if (hexDigits === 4) return at + 6;
    }
    this.#state = ESCAPE;
    return at + 1;
  }

  /** One byte of an escape that is cut by a chunk border, or invalid. */
  #escape(byte: number, at: number): void {
    if (this.#state === HEX) {
      if (HEX_DIGIT[byte] === 0) this.#sink.refuse('invalid escape sequence in a string', at);
      if (--this.#hexLeft === 0) this.#state = STRING;
    } else if (byte === LETTER_U) {
      this.#hexLeft = 4;
      this.#state = HEX;
    } else {
      if (SIMPLE_ESCAPE[byte] === 0) this.#sink.refuse('invalid escape sequence in a string', at);
      this.#state = STRING;
    }
  }
}
