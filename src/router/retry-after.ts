/**
 * A provider's `retry-after`. LiteLLM takes whole seconds or a date; a fraction or any other text counts as not sent.
 * @returns seconds, may be 0 or negative; null: none
 */
export function parseRetryAfter(value: string | null, nowMs: number): number | null {
  if (value === null) return null;
  const text = value.trim();
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  // A date names its day or month; `1.5` and other numbers would be read as dates of some year.
  if (!/[a-z]{3}/i.test(text)) return null;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.trunc((date - nowMs) / 1000);
}

/** As the HTTP standard and providers mean it: fractions too; negative is 0. */
export function obeyedRetryAfter(value: string | null, nowMs: number): number | null {
  if (value !== null && /^\s*\d+\.\d+\s*$/.test(value)) return Number(value);
  const seconds = parseRetryAfter(value, nowMs);
  return seconds === null ? null : Math.max(0, seconds);
}
