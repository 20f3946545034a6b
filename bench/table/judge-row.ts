/** What a row says: each contestant's figure, who wins, and by how much. Pure. */
import { ratioByRound, spread, type Spread } from '../statistics.ts';
import type { Column, Entry, RowResult } from './contract.ts';

export interface Verdict {
  readonly ours: Entry | null;
  /** How many times better we are than an entry without a problem; below 1 we lose. */
  readonly ratioTo: (entry: Entry | null) => Spread | null;
  /** Of a column: the one that does best among those without a problem, else the first. */
  readonly of: (column: Column) => Entry | null;
  /** The best of all that compete with us, or null where nobody does. */
  readonly bestOther: Entry | null;
  /** Somebody is better, or we do not do it right. */
  readonly isLost: boolean;
}

export function judgeRow(row: RowResult): Verdict {
  const better = row.quantity === 'rate' ? -1 : 1;
  const byRank = (left: Entry, right: Entry): number => better * (middle(left) - middle(right));
  const ours = row.entries.find(({ column }) => column === 'ours') ?? null;
  const ratioTo = (entry: Entry | null): Spread | null => {
    if (ours === null || entry === null || ours.problem !== null || entry.problem !== null) return null;
    const [mine, theirs] = [valuesOf(ours), valuesOf(entry)];
    return row.quantity === 'rate' ? ratioByRound(mine, theirs) : ratioByRound(theirs, mine);
  };
  const others = row.entries.filter(({ column }) => column !== 'ours' && column !== 'floor');
  const [bestOther = null] = others
    .filter((entry) => ratioTo(entry) !== null)
    .sort((left, right) => (ratioTo(left)?.median ?? 0) - (ratioTo(right)?.median ?? 0));
  return {
    ours,
    ratioTo,
    of: (column) => {
      const all = row.entries.filter((entry) => entry.column === column);
      const [best] = all.filter(({ problem }) => problem === null).sort(byRank);
      return best ?? all[0] ?? null;
    },
    bestOther,
    isLost: isBroken(ours) || (ratioTo(bestOther)?.median ?? Infinity) < 1,
  };
}

function isBroken(entry: Entry | null): boolean {
  return entry?.problem?.kind === 'wrong' || entry?.problem?.kind === 'failed';
}

export function spreadOf(entry: Entry): Spread {
  return spread(valuesOf(entry).filter((value) => value !== null));
}

/** On the clock, where it was taken. */
export function wallOf(entry: Entry): Spread | null {
  const walls = entry.rounds.flatMap((round) => (round?.wall == null ? [] : [round.wall]));
  return walls.length === 0 ? null : spread(walls);
}

function middle(entry: Entry): number {
  return spreadOf(entry).median;
}

function valuesOf({ rounds }: Entry): readonly (number | null)[] {
  return rounds.map((round) => round?.value ?? null);
}
