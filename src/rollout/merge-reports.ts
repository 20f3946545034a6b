/** One report of several threads': numbers are added up, and the thread that is worst off says how it stands. */
import { latencyReport } from './latency-histogram.ts';
import { speedUpOf } from './speed-up.ts';
import type { ComponentCounts, ComponentReport, ComponentState, LatencyReport, RolloutReport } from './report.ts';

/** Worst first. */
const STATES: readonly ComponentState[] = ['rolled_back', 'trial', 'off', 'shadow', 'serving'];

/** @param reports of the threads of one process, at least one; latest `atMs` and all unknown names are kept */
export function mergeReports(reports: readonly RolloutReport[]): RolloutReport {
  const byName = new Map<string, ComponentReport[]>();
  for (const component of reports.flatMap(({ components }) => components)) {
    const same = byName.get(component.name);
    if (same === undefined) byName.set(component.name, [component]);
    else same.push(component);
  }
  return {
    atMs: Math.max(...reports.map(({ atMs }) => atMs)),
    components: [...byName.values()].map(mergeComponents),
    // What one thread has not created another may have.
    unknown: (reports[0]?.unknown ?? []).filter((name) => reports.every(({ unknown }) => unknown.includes(name))),
  };
}

function mergeComponents(threads: readonly ComponentReport[]): ComponentReport {
  const worst = [...threads].sort((one, other) => STATES.indexOf(one.state) - STATES.indexOf(other.state))[0];
  if (worst === undefined) throw new TypeError('there is nothing to merge');
  const alike = threads.filter(({ state }) => state === worst.state);
  const where = alike.length === threads.length ? '' : ` (${alike.length} of ${threads.length} threads)`;
  const latency = {
    fast: mergeLatencies(threads.map(({ latency: each }) => each.fast)),
    original: mergeLatencies(threads.map(({ latency: each }) => each.original)),
  };
  return {
    ...worst,
    why: `${worst.why}${where}`,
    applied: threads.some(({ applied }) => applied),
    percent: sum(threads.map(({ percent }) => percent)) / threads.length,
    counts: addCounts(threads.map(({ counts }) => counts)),
    latency,
    speedUp: speedUpOf(latency),
    memoryBytes: mergeBytes(threads.map(({ memoryBytes }) => memoryBytes)),
  };
}

function addCounts(counts: readonly ComponentCounts[]): ComponentCounts {
  const total = (name: keyof ComponentCounts): number => sum(counts.map((each) => each[name]));
  return {
    fastCalls: total('fastCalls'),
    originalCalls: total('originalCalls'),
    fallbacks: total('fallbacks'),
    throws: total('throws'),
    hangs: total('hangs'),
    agreedErrors: total('agreedErrors'),
    comparisons: total('comparisons'),
    mismatches: total('mismatches'),
    skippedComparisons: total('skippedComparisons'),
    rollbacks: total('rollbacks'),
    rearmed: total('rearmed'),
  };
}

function mergeLatencies(threads: readonly (LatencyReport | null)[]): LatencyReport | null {
  const counts = new Map<number, number>();
  let sumMs = 0;
  for (const thread of threads) {
    for (const [bucket, count] of thread?.buckets ?? []) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
    sumMs += thread?.sumMs ?? 0;
  }
  if (counts.size === 0) return null;
  return latencyReport(
    [...counts].sort(([one], [other]) => one - other),
    sumMs,
  );
}

function mergeBytes(threads: readonly (number | null)[]): number | null {
  const known = threads.filter((bytes) => bytes !== null);
  return known.length === 0 ? null : sum(known);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
