/** Who takes part. One that is not installed is named in the report with what to do, and has no column. */
import path from 'node:path';
import process from 'node:process';
import type { Runner } from '../child/run-job.ts';
import {
  builtPackage,
  installedDistribution,
  installedFastLitellm,
  installedLitellm,
  installedPackage,
  type Installed,
  type Pythons,
} from '../installed.ts';

export interface Contestant extends Installed {
  readonly name: string;
  readonly label: string;
  readonly language: 'javascript' | 'python';
  /** Whether it has the functions of the call-by-call rows. */
  readonly hasCalls: boolean;
  readonly runner: Runner;
}

const PACKAGES = [
  ['gpt-tokenizer', 'gpt-tokenizer', 'gpt-tokenizer'],
  ['ai-tokenizer', 'ai-tokenizer', 'ai-tokenizer'],
  ['js-tiktoken', 'js-tiktoken', 'js-tiktoken'],
  ['tiktoken-wasm', 'tiktoken', 'tiktoken (wasm)'],
] as const;

export function findContestants(pythons: Pythons): readonly Contestant[] {
  const child = path.join(import.meta.dirname, 'javascript-child.ts');
  const javascript = {
    language: 'javascript',
    hasCalls: false,
    runner: { command: process.execPath, args: ['--expose-gc', child] },
  } as const;
  const python = (command: string): Pick<Contestant, 'language' | 'runner'> => ({
    language: 'python',
    runner: { command, args: [path.join(import.meta.dirname, 'python-child.py')] },
  });
  const tiktoken = installedDistribution(pythons.litellm, 'tiktoken', 'pip install tiktoken, then `--python PATH`');
  return [
    { ...javascript, name: 'fast-litellm', label: 'fast-litellm', hasCalls: true, ...builtPackage() },
    ...PACKAGES.map(([name, folder, label]) => ({ ...javascript, name, label, ...installedPackage(folder) })),
    { ...python(pythons.litellm), name: 'tiktoken', label: 'tiktoken (Python)', hasCalls: false, ...tiktoken },
    { ...python(pythons.litellm), name: 'litellm', label: 'LiteLLM', hasCalls: true, ...installedLitellm(pythons) },
    {
      ...python(pythons.fastLitellm),
      name: 'fast_litellm',
      label: 'fast_litellm (Python)',
      hasCalls: true,
      ...installedFastLitellm(pythons),
    },
  ];
}
