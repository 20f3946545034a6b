/** What the operating system says of a process: CPU time and memory. Linux only, as the benchmark is. */
import { readFileSync } from 'node:fs';

const MICROSECONDS_PER_TICK = 10_000;

/** User and system time so far, its ended children's included, in microseconds. */
export function cpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return ticks * MICROSECONDS_PER_TICK;
}

/** Resident memory in MB. */
export function residentMegabytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(line?.[1] ?? 0) / 1024;
}
