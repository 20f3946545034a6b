import { DIGIT, DOT, MINUS, PLUS } from './json-bytes.ts';

/**
 * The number grammar of RFC 8259 as a table of transitions: `-? (0 | [1-9][0-9]*) (.[0-9]+)? ([eE][+-]?[0-9]+)?`.
 * A number may end in the states at or above `NUMBER_ENDS`.
 */
const START_MINUS = 0;
const AFTER_DOT = 1;
const AFTER_E = 2;
const AFTER_E_SIGN = 3;
const ZERO = 4;
/** From here on, digits lead to the same state. */
export const INTEGER = 5;
const FRACTION = 6;
const EXPONENT = 7;

export const NUMBER_ENDS = ZERO;
export const NO_TRANSITION = 255;

const CLASS_OTHER = 0;
const CLASS_ZERO = 1;
const CLASS_DIGIT = 2;
const CLASS_DOT = 3;
const CLASS_E = 4;
const CLASS_SIGN = 5;
const CLASSES = 8;

const CLASS_OF = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 48) return CLASS_ZERO;
  if (DIGIT[byte] === 1) return CLASS_DIGIT;
  if (byte === DOT) return CLASS_DOT;
  if (byte === 69 || byte === 101) return CLASS_E;
  if (byte === MINUS || byte === PLUS) return CLASS_SIGN;
  return CLASS_OTHER;
});

const TRANSITIONS = buildTransitions();

function buildTransitions(): Uint8Array {
  const table = new Uint8Array(8 * CLASSES).fill(NO_TRANSITION);
  const allow = (from: number, byteClass: number, to: number): void => {
    table[from * CLASSES + byteClass] = to;
  };
  const allowDigits = (from: number, to: number): void => {
    allow(from, CLASS_ZERO, to);
    allow(from, CLASS_DIGIT, to);
  };
  allow(START_MINUS, CLASS_ZERO, ZERO);
  allow(START_MINUS, CLASS_DIGIT, INTEGER);
  allowDigits(INTEGER, INTEGER);
  allowDigits(AFTER_DOT, FRACTION);
  allowDigits(FRACTION, FRACTION);
  allowDigits(AFTER_E, EXPONENT);
  allowDigits(AFTER_E_SIGN, EXPONENT);
  allowDigits(EXPONENT, EXPONENT);
  allow(ZERO, CLASS_DOT, AFTER_DOT);
  allow(INTEGER, CLASS_DOT, AFTER_DOT);
  for (const from of [ZERO, INTEGER, FRACTION]) allow(from, CLASS_E, AFTER_E);
  allow(AFTER_E, CLASS_SIGN, AFTER_E_SIGN);
  return table;
}

/** State after the first byte of a number (a minus or a digit). */
export function numberStart(byte: number): number {
  return byte === MINUS ? START_MINUS : byte === 48 ? ZERO : INTEGER;
}

/** State after `byte`, or `NO_TRANSITION` when the number cannot go on with it. */
export function numberStep(state: number, byte: number): number {
  return TRANSITIONS[state * CLASSES + (CLASS_OF[byte] ?? 0)] ?? NO_TRANSITION;
}

/** Why a number that stops in `state` is not complete. */
export function incompleteNumberReason(state: number): string {
  if (state === START_MINUS) return 'a digit must follow the minus sign';
  if (state === AFTER_DOT) return 'a digit must follow the decimal point';
  return 'a digit must follow the exponent sign';
}
