/** Where and on what a benchmark ran. */
import { execFileSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { ROOT } from './installed.ts';

export interface Environment {
  /** E.g. `2 × AMD EPYC, 24 GB, Linux 6.18`. */
  readonly machine: string;
  readonly node: string;
  readonly v8: string;
  /** Of git, with what was changed in `src/` since. */
  readonly revision: string;
  /** Of the last minute, at the start. */
  readonly load: number;
  readonly isBuildOld: boolean;
}

export function readEnvironment(): Environment {
  const cpus = os.cpus();
  const model = cpus[0]?.model ?? 'unknown processor';
  const memory = `${Math.round(os.totalmem() / 2 ** 30)} GB`;
  const changed = git('status', '--porcelain', '--', 'src').length > 0;
  return {
    machine: `${cpus.length} × ${model}, ${memory}, ${os.type()} ${os.release()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    revision: `${git('rev-parse', '--short', 'HEAD')}${changed ? ' and uncommitted changes' : ''}`,
    load: os.loadavg()[0] ?? 0,
    isBuildOld: isBuildOld(),
  };
}

/** Lines for the head of a document. @param versions more of them */
export function environmentLines(environment: Environment, versions: readonly string[] = []): readonly string[] {
  const { machine, node, v8, revision, load } = environment;
  return [
    `Machine: ${machine}, load ${load.toFixed(1)} at the start;`,
    `${[`Node ${node}`, `V8 ${v8}`, ...versions].join(', ')}; revision ${revision}.`,
    ...(environment.isBuildOld ? ['**dist/ is older than src/: run `npm run build`.**'] : []),
  ];
}

function git(...args: readonly string[]): string {
  return execFileSync('git', ['-C', ROOT, ...args])
    .toString()
    .trim();
}

/** Whether a source was changed after the build. */
function isBuildOld(): boolean {
  const built = statSync(path.join(ROOT, 'dist/index.js'), { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  const sources = globSync('src/**/*.ts', { cwd: ROOT }).filter((file) => !/\.(test|bench|contract)\.ts$/.test(file));
  return sources.some((file) => statSync(path.join(ROOT, file)).mtimeMs > built);
}
