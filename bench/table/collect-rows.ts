/** Readings become the rows of the table: who is absent, who is wrong, and what each round gave. Pure. */
import type { Column, Component, Contestant, Entry, Measured, Problem, Reading, Row, RowResult } from './contract.ts';

/** By row and contestant, one a round: null where it did not take part. */
export type Readings = Map<string, Map<string, (Reading | null)[]>>;

const COLUMN_LABELS: Readonly<Partial<Record<Column, string>>> = {
  litellm: 'LiteLLM',
  fast_litellm: 'fast_litellm',
  npm: 'npm',
};
/** Digits that are kept: more are noise. */
const DIGITS = 5;

export function collectRows(component: Component, rows: readonly Row[], readings: Readings): readonly RowResult[] {
  return rows.map((row) => {
    const mine = readings.get(row.name) ?? new Map<string, (Reading | null)[]>();
    const expected = expectedResult(row, mine);
    const { name, section, label, quantity } = row;
    const entries = component.contestants.map((contestant) =>
      entryOf(contestant, {
        rounds: mine.get(contestant.name) ?? [],
        lacking: row.lacking?.[contestant.name] ?? null,
        expected,
      }),
    );
    const empty = Object.entries(row.empty ?? {}).map(([column, why]) => emptyEntry(column as Column, why));
    return { name, section, label, quantity, entries: [...entries, ...empty] };
  });
}

interface Found {
  readonly rounds: readonly (Reading | null)[];
  readonly lacking: string | null;
  readonly expected: number | null;
}

function entryOf({ label, column, remark, missing }: Contestant, { rounds, lacking, expected }: Found): Entry {
  return {
    label,
    column,
    remark: remark ?? null,
    problem: problemOf(missing, lacking, { rounds, expected }),
    rounds: rounds.map((reading) =>
      reading === null || 'why' in reading
        ? null
        : { value: rounded(reading.value), wall: reading.wall === null ? null : rounded(reading.wall) },
    ),
  };
}

function problemOf(
  missing: string | null,
  lacking: string | null,
  { rounds, expected }: Pick<Found, 'rounds' | 'expected'>,
): Problem | null {
  if (lacking !== null) return { kind: 'none', text: lacking };
  if (missing !== null) return { kind: 'absent', text: missing };
  for (const reading of rounds) {
    if (reading === null) continue;
    if ('why' in reading) return { kind: 'failed', text: reading.why };
    if (!Number.isFinite(reading.value)) return { kind: 'failed', text: 'gave no figure' };
    const wrong = reading.wrong ?? wrongResult(reading, expected);
    if (wrong !== null) return { kind: 'wrong', text: wrong };
  }
  return rounds.some((reading) => reading !== null) ? null : { kind: 'failed', text: 'was not measured' };
}

function wrongResult({ result }: Measured, expected: number | null): string | null {
  return expected === null || result === undefined || result === expected ? null : `${result} instead of ${expected}`;
}

/** What the first reference that got through says. */
function expectedResult(
  { references }: Row,
  readings: ReadonlyMap<string, readonly (Reading | null)[]>,
): number | null {
  for (const name of references ?? []) {
    for (const reading of readings.get(name) ?? []) {
      if (reading !== null && !('why' in reading) && reading.result !== undefined) return reading.result;
    }
  }
  return null;
}

function emptyEntry(column: Column, why: string): Entry {
  const label = COLUMN_LABELS[column] ?? column;
  return { label, column, remark: null, problem: { kind: 'none', text: why }, rounds: [] };
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
