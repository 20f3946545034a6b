/**
 * A number as Python's `str(float)` writes it: the shortest digits that read back as the same number (JavaScript finds
 * the same ones), always with a point, and with an exponent of two digits below 1e-4 and from 1e16 on.
 * LiteLLM-compat: cost headers are made of such texts (`6.750000000000001e-05`, `0.0`).
 */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const magnitude = Math.abs(value);
  if (magnitude >= LEAST_PLAIN && magnitude < LEAST_LARGE) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  return magnitude < LEAST_DECIMAL ? withPaddedExponent(String(value)) : withExponent(value, magnitude);
}

/** JavaScript writes these with zeros in front, e.g. `0.0000675`; its text is taken apart, since `toExponential` is dear. */
function withExponent(value: number, magnitude: number): string {
  if (magnitude >= LEAST_LARGE) return withPaddedExponent(value.toExponential());
  const exponent = magnitude < LEAST_FIVE_DIGITS ? 6 : 5;
  const text = String(magnitude);
  const first = exponent + 1;
  const more = text.length > first + 1 ? `.${text.slice(first + 1)}` : '';
  return `${value < 0 ? '-' : ''}${text[first]}${more}e-0${exponent}`;
}

/** `6.75e-7` → `6.75e-07`. */
function withPaddedExponent(text: string): string {
  return text.length - text.indexOf('e') === 3 ? `${text.slice(0, -1)}0${text.slice(-1)}` : text;
}

const LEAST_PLAIN = 1e-4;
const LEAST_FIVE_DIGITS = 1e-5;
/** Below it JavaScript writes an exponent of its own. */
const LEAST_DECIMAL = 1e-6;
const LEAST_LARGE = 1e16;
