/**
 * Deep comparison for golden rows: the first difference as one line, or null. Numbers are compared with a relative
 * tolerance (default exact); `undefined` fields count as absent.
 */
export interface DifferenceOptions {
  /** Relative tolerance for numbers, e.g. 1e-9. */
  readonly tolerance?: number;
  /** Paths (as in the result, e.g. `$.usage.cost`) that are not compared. */
  readonly ignore?: RegExp;
}

export function difference(want: unknown, got: unknown, options: DifferenceOptions = {}): string | null {
  return compare(want, got, '$', options);
}

function compare(want: unknown, got: unknown, path: string, options: DifferenceOptions): string | null {
  if (options.ignore?.test(path) === true) return null;
  if (typeof want === 'number' && typeof got === 'number') {
    return numbersAgree(want, got, options.tolerance ?? 0) ? null : line(path, want, got);
  }
  if (Array.isArray(want) && Array.isArray(got)) return compareArrays(want, got, path, options);
  if (isRecord(want) && isRecord(got)) return compareRecords(want, got, path, options);
  return Object.is(want, got) ? null : line(path, want, got);
}

function compareArrays(
  want: readonly unknown[],
  got: readonly unknown[],
  path: string,
  options: DifferenceOptions,
): string | null {
  if (want.length !== got.length) return line(`${path}.length`, want.length, got.length);
  for (let index = 0; index < want.length; index++) {
    const found = compare(want[index], got[index], `${path}[${index}]`, options);
    if (found !== null) return found;
  }
  return null;
}

function compareRecords(
  want: Readonly<Record<string, unknown>>,
  got: Readonly<Record<string, unknown>>,
  path: string,
  options: DifferenceOptions,
): string | null {
  for (const key of new Set([...Object.keys(want), ...Object.keys(got)])) {
    const left = Object.hasOwn(want, key) ? want[key] : undefined;
    const right = Object.hasOwn(got, key) ? got[key] : undefined;
    const found = compare(left, right, `${path}.${key}`, options);
    if (found !== null) return found;
  }
  return null;
}

function numbersAgree(want: number, got: number, tolerance: number): boolean {
  return want === got || Math.abs(want - got) <= tolerance * Math.max(Math.abs(want), Math.abs(got));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function line(path: string, want: unknown, got: unknown): string {
  return `${path}: want ${show(want)} got ${show(got)}`;
}

/** Short JSON form of a value, at most 160 characters. */
export function show(value: unknown): string {
  const text = value === undefined ? '(absent)' : JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
