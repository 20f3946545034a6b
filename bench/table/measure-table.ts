/**
 * The rounds of `npm run bench`: each takes every component and its contestants once, in the opposite order of the round
 * before. A row in which a contestant failed or was wrong is not tried again. A component is left out of a later round when
 * it would go beyond the time that is left, so that the whole ends in time on any machine.
 */
import { collectRows, type Readings } from './collect-rows.ts';
import type { Component, ComponentSession, Contestant, Reading, Row, RowResult } from './contract.ts';

export interface Plan {
  readonly components: readonly Component[];
  readonly rounds: number;
  /** Seconds within which all must end but the first round, which is always whole. */
  readonly budgetSeconds: number;
  readonly isWanted: (row: string) => boolean;
  readonly say: (line: string) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

export interface TableMeasures {
  readonly rows: readonly RowResult[];
  readonly fixtures: Readonly<Record<string, string>>;
}

/** A component of which something is wanted. */
interface Part {
  readonly component: Component;
  readonly session: ComponentSession;
  readonly rows: readonly Row[];
  readonly readings: Readings;
  /** Of its rounds so far. */
  longestMs: number;
}

export async function measureTable(plan: Plan): Promise<TableMeasures> {
  const parts: Part[] = [];
  try {
    for (const component of plan.components) {
      const rows = component.rows.filter(({ name }) => plan.isWanted(name));
      if (rows.length === 0) continue;
      parts.push({ component, session: await component.open(), rows, readings: new Map(), longestMs: 0 });
    }
    const deadline = plan.now() + plan.budgetSeconds * 1000;
    for (let round = 0; round < plan.rounds; round += 1) {
      for (const part of turned(parts, round)) await runPart(plan, part, { round, deadline });
    }
  } finally {
    for (const { session } of parts) await session.close();
  }
  return {
    rows: parts.flatMap(({ component, rows, readings }) => collectRows(component, rows, readings)),
    fixtures: Object.assign({}, ...parts.map(({ session }) => session.fixtures)) as Record<string, string>,
  };
}

interface Moment {
  readonly round: number;
  readonly deadline: number;
}

async function runPart(plan: Plan, part: Part, { round, deadline }: Moment): Promise<void> {
  const begun = plan.now();
  if (round > 0 && begun + part.longestMs > deadline) {
    plan.say(`round ${round + 1} of ${plan.rounds}: ${part.component.name} is left out, or it would take too long`);
    return;
  }
  const present = part.component.contestants.filter(({ missing }) => missing === null);
  for (const contestant of turned(present, round)) {
    const rows = turned(rowsLeft(part, contestant), round);
    if (rows.length === 0) continue;
    plan.say(`round ${round + 1} of ${plan.rounds}: ${part.component.name}, ${contestant.label}`);
    const found = await part.session.measure(contestant.name, rows);
    for (const row of rows) add(part.readings, [row, contestant.name], [round, found.get(row)]);
  }
  part.longestMs = Math.max(part.longestMs, plan.now() - begun);
}

function turned<T>(list: readonly T[], round: number): readonly T[] {
  return round % 2 === 0 ? list : list.toReversed();
}

function rowsLeft({ rows, readings }: Part, { name }: Contestant): readonly string[] {
  const isOver = (reading: Reading | null): boolean =>
    reading !== null && ('why' in reading || reading.wrong !== null || !Number.isFinite(reading.value));
  return rows
    .filter((row) => row.lacking?.[name] === undefined)
    .map((row) => row.name)
    .filter((row) => !(readings.get(row)?.get(name) ?? []).some(isOver));
}

function add(
  readings: Readings,
  [row, contestant]: readonly [string, string],
  [round, reading]: readonly [number, Reading | undefined],
): void {
  const byContestant = readings.get(row) ?? new Map<string, (Reading | null)[]>();
  readings.set(row, byContestant);
  const rounds = byContestant.get(contestant) ?? [];
  byContestant.set(contestant, rounds);
  while (rounds.length < round) rounds.push(null);
  rounds.push(reading ?? { why: 'was not measured' });
}
