/** Who picks a deployment, and how one of them is asked in a process of its own. */
import type { Job } from '../child/protocol.ts';
import type { Runner } from '../child/run-job.ts';
import { nodeRunner, pythonRunner } from '../table/job-component.ts';
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
  const python = (command: string): Runner => pythonRunner(command, import.meta.dirname);
  return [
    {
      name: 'fast-litellm',
      label: 'fast-litellm',
      version: builtPackage().version,
      missing: null,
      runner: nodeRunner(import.meta.dirname),
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
export function routerJob({ name }: RouterContestant, rows: readonly string[]): Job<RouterInput> {
  const timing = { warmUpMs: 200, sampleMs: 50 };
  return { contestant: name, rows, limitMs: LIMIT_MS, timing, input: { picks: PICKS_IN_A_CALL } };
}
