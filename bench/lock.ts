/** One benchmark at a time on a machine: what another one takes of it would be in the figures. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

const LOCK_FILE = path.join(os.tmpdir(), 'fast-litellm-bench.lock');

/**
 * Runs `task` while no other benchmark of this repository runs; the file holds the process id of the one that does.
 * @throws Error when another one runs
 */
export async function withLock<T>(task: () => Promise<T>, file = LOCK_FILE): Promise<T> {
  take(file);
  try {
    return await task();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): void {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const owner = Number(readFileSync(file, 'utf8'));
    if (isRunning(owner)) {
      throw new Error(`another benchmark runs (process ${owner}): wait for its end, or remove ${file}`, {
        cause: error,
      });
    }
    // Left by one that was killed.
    rmSync(file, { force: true });
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  }
}

function isRunning(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
