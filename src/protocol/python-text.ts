/**
 * Python's texts of JSON values: `repr`, `str` and `json.dumps`. LiteLLM counts and shows them, so we have to write them.
 *
 * Promises: linear in the text; a value nested deeper than 1,000 levels (a cycle is), of more than 1 Mi values, or with
 * a text above 64 Mi characters is refused, not followed. Gives up what JSON in JavaScript does not keep: `2.0` is written `2`, and keys that look like
 * array indexes come first.
 * LiteLLM-compat: wording only; nothing parses these texts.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { isJsonArray, type JsonValue } from './json.ts';

/** Deepest nesting that is written, about where Python itself gives up. */
const DEEPEST_NESTING = 1000;
/** Longest text that is written, in UTF-16 code units. */
const LONGEST_TEXT = 64 * 1024 * 1024;

/** Most values that are written, so that small values without number are refused before they take long. */
const MOST_VALUES = 1024 * 1024;

/** What may still be written; shared by everything that goes into one text. */
export class TextBudget {
  #left = LONGEST_TEXT;
  #valuesLeft = MOST_VALUES;

  /**
   * To be called before the text is made. @param values how many are about to follow
   * @throws GatewayError `bad_request` when the text becomes too long, the values too many or the nesting too deep.
   */
  spend(characters: number, depth: number, values = 0): void {
    if (depth > DEEPEST_NESTING)
      throw new GatewayError(
        'bad_request',
        `A value is nested deeper than ${DEEPEST_NESTING} levels, or contains itself; flatten it.`,
      );
    this.#valuesLeft -= values;
    if (this.#valuesLeft < 0)
      throw new GatewayError('bad_request', `A value holds more than ${MOST_VALUES} values; send fewer.`);
    this.#left -= characters;
    if (this.#left < 0)
      throw new GatewayError('bad_request', `A value is longer than ${LONGEST_TEXT} characters as text; shorten it.`);
  }
}

interface Style {
  readonly yes: string;
  readonly no: string;
  readonly none: string;
  readonly comma: string;
  readonly colon: string;
  readonly quote: (text: string) => string;
}

const REPR: Style = { yes: 'True', no: 'False', none: 'None', comma: ', ', colon: ': ', quote: quoted };
const COMPACT_JSON: Style = {
  yes: 'true',
  no: 'false',
  none: 'null',
  comma: ',',
  colon: ':',
  quote: (text) => JSON.stringify(text).replace(/[\u0080-\uffff]/g, (found) => hex(found.charCodeAt(0), 'u', 4)),
};

/** `repr(value)`. @throws GatewayError `bad_request` for a value without end. */
export function pythonRepr(value: JsonValue | undefined, budget: TextBudget = new TextBudget()): string {
  return written(value, REPR, budget, 0);
}

/** `str(value)`: texts as they are, everything else as `repr`. @throws GatewayError `bad_request` */
export function pythonStr(value: JsonValue | undefined, budget: TextBudget = new TextBudget()): string {
  if (typeof value !== 'string') return pythonRepr(value, budget);
  budget.spend(value.length, 0);
  return value;
}

/** `json.dumps(value, separators=(",", ":"))`. @throws GatewayError `bad_request` */
export function pythonCompactJson(value: JsonValue | undefined): string {
  return written(value, COMPACT_JSON, new TextBudget(), 0);
}

function written(value: JsonValue | undefined, style: Style, budget: TextBudget, depth: number): string {
  if (typeof value === 'string') return writtenText(value, style, budget, depth);
  if (typeof value !== 'object' || value === null) {
    const text = scalar(value, style);
    budget.spend(text.length, depth);
    return text;
  }
  let text = '';
  if (isJsonArray(value)) {
    budget.spend(2 + Math.max(0, value.length - 1) * style.comma.length, depth, value.length);
    for (const item of value) {
      text += (text === '' ? '' : style.comma) + written(item, style, budget, depth + 1);
    }
    return `[${text}]`;
  }
  const keys = Object.keys(value);
  const commas = Math.max(0, keys.length - 1) * style.comma.length;
  budget.spend(2 + commas + keys.length * style.colon.length, depth, keys.length);
  for (const key of keys) {
    const name = writtenText(key, style, budget, depth);
    text += (text === '' ? '' : style.comma) + name + style.colon + written(value[key], style, budget, depth + 1);
  }
  return `{${text}}`;
}

/** What is too long by itself is refused before it is escaped. */
function writtenText(value: string, style: Style, budget: TextBudget, depth: number): string {
  budget.spend(value.length, depth);
  const text = style.quote(value);
  budget.spend(text.length - value.length, depth);
  return text;
}

function scalar(value: number | boolean | null | undefined, style: Style): string {
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return value ? style.yes : style.no;
  return style.none;
}

/** Python writes exponents with two digits, and below 1e-4 where JavaScript still writes zeros. */
function numberText(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const text = Math.abs(value) < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);
/** What Python does not print: everything of the categories C and Z but the blank. */
const UNPRINTABLE = /[\\\p{C}\p{Z}]/gu;
const PLAIN = /^[\x20-\x26\x28-\x5b\x5d-\x7e]*$/;

/** Single quotes, unless the text has some and no double ones. */
function quoted(text: string): string {
  if (PLAIN.test(text)) return `'${text}'`;
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(UNPRINTABLE, escape);
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

function escape(character: string): string {
  if (character === ' ') return character;
  const known = ESCAPES.get(character);
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x1_00) return hex(code, 'x', 2);
  return code < 0x1_00_00 ? hex(code, 'u', 4) : hex(code, 'U', 8);
}

const hex = (code: number, letter: string, digits: number): string =>
  `\\${letter}${code.toString(16).padStart(digits, '0')}`;
