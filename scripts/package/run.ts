import { spawnSync } from 'node:child_process';

export interface RunResult {
  /** Null: ended by a signal, or not started. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, at most five minutes. */
export function run(command: string, args: readonly string[], cwd: string): RunResult {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 300_000 });
  return { status, stdout, stderr: error === undefined ? stderr : `${stderr}${error.message}` };
}
