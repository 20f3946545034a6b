/**
 * Compares a replay with what is demanded. Areas in `zero` may not fail at all for `own` deployments; of everything
 * else the ratchet file lists the cases that still fail, and that list only shrinks: a case that is not listed and
 * fails is a violation, one that passes is taken off by `--update-ratchet`. Works for part of the cases too.
 */
import { z } from 'zod';

import type { Excuse } from './differences.ts';
import type { Family, Recording } from './recordings.ts';

export const replaySchema = z.object({
  results: z.array(
    z.object({
      name: z.string(),
      area: z.string(),
      config: z.string(),
      diffs: z.array(
        z.object({
          step: z.number(),
          check: z.string().default(''),
          path: z.string(),
          want: z.unknown().optional(),
          got: z.unknown().optional(),
          level: z.string(),
        }),
      ),
    }),
  ),
});
export type Replay = z.infer<typeof replaySchema>;
type Difference = Replay['results'][number]['diffs'][number];

export const ratchetSchema = z.strictObject({
  /** Checks that no case is judged by yet, and what will make them count. */
  notCountedYet: z.array(
    z.strictObject({
      /** Pattern over `check:path`. */
      checks: z.string(),
      /** Pattern over the JSON of the case's requests; left out: all cases. */
      requests: z.string().optional(),
      until: z.string(),
    }),
  ),
  zero: z.array(z.string()),
  /** `area` or `area (other)` -> names of the cases that still fail; null: not recorded yet. */
  failing: z.record(z.string(), z.array(z.string())).nullable(),
});
export type Ratchet = z.infer<typeof ratchetSchema>;

export interface CaseVerdict {
  readonly name: string;
  /** Area, with ` (other)` behind it for deployments of other provider formats. */
  readonly group: string;
  readonly excused: boolean;
  /** What still counts against it. */
  readonly differences: readonly Difference[];
}

function groupOf(area: string, family: Family): string {
  return family === 'own' ? area : `${area} (other)`;
}

export function judge(
  replay: Replay,
  recordings: ReadonlyMap<string, Recording>,
  excuses: readonly Excuse[],
  ratchet: Ratchet,
): readonly CaseVerdict[] {
  const later = ratchet.notCountedYet.map(({ checks, requests }) => ({
    checks: new RegExp(checks),
    requests: new RegExp(requests ?? ''),
  }));
  return replay.results.map(({ name, area, diffs }) => {
    const recording = recordings.get(name);
    const must = diffs.filter((difference) => difference.level === 'must');
    const counted = must.filter(
      ({ check, path }) =>
        !later.some((rule) => rule.checks.test(`${check}:${path}`) && rule.requests.test(recording?.requests ?? '')),
    );
    const mine = excuses.filter((excuse) => excuse.name === name);
    const differences = counted.filter(
      ({ check, path }) => !mine.some((excuse) => excuse.checks === null || excuse.checks.test(`${check}:${path}`)),
    );
    return { name, group: groupOf(area, recording?.family ?? 'own'), excused: mine.length > 0, differences };
  });
}

export interface GroupRow {
  readonly group: string;
  readonly ran: number;
  readonly passing: number;
  readonly excused: number;
  /** Listed in the ratchet and failing: known. */
  readonly known: number;
  /** Failing without being allowed to. */
  readonly violations: readonly CaseVerdict[];
  /** Listed in the ratchet but passing now. */
  readonly better: readonly string[];
}

export function compare(verdicts: readonly CaseVerdict[], ratchet: Ratchet): readonly GroupRow[] {
  const groups = Map.groupBy(verdicts, (verdict) => verdict.group);
  return [...groups]
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([group, cases]) => {
      const listed = new Set(ratchet.zero.includes(group) ? [] : ratchet.failing?.[group]);
      const failing = cases.filter((verdict) => verdict.differences.length > 0);
      const passing = cases.filter((verdict) => verdict.differences.length === 0);
      return {
        group,
        ran: cases.length,
        passing: passing.length,
        excused: cases.filter((verdict) => verdict.excused).length,
        known: failing.filter((verdict) => listed.has(verdict.name)).length,
        violations: failing.filter((verdict) => !listed.has(verdict.name)),
        better: passing.filter((verdict) => listed.has(verdict.name)).map((verdict) => verdict.name),
      };
    });
}

/** The ratchet without the cases that pass now. A first run (`failing: null`) writes what fails today. */
export function raised(ratchet: Ratchet, rows: readonly GroupRow[]): Ratchet {
  const first = ratchet.failing === null;
  const failing = new Map(Object.entries(ratchet.failing ?? {}));
  for (const { group, violations, better } of rows) {
    if (ratchet.zero.includes(group)) continue;
    const names = first ? violations.map((verdict) => verdict.name) : (failing.get(group) ?? []);
    failing.set(group, names.filter((name) => !better.includes(name)).sort());
  }
  const entries = [...failing]
    .filter(([, names]) => names.length > 0)
    .sort(([left], [right]) => left.localeCompare(right));
  return { ...ratchet, failing: Object.fromEntries(entries) };
}
