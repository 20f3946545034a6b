/** What Linux tells of a process from outside. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** `USER_HZ`, which is 100 on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Processor time so far, of the program and of the kernel for it, all threads together. */
export function cpuSeconds(pid: number): number {
  const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The program's name, in parentheses, may hold blanks.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export function openSockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((name) => isSocket(`${folder}/${name}`)).length;
}

function isSocket(file: string): boolean {
  try {
    return readlinkSync(file).startsWith('socket:');
  } catch {
    // Closed since it was listed.
    return false;
  }
}

/** Processes that a process has started and that run, where the system tells (Linux). */
export function childrenOf(pid: number): readonly number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return list
    .trim()
    .split(/\s+/)
    .filter((text) => text !== '')
    .map(Number);
}
