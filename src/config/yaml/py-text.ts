/**
 * Python's `str()`, `repr()` and `json.dumps()` of a configuration value. Deployment ids are hashes over these texts,
 * so every character counts. Exact for all that `safe_load` makes, but for sets, whose order Python itself does not
 * promise.
 */
import type { PyDate, PyDateTime, PyEntry, PyValue } from './py-value.ts';

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** `repr(float)`: the shortest digits that read back the same, exponent form below 1e-4 and from 1e16. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) return `${mantissa}e${exponent < 0 ? '-' : '+'}${pad(Math.abs(exponent))}`;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace('-', '').replace('.', '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Zs}]/u;

function escapedCharacter(character: string, quote: string): string {
  switch (character) {
    case '\\':
    case quote:
      return `\\${character}`;
    case '\n':
      return String.raw`\n`;
    case '\r':
      return String.raw`\r`;
    case '\t':
      return String.raw`\t`;
    case ' ':
      return ' ';
  }
  if (!UNPRINTABLE.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** `repr(str)`. */
export function stringRepr(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  let text = quote;
  for (const character of value) text += escapedCharacter(character, quote);
  return text + quote;
}

function bytesRepr(value: Uint8Array): string {
  const characters = Array.from(value, (byte) => String.fromCharCode(byte));
  const quote = value.includes(0x27) && !value.includes(0x22) ? '"' : "'";
  const body = characters.map((character, index) =>
    (value[index] ?? 0) > 0x7e ? `\\x${(value[index] ?? 0).toString(16)}` : escapedCharacter(character, quote),
  );
  return `b${quote}${body.join('')}${quote}`;
}

const dateText = (value: PyDate | PyDateTime): string => `${pad(value.year, 4)}-${pad(value.month)}-${pad(value.day)}`;

/** `str(datetime)`: ISO with a space. */
function dateTimeText(value: PyDateTime): string {
  const fraction = value.microsecond === 0 ? '' : `.${pad(value.microsecond, 6)}`;
  const time = `${pad(value.hour)}:${pad(value.minute)}:${pad(value.second)}${fraction}`;
  if (value.offsetMinutes === null) return `${dateText(value)} ${time}`;
  const offset = Math.abs(value.offsetMinutes);
  const sign = value.offsetMinutes < 0 ? '-' : '+';
  return `${dateText(value)} ${time}${sign}${pad(Math.floor(offset / 60))}:${pad(offset % 60)}`;
}

/** `repr(timedelta)`: days carry the sign, seconds are never negative. */
function offsetRepr(minutes: number): string {
  if (minutes === 0) return 'datetime.timezone.utc';
  const days = Math.floor(minutes / 1440);
  const seconds = (minutes - days * 1440) * 60;
  const parts = [...(days === 0 ? [] : [`days=${days}`]), ...(seconds === 0 ? [] : [`seconds=${seconds}`])];
  return `datetime.timezone(datetime.timedelta(${parts.join(', ')}))`;
}

function dateTimeRepr(value: PyDateTime): string {
  const numbers = [value.year, value.month, value.day, value.hour, value.minute];
  if (value.second !== 0 || value.microsecond !== 0) numbers.push(value.second);
  if (value.microsecond !== 0) numbers.push(value.microsecond);
  const zone = value.offsetMinutes === null ? '' : `, tzinfo=${offsetRepr(value.offsetMinutes)}`;
  return `datetime.datetime(${numbers.join(', ')}${zone})`;
}

/** `repr(value)`. */
export function pyRepr(value: PyValue): string {
  switch (value.kind) {
    case 'none':
      return 'None';
    case 'bool':
      return value.value ? 'True' : 'False';
    case 'int':
      return value.value.toString();
    case 'float':
      return floatText(value.value);
    case 'str':
      return stringRepr(value.value);
    case 'bytes':
      return bytesRepr(value.value);
    case 'date':
      return `datetime.date(${value.year}, ${value.month}, ${value.day})`;
    case 'datetime':
      return dateTimeRepr(value);
    case 'list': {
      const items = value.items.map(pyRepr).join(', ');
      if (value.tuple) return value.items.length === 1 ? `(${items},)` : `(${items})`;
      return `[${items}]`;
    }
    case 'dict':
      return `{${value.entries.map((entry) => `${pyRepr(entry.key)}: ${pyRepr(entry.value)}`).join(', ')}}`;
    case 'set':
      return value.items.length === 0 ? 'set()' : `{${value.items.map(pyRepr).join(', ')}}`;
  }
}

/** `str(value)`. */
export function pyString(value: PyValue): string {
  if (value.kind === 'str') return value.value;
  if (value.kind === 'date') return dateText(value);
  if (value.kind === 'datetime') return dateTimeText(value);
  return pyRepr(value);
}

const NON_ASCII = /[^\x20-\x7e]/g;

/** A JSON string as `json.dumps` writes it: everything beyond ASCII as UTF-16 escapes. */
function jsonString(value: string): string {
  return JSON.stringify(value).replaceAll(
    NON_ASCII,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return floatText(value);
}

function jsonKey(entry: PyEntry): string {
  const { key } = entry;
  return jsonString(key.kind === 'str' ? key.value : pyJson(key));
}

/**
 * `json.dumps(value, default=…)` where what JSON lacks becomes the name of its Python class, as LiteLLM writes it
 * for ids.
 */
export function pyJson(value: PyValue): string {
  switch (value.kind) {
    case 'none':
      return 'null';
    case 'bool':
      return String(value.value);
    case 'int':
      return value.value.toString();
    case 'float':
      return jsonFloat(value.value);
    case 'str':
      return jsonString(value.value);
    case 'list':
      return `[${value.items.map(pyJson).join(', ')}]`;
    case 'dict':
      return `{${value.entries.map((entry) => `${jsonKey(entry)}: ${pyJson(entry.value)}`).join(', ')}}`;
    case 'date':
      return '"datetime.date"';
    case 'datetime':
      return '"datetime.datetime"';
    case 'bytes':
      return '"builtins.bytes"';
    case 'set':
      return '"builtins.set"';
  }
}
