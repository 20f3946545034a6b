/** Who picks a deployment, and how one of them is asked in a process of its own. */
import path from 'node:path';
import process from 'node:process';
import { runJob, type JobResult, type Runner } from '../child/run-job.ts';
import { builtPackage, installedFastLitellm, installedLitellm, type Installed, type Pythons } from '../installed.ts';

export interface RouterInput {
  /** In one call, which returns how many of them were wrong. */
  readonly picks: number;
}

export interface RouterContestant extends Installed {
  readonly name: 'fast-litellm' | 'litellm' | 'fast_litellm';
  readonly label: string;
  readonly runner: Runner;
}

export const PICKS_IN_A_CALL = 100;
const LIMIT_MS = 30_000;

export function routerContestants(pythons: Pythons): readonly RouterContestant[] {
  const file = (name: string): string => path.join(import.meta.dirname, name);
  const python = (command: string): Runner => ({ command, args: [file('python-child.py')] });
  return [
    {
      name: 'fast-litellm',
      label: 'fast-litellm',
      version: builtPackage().version,
      missing: null,
      runner: { command: process.execPath, args: ['--expose-gc', file('javascript-child.ts')] },
    },
    { name: 'litellm', label: 'LiteLLM', ...installedLitellm(pythons), runner: python(pythons.litellm) },
    {
      name: 'fast_litellm',
      label: 'fast_litellm (Rust)',
      ...installedFastLitellm(pythons),
      runner: python(pythons.fastLitellm),
    },
  ];
}

/** @param rows `STRATEGY/DEPLOYMENTS` */
export async function askRouter(
  { name, runner }: RouterContestant,
  rows: readonly string[],
  jobFile: string,
): Promise<JobResult> {
  const input: RouterInput = { picks: PICKS_IN_A_CALL };
  return runJob(
    runner,
    { contestant: name, rows, limitMs: LIMIT_MS, timing: { warmUpMs: 200, sampleMs: 50 }, input },
    jobFile,
  );
}
