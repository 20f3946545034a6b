/**
 * Times a function by the CPU time of the whole process, threads of the compiler and the collector included: a busy
 * neighbour hardly moves it. `python-child.py` does the same with the same figures.
 */
import process from 'node:process';
import { getHeapStatistics } from 'node:v8';
import type { Measured } from './protocol.ts';

const WARM_UP_NS = 100e6;
const SAMPLE_NS = 25e6;
const SAMPLES = 5;
/** From here on a call is its own sample. */
const SLOW_CALL_NS = 250e6;
const SLOW_SAMPLES = 2;

export function cpuNanoseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

export function measure(run: () => number, limitMs: number): Measured {
  const start = heapBytes();
  const begun = cpuNanoseconds();
  const result = run();
  const first = cpuNanoseconds() - begun;
  if (first > (limitMs * 1e6) / 4) return { nanoseconds: first, result, allocatedBytes: heapBytes() - start };
  const each = Math.max(1, warmUp(run, first));
  const calls = Math.max(1, Math.round(SAMPLE_NS / each));
  const samples: number[] = [];
  const before = heapBytes();
  for (let sample = 0; sample < (each > SLOW_CALL_NS ? SLOW_SAMPLES : SAMPLES); sample += 1) {
    samples.push(timed(run, calls) / calls);
  }
  const allocatedBytes = Math.round((heapBytes() - before) / (samples.length * calls));
  samples.sort((left, right) => left - right);
  return { nanoseconds: samples[samples.length >> 1] ?? Number.NaN, result, allocatedBytes };
}

/** Runs until the compiler had its time. @returns nanoseconds of a call at the end */
function warmUp(run: () => number, firstNs: number): number {
  let each = firstNs;
  for (let spent = firstNs, calls = 1; spent < WARM_UP_NS; calls *= 2) {
    const batch = timed(run, calls);
    each = batch / calls;
    spent += batch;
  }
  return each;
}

function timed(run: () => number, calls: number): number {
  const begun = cpuNanoseconds();
  for (let call = 0; call < calls; call += 1) run();
  return cpuNanoseconds() - begun;
}

function heapBytes(): number {
  const statistics: { readonly total_allocated_bytes?: number } = getHeapStatistics();
  return statistics.total_allocated_bytes ?? Number.NaN;
}
