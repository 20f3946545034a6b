import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  HEX_DIGIT,
  LETTER_U,
  LINE_FEED,
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
import { incompleteNumberReason, NO_TRANSITION, NUMBER_ENDS, numberStart, numberStep } from './json-number-state.ts';
import type { JsonKind } from './shallow-scan.ts';

/** Containers inside containers that are accepted; orjson, LiteLLM's parser, has the same bound. */
export const MAX_DEPTH = 1024;

/**
 * Bytes of a string that are walked one by one before `indexOf` is asked. A call costs 25 to 38 ns and the loop 0.5 to
 * 0.8 ns a byte (json-machine.bench.ts), so the loop wins up to about 48 bytes, and always where quotes or escapes are
 * dense.
 */
const WALK_BYTES = 48;

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

const LEVELS_PER_WORD = 30;
const NEVER = Number.MAX_SAFE_INTEGER;

/** What the machine tells its owner; all positions are indexes into the chunk that is being scanned. */
export interface TopLevelSink {
  keyStarts(at: number): void;
  /** `at` is the closing quote. */
  keyEnds(chunk: Buffer, at: number): void;
  keyHasEscape(): void;
  valueStarts(at: number, kind: JsonKind): void;
  valueEnds(at: number): void;
  /** The outermost container closes; not reported for a document that is a scalar. */
  documentCloses(at: number, isObject: boolean): void;
  refuse(reason: string, at: number): never;
}

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
  #nextQuote = -1;
  #nextBackslash = -1;
  #nextLineFeed = -1;
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
    this.#nextQuote = this.#nextBackslash = this.#nextLineFeed = -1;
    let at = start;
    while (at < end) {
      switch (this.#state) {
        case STRING:
          at = this.#insideString(chunk, at, end);
          break;
        case ESCAPE:
        case HEX:
          this.#escape(chunk[at] ?? 0, at);
          at++;
          break;
        case NUMBER:
          at = this.#insideNumber(chunk, at, end);
          break;
        case LITERAL:
          this.#insideLiteral(chunk[at] ?? 0, at);
          at++;
          break;
        default: {
          const byte = chunk[at] ?? 0;
          if (WHITESPACE[byte] === 0) this.#structure(byte, at);
          at++;
        }
      }
    }
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
    } else if (byte === 116) {
      this.#literalStarted(at, 'true');
    } else if (byte === 102) {
      this.#literalStarted(at, 'false');
    } else if (byte === 110) {
      this.#literalStarted(at, 'null');
    } else {
      this.#refuseValue(byte, at);
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

  #literalStarted(at: number, literal: 'true' | 'false' | 'null'): void {
    this.#literal = literal;
    this.#literalIndex = 1;
    this.#state = LITERAL;
    this.#valueStarted(at, literal);
  }

  #insideLiteral(byte: number, at: number): void {
    if (byte !== this.#literal.charCodeAt(this.#literalIndex))
      this.#sink.refuse(`invalid literal, expected '${this.#literal}'`, at - this.#literalIndex);
    if (++this.#literalIndex === this.#literal.length) this.#valueEnded(at + 1);
  }

  #open(at: number, isObject: 0 | 1): void {
    if (this.#depth > 0) this.#valueStarted(at, isObject === 1 ? 'object' : 'array');
    if (this.#depth === MAX_DEPTH) this.#sink.refuse(`nested deeper than ${MAX_DEPTH} levels`, at);
    if (this.#depth > 0 && this.#depth % LEVELS_PER_WORD === 0) (this.#outerBits ??= []).push(this.#objectBits);
    this.#objectBits = ((this.#objectBits << 1) & 0x3fff_ffff) | isObject;
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
        at = this.#skip(chunk, at, end);
        if (at === end) return at;
      }
      const byte = chunk[at] ?? 0;
      if (byte === QUOTE) {
        this.#stringClosed(chunk, at);
        return at + 1;
      }
      if (byte === BACKSLASH) {
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

  /** The next quote, backslash or line feed at or after `at`, by native search. Bytes between are not looked at. */
  #skip(chunk: Buffer, at: number, end: number): number {
    this.sawNonAscii = true;
    if (this.#nextQuote < at) this.#nextQuote = positionOf(chunk, QUOTE, at);
    if (this.#nextBackslash < at) this.#nextBackslash = positionOf(chunk, BACKSLASH, at);
    if (this.#nextLineFeed < at) this.#nextLineFeed = positionOf(chunk, LINE_FEED, at);
    return Math.min(this.#nextQuote, this.#nextBackslash, this.#nextLineFeed, end);
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

function positionOf(chunk: Buffer, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from);
  return at === -1 ? NEVER : at;
}
