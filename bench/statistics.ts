/** Middle, lowest and highest of a few rounds. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  const median = ((lower ?? Number.NaN) + (upper ?? Number.NaN)) / 2;
  return { median, low: sorted[0] ?? Number.NaN, high: sorted.at(-1) ?? Number.NaN };
}

/** @param sorted ascending */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/**
 * What divides two contestants in each round: a machine that slows down or speeds up between rounds does so to both.
 * @param over one a round, null where there is none
 * @returns null when there is no round in which both took part
 */
export function ratioByRound(over: readonly (number | null)[], under: readonly (number | null)[]): Spread | null {
  const ratios = over.flatMap((top, round) => {
    const bottom = under[round];
    return top == null || bottom == null ? [] : [top / bottom];
  });
  return ratios.length === 0 ? null : spread(ratios);
}

/** Three digits that count. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return '0';
  // Rounded first: 0.9999 has as many digits before its point as 1.
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(Number(value.toPrecision(3))))));
  return value.toFixed(Math.min(digits, 8));
}
