/**
 * The ES modules that a program had linked before the hook ran: those of its static imports, when it imports the hook
 * first instead of preloading it. They cannot be redirected any more, but the classes inside can be changed in place
 * before the program's own code runs. Loaded are only small files that match a hook point, of packages that stand in a
 * `node_modules` above the program.
 */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ModuleExports, ReplacedPackage } from './contract.ts';

export interface Program {
  /** The program's own file. */
  readonly main: string;
  /** Flags of Node, those of `NODE_OPTIONS` too. */
  readonly flags: readonly string[];
  /** The main module when it is CommonJS: then nothing was linked in advance. */
  readonly isCommonJs: boolean;
}

const PRELOAD = /^(?:--import|--require|-r)(?:=(.*))?$/;

/** Whether Node's flags name the hook, so that it runs before anything of the program is linked. */
export function isPreloaded(flags: readonly string[]): boolean {
  return flags.some((flag, i) => {
    const [isFlag, value] = PRELOAD.exec(flag) ?? [];
    return isFlag !== undefined && /fast-litellm|[\\/]register(?:[\\/]|$)/.test(value ?? flags[i + 1] ?? '');
  });
}

export interface EarlyModule {
  readonly url: string;
  readonly exports: ModuleExports;
}

export function* earlyModules(program: Program, packages: readonly ReplacedPackage[]): Generator<EarlyModule> {
  if (program.isCommonJs || program.main === '' || isPreloaded(program.flags)) return;
  const load = createRequire(import.meta.url);
  for (const { name, earlyFolder, points } of packages) {
    const root = earlyFolder === null ? null : findPackage(path.dirname(program.main), name);
    if (root === null) continue;
    const wanted = points.filter(({ kind }) => kind === 'module');
    for (const file of filesOf(root, earlyFolder ?? '')) {
      const full = path.join(root, file);
      if (wanted.some((point) => point.file.test(file)))
        yield { url: pathToFileURL(full).href, exports: load(full) as ModuleExports };
    }
  }
}

/** Paths inside the package, with forward slashes. */
function filesOf(root: string, folder: string): readonly string[] {
  const full = path.join(root, folder);
  return existsSync(full) ? readdirSync(full).map((file) => `${folder}/${file}`) : [];
}

/** The real folder of a package, as Node would find it from a folder; null when it is not installed. */
function findPackage(from: string, name: string): string | null {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', name);
    if (existsSync(candidate)) return realpathSync(candidate);
    if (folder === path.dirname(folder)) return null;
  }
}
