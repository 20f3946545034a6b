/**
 * One entry of a price map in LiteLLM's format: plain JSON with about 150 optional keys. Costs are USD per unit; a map
 * read from YAML may hold them as text (`"3e-7"`).
 */
import type { JsonObject, JsonValue } from '../protocol/json.ts';

export type PriceEntry = JsonObject;

/** Marks the rates of one context-length step, e.g. `input_cost_per_token_above_200k_tokens`. */
const ABOVE_THRESHOLD = /_above_\d+k?_tokens$/;

export function isAboveThresholdKey(key: string): boolean {
  return ABOVE_THRESHOLD.test(key);
}

/** A number, or text that reads as one; null for anything else. */
export function toNumber(value: JsonValue | undefined): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const parsed = Number(value);
  return Number.isNaN(parsed) ? null : parsed;
}

export function numberAt(entry: PriceEntry, key: string): number | null {
  return toNumber(entry[key]);
}

export function textAt(entry: PriceEntry, key: string): string | null {
  const value = entry[key];
  return typeof value === 'string' ? value : null;
}
