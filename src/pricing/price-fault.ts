/** What is wrong with a price that a program states: one that is read as nothing would make calls free in silence. */
import { kindOfValue } from '../errors/kind-of-value.ts';
import { isJsonArray, isJsonObject, type JsonValue } from '../protocol/json.ts';
import { toNumber } from './price-entry.ts';

/** `input_cost_per_token`, `cache_read_input_token_cost_flex`, `ocr_cost_per_page`, … */
const PRICE_FIELD = /_cost(?:_|$)/;

/**
 * A price is a number of at least 0, or text that reads as one; fields of several prices are objects or arrays.
 * null: nothing is wrong, or the field is no price.
 */
export function priceFault(name: string, value: JsonValue | undefined): string | null {
  if (value === undefined || value === null || !PRICE_FIELD.test(name)) return null;
  if (isJsonObject(value) || isJsonArray(value)) return null;
  const price = toNumber(value);
  if (price !== null && price >= 0 && price < Infinity) return null;
  const got = typeof value === 'number' ? String(value) : kindOfValue(value);
  const what = typeof value === 'string' ? `${got} that is no such number` : got;
  return `\`${name}\` has to be a price in USD, a finite number of at least 0 such as 3e-7; got ${what}.`;
}
