/** What the rounds gave, and what follows from it: medians, ratios in one round, wrong counts. Pure functions. */
import { ratioByRound, spread } from '../statistics.ts';
import type { FirstUse, Measured } from '../child/protocol.ts';
import type { RowFacts } from './rows.ts';
import type { Outcome } from '../child/run-job.ts';

/** A contestant that took part. */
export interface Participant {
  readonly name: string;
  readonly label: string;
  readonly version: string | null;
  readonly language: 'javascript' | 'python';
  /** By row name, one per round: null where the round did not come to it. */
  readonly outcomes: Readonly<Record<string, readonly (Outcome | null)[]>>;
  /** By encoding, one per round. */
  readonly firstUse: Readonly<Record<string, readonly FirstUse[]>>;
}

export interface Results {
  readonly rows: readonly RowFacts[];
  readonly participants: readonly Participant[];
}

/** Another contestant's time over ours, both of the same round. Above 1: we are faster. */
export interface Ratio {
  readonly median: number;
  readonly lowest: number;
}

export const OURS = 'fast-litellm';
/** Whose counts are right, first choice first. */
const REFERENCES = ['tiktoken', 'tiktoken-wasm'];
/** Whose answers the call-by-call rows are compared with. */
const CALL_REFERENCE = 'litellm';

export function participant(results: Results, name: string): Participant | undefined {
  return results.participants.find((one) => one.name === name);
}

/** The measured rounds of a row, or why there is none. */
export function outcomeOf(results: Results, name: string, row: string): Measured | string | null {
  const rounds = (participant(results, name)?.outcomes[row] ?? []).filter((outcome) => outcome !== null);
  const failed = rounds.find((outcome) => 'why' in outcome);
  if (failed !== undefined) return failed.why;
  const measured = rounds.filter(isMeasured);
  const [first] = measured;
  if (first === undefined) return null;
  const allocated = measured.flatMap(({ allocatedBytes }) => (allocatedBytes === null ? [] : [allocatedBytes]));
  return {
    nanoseconds: spread(measured.map(({ nanoseconds }) => nanoseconds)).median,
    wallNanoseconds: spread(measured.map(({ wallNanoseconds }) => wallNanoseconds)).median,
    result: measured.find(({ result }) => result !== first.result)?.result ?? first.result,
    allocatedBytes: allocated.length === 0 ? null : spread(allocated).median,
  };
}

export function measuredOf(results: Results, name: string, row: string): Measured | null {
  const outcome = outcomeOf(results, name, row);
  return typeof outcome === 'string' ? null : outcome;
}

/** The result that a row should have, or null when no reference got that far. */
export function expectedResult(results: Results, row: string): number | null {
  const references = row.startsWith('calls/') ? [CALL_REFERENCE] : REFERENCES;
  for (const name of references) {
    const measured = measuredOf(results, name, row);
    if (measured !== null) return measured.result;
  }
  return null;
}

export function isWrong(results: Results, name: string, row: string): boolean {
  const expected = expectedResult(results, row);
  const measured = measuredOf(results, name, row);
  return expected !== null && measured !== null && measured.result !== expected;
}

/** Bytes of UTF-8 per microsecond of CPU time, that is MB/s. */
export function megabytesPerSecond(row: RowFacts, measured: Measured): number {
  return (row.bytes * 1000) / measured.nanoseconds;
}

export function ratioTo(results: Results, other: string, row: string): Ratio | null {
  if (typeof outcomeOf(results, other, row) === 'string' || typeof outcomeOf(results, OURS, row) === 'string')
    return null;
  const roundsOf = (name: string): readonly (number | null)[] =>
    (participant(results, name)?.outcomes[row] ?? []).map((outcome) =>
      outcome !== null && isMeasured(outcome) ? outcome.nanoseconds : null,
    );
  const ratio = ratioByRound(roundsOf(other), roundsOf(OURS));
  return ratio === null ? null : { median: ratio.median, lowest: ratio.low };
}

/** The contestant beside us that takes the least time, and what we are to it; null where nobody else got through. */
export function fastestOther(
  results: Results,
  row: string,
  takesPart: (one: Participant) => boolean,
): { readonly name: string; readonly ratio: Ratio } | null {
  let best: { name: string; ratio: Ratio } | null = null;
  for (const one of results.participants) {
    if (one.name === OURS || !takesPart(one)) continue;
    const ratio = ratioTo(results, one.name, row);
    if (ratio !== null && (best === null || ratio.median < best.ratio.median)) best = { name: one.name, ratio };
  }
  return best;
}

/** How many times as long a character takes in a text of a million as in one of ten thousand. */
export function growthPerCharacter(
  results: Results,
  name: string,
  encoding: string,
  kind: string,
): number | string | null {
  const small = outcomeOf(results, name, `${encoding}/${kind}-10k`);
  const large = outcomeOf(results, name, `${encoding}/${kind}-1M`);
  if (typeof large === 'string' || large === null) return large;
  return typeof small === 'string' || small === null ? small : large.nanoseconds / 100 / small.nanoseconds;
}

function isMeasured(outcome: Outcome): outcome is Measured {
  return !('why' in outcome);
}
