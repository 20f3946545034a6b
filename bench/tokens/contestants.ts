/** Who takes part. One that is not installed is named in the report with what to do, and has no column. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { Runner } from './run-job.ts';

export interface Contestant {
  readonly name: string;
  readonly label: string;
  readonly language: 'javascript' | 'python';
  readonly version: string | null;
  /** Why it cannot take part on this machine, or null. */
  readonly missing: string | null;
  /** Whether it has the functions of the call-by-call rows. */
  readonly hasCalls: boolean;
  readonly runner: Runner;
}

const BENCH = path.dirname(import.meta.dirname);
const ROOT = path.dirname(BENCH);
const PACKAGES = [
  ['gpt-tokenizer', 'gpt-tokenizer', 'gpt-tokenizer'],
  ['ai-tokenizer', 'ai-tokenizer', 'ai-tokenizer'],
  ['js-tiktoken', 'js-tiktoken', 'js-tiktoken'],
  ['tiktoken-wasm', 'tiktoken', 'tiktoken (wasm)'],
] as const;
const PYTHON_PACKAGES = [
  ['tiktoken', 'tiktoken', 'tiktoken (Python)'],
  ['litellm', 'litellm', 'LiteLLM'],
  ['fast_litellm', 'fast-litellm', 'fast_litellm (Python)'],
] as const;

export interface Contestants {
  readonly all: readonly Contestant[];
  readonly pythonVersion: string | null;
}

export function findContestants(python: string): Contestants {
  const child: Runner = {
    command: process.execPath,
    args: ['--expose-gc', path.join(import.meta.dirname, 'javascript-child.ts')],
  };
  const script = path.join(import.meta.dirname, 'python-child.py');
  const installed = askPython(python, script);
  const ours: Contestant = {
    name: 'fast-litellm',
    label: 'fast-litellm',
    language: 'javascript',
    hasCalls: true,
    runner: child,
    version: versionIn(ROOT),
    missing: existsSync(path.join(ROOT, 'dist/index.js')) ? null : 'not built: run `npm run build`',
  };
  const javascript = PACKAGES.map(([name, folder, label]): Contestant => {
    const version = versionIn(path.join(BENCH, 'node_modules', folder));
    const missing = version === null ? 'run `npm ci --prefix bench`' : null;
    return { name, label, language: 'javascript', version, missing, hasCalls: false, runner: child };
  });
  const others = PYTHON_PACKAGES.map(([name, distribution, label]): Contestant => {
    const version = installed?.[name] ?? null;
    const remedy = installed === null ? `no Python at ${python}` : `not installed for ${python}`;
    return {
      name,
      label,
      language: 'python',
      version,
      hasCalls: name !== 'tiktoken',
      missing: version === null ? `${remedy}; name one that has ${distribution} with \`--python PATH\`` : null,
      runner: { command: python, args: [script] },
    };
  });
  return { all: [ours, ...javascript, ...others], pythonVersion: installed?.['python'] ?? null };
}

function askPython(python: string, script: string): Record<string, string | null> | null {
  const { status, stdout } = spawnSync(python, [script], { encoding: 'utf8' });
  return status === 0 ? (JSON.parse(stdout) as Record<string, string | null>) : null;
}

function versionIn(folder: string): string | null {
  const file = path.join(folder, 'package.json');
  if (!existsSync(file)) return null;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
