/**
 * Times a function by the CPU time of the whole process, threads of the compiler and the collector included: a busy
 * neighbour hardly moves it. `bench_child.py` does the same with the same figures.
 */
import process from 'node:process';
import { getHeapStatistics } from 'node:v8';
import type { Measured, Timing } from './protocol.ts';

const SAMPLES = 5;
/** From here on a call is its own sample. */
const SLOW_CALL_NS = 250e6;
const SLOW_SAMPLES = 2;

/** @returns what says whether the call did what it should */
export type Call = () => number | Promise<number>;

/** Nanoseconds. */
interface Spent {
  readonly cpu: number;
  readonly wall: number;
}

export function cpuNanoseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

export async function measure(call: Call, limitMs: number, timing: Timing): Promise<Measured> {
  const start = heapBytes();
  const clock = startClock();
  const answer = call();
  const isAsync = answer instanceof Promise;
  const result = await answer;
  const first = clock();
  if (first.cpu > (limitMs * 1e6) / 4) {
    const allocatedBytes = heapBytes() - start;
    return { nanoseconds: first.cpu, wallNanoseconds: first.wall, result, allocatedBytes };
  }
  const timed = isAsync ? timedAsync : timedSync;
  const each = Math.max(1, await warmUp((calls) => timed(call, calls), first.cpu, timing.warmUpMs * 1e6));
  const calls = Math.max(1, Math.round((timing.sampleMs * 1e6) / each));
  const samples: Spent[] = [];
  const before = heapBytes();
  for (let sample = 0; sample < (each > SLOW_CALL_NS ? SLOW_SAMPLES : SAMPLES); sample += 1) {
    const { cpu, wall } = await timed(call, calls);
    samples.push({ cpu: cpu / calls, wall: wall / calls });
  }
  const allocatedBytes = Math.round((heapBytes() - before) / (samples.length * calls));
  samples.sort((left, right) => left.cpu - right.cpu);
  const { cpu, wall } = samples[samples.length >> 1] ?? { cpu: Number.NaN, wall: Number.NaN };
  return { nanoseconds: cpu, wallNanoseconds: wall, result, allocatedBytes };
}

/** Runs until the compiler had its time. @returns nanoseconds of a call at the end */
async function warmUp(timed: (calls: number) => Promise<Spent>, firstNs: number, wantedNs: number): Promise<number> {
  let each = firstNs;
  for (let spent = firstNs, calls = 1; spent < wantedNs; calls *= 2) {
    const { cpu } = await timed(calls);
    each = cpu / calls;
    spent += cpu;
  }
  return each;
}

async function timedSync(call: Call, calls: number): Promise<Spent> {
  const clock = startClock();
  for (let index = 0; index < calls; index += 1) void call();
  return clock();
}

async function timedAsync(call: Call, calls: number): Promise<Spent> {
  const clock = startClock();
  for (let index = 0; index < calls; index += 1) await call();
  return clock();
}

function startClock(): () => Spent {
  const [wall, cpu] = [performance.now(), cpuNanoseconds()];
  return () => ({ cpu: cpuNanoseconds() - cpu, wall: (performance.now() - wall) * 1e6 });
}

function heapBytes(): number {
  const statistics: { readonly total_allocated_bytes?: number } = getHeapStatistics();
  return statistics.total_allocated_bytes ?? Number.NaN;
}
