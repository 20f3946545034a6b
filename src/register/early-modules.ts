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

export interface EarlyModule {
  readonly url: string;
  readonly exports: ModuleExports;
}

/** @param main the program's own file */
export function* earlyModules(main: string, packages: readonly ReplacedPackage[]): Generator<EarlyModule> {
  const load = createRequire(import.meta.url);
  for (const { name, earlyFolder, points } of packages) {
    const root = earlyFolder === null ? null : findPackage(path.dirname(main), name);
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
