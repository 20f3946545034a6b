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
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const size = Math.abs(Number(exponent)).toString().padStart(2, '0');
  return `${digits}e${exponent.startsWith('-') ? '-' : '+'}${size}`;
}

const LEAST_PLAIN = 1e-4;
const LEAST_LARGE = 1e16;
