import { readFileSync } from 'node:fs';

/** Resident memory of a process in MB, from Linux's process table. */
export function residentMegabytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  if (line === null) throw new Error(`no memory figure for process ${pid}`);
  return Number(line[1]) / 1024;
}
