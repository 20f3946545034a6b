/**
 * YAML 1.1 scalars as PyYAML's `SafeLoader` reads them: which type a plain scalar has (its regular expressions, tried
 * in its order) and what value the text becomes.
 *
 * Not the YAML specification: `1e-6` is a string (PyYAML wants a dot and a signed exponent), `y` is a string,
 * `0o17` is a string and `017` is fifteen, `1:30` is ninety.
 */
import type { Place, PyValue } from './py-value.ts';

export const TAG_PREFIX = 'tag:yaml.org,2002:';

const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INT =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const TIMESTAMP =
  /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9][0-9]?(?::[0-9]{2})?))?)$/;
const TIMESTAMP_PARTS =
  /^([0-9]{4})-([0-9][0-9]?)-([0-9][0-9]?)(?:(?:[Tt]|[ \t]+)([0-9][0-9]?):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?(?:[ \t]*(?:(Z)|([-+])([0-9][0-9]?)(?::([0-9]{2}))?))?)?$/;

/** The tag of a plain scalar without a tag of its own, in short form (`int`, `merge`…). */
export function implicitTag(text: string): string {
  if (NULL.test(text)) return 'null';
  if (BOOL.test(text)) return 'bool';
  if (FLOAT.test(text)) return 'float';
  if (INT.test(text)) return 'int';
  if (text === '<<') return 'merge';
  if (TIMESTAMP.test(text)) return 'timestamp';
  if (text === '=') return 'value';
  return 'str';
}

/** The text is not of the type that its tag or its form says; `message` says which type. */
export class ScalarFault extends Error {}

function signed(text: string): { readonly negative: boolean; readonly digits: string } {
  const negative = text.startsWith('-');
  return { negative, digits: negative || text.startsWith('+') ? text.slice(1) : text };
}

function bigIntOf(digits: string, prefix: string): bigint {
  try {
    if (digits === '') throw new SyntaxError('no digits');
    return BigInt(prefix + digits);
  } catch {
    throw new ScalarFault('is not an integer');
  }
}

function integer(source: string): bigint {
  const { negative, digits } = signed(source.replaceAll('_', ''));
  let value: bigint;
  if (digits === '0') value = 0n;
  else if (digits.startsWith('0b')) value = bigIntOf(digits.slice(2), '0b');
  else if (digits.startsWith('0x')) value = bigIntOf(digits.slice(2), '0x');
  else if (digits.startsWith('0')) value = bigIntOf(digits.replace(/^0o?/, ''), '0o');
  else if (digits.includes(':')) value = digits.split(':').reduce((sum, part) => sum * 60n + bigIntOf(part, ''), 0n);
  else value = bigIntOf(digits, '');
  return negative ? -value : value;
}

const DECIMAL = /^[0-9]+\.?[0-9]*(?:e[-+]?[0-9]+)?$|^\.[0-9]+(?:e[-+]?[0-9]+)?$/;

function decimal(text: string): number {
  if (!DECIMAL.test(text)) throw new ScalarFault('is not a number');
  return Number(text);
}

function float(source: string): number {
  const { negative, digits } = signed(source.replaceAll('_', '').toLowerCase());
  const sign = negative ? -1 : 1;
  if (digits === '.inf') return sign * Infinity;
  if (digits === '.nan') return NaN;
  if (!digits.includes(':')) return sign * decimal(digits);
  // The order of the additions is PyYAML's: floats do not forgive another one.
  let value = 0;
  let base = 1;
  for (const part of digits.split(':').toReversed()) {
    value += decimal(part) * base;
    base *= 60;
  }
  return sign * value;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isCalendarDay(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = month === 2 && leap ? 29 : (DAYS[month - 1] ?? 0);
  return year >= 1 && day >= 1 && day <= days;
}

function timestamp(text: string, place: Place): PyValue {
  const match = TIMESTAMP_PARTS.exec(text);
  if (match === null) throw new ScalarFault('is not a date');
  const [year = 0, month = 0, day = 0] = match.slice(1, 4).map(Number);
  if (!isCalendarDay(year, month, day)) throw new ScalarFault('is not a day of the calendar');
  if (match[4] === undefined) return { kind: 'date', year, month, day, place };
  const [hour = 0, minute = 0, second = 0] = match.slice(4, 7).map(Number);
  if (hour > 23 || minute > 59 || second > 59) throw new ScalarFault('is not a time of day');
  const microsecond = Number((match[7] ?? '').slice(0, 6).padEnd(6, '0'));
  let offsetMinutes: number | null = match[8] === undefined ? null : 0;
  if (match[9] !== undefined) {
    offsetMinutes = Number(match[10]) * 60 + Number(match[11] ?? 0);
    if (offsetMinutes >= 1440) throw new ScalarFault('has a time zone beyond 24 hours');
    if (match[9] === '-') offsetMinutes = -offsetMinutes || 0;
  }
  return { kind: 'datetime', year, month, day, hour, minute, second, microsecond, offsetMinutes, place };
}

const BOOL_WORDS = new Map([
  ['yes', true],
  ['no', false],
  ['true', true],
  ['false', false],
  ['on', true],
  ['off', false],
]);

function bool(text: string): boolean {
  const value = BOOL_WORDS.get(text.toLowerCase());
  if (value === undefined) throw new ScalarFault('is not a boolean');
  return value;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function binary(text: string): Uint8Array {
  const packed = text.replaceAll(/[^A-Za-z0-9+/=]/g, '');
  if (!BASE64.test(packed) || packed.length % 4 !== 0) throw new ScalarFault('is not base64');
  return new Uint8Array(Buffer.from(packed, 'base64'));
}

/**
 * The value of a scalar under a short tag.
 * @throws ScalarFault for text that the tag does not fit, and for tags that safe_load does not know
 */
export function scalarValue(tag: string, text: string, place: Place): PyValue {
  switch (tag) {
    case 'null':
      return { kind: 'none', place };
    case 'bool':
      return { kind: 'bool', value: bool(text), place };
    case 'int':
      return { kind: 'int', value: integer(text), place };
    case 'float':
      return { kind: 'float', value: float(text), place };
    case 'str':
      return { kind: 'str', value: text, place };
    case 'timestamp':
      return timestamp(text, place);
    case 'binary':
      return { kind: 'bytes', value: binary(text), place };
    default:
      throw new ScalarFault(`has the tag or form "${tag}", which has no value of its own`);
  }
}
