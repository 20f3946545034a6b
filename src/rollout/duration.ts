/** Spans of time as settings write them: `500ms`, `30s`, `10m`, `6h`, `1d`. */

/** Largest first: a span is written in the largest unit that divides it. */
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

const UNIT_MS: ReadonlyMap<string, number> = new Map(UNITS);

/** @returns milliseconds above 0, or null when the text is no such span */
export function parseDuration(text: string): number | null {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim()) ?? [];
  const unitMs = UNIT_MS.get(unit);
  const ms = unitMs === undefined ? 0 : Number(amount) * unitMs;
  return ms > 0 && Number.isFinite(ms) ? ms : null;
}

export function formatDuration(ms: number): string {
  for (const [unit, unitMs] of UNITS) if (ms >= unitMs && ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  return `${ms}ms`;
}
