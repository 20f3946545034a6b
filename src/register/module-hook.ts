/**
 * Sees the modules of the program as they are resolved, and gets hold of those that an adapter knows.
 *
 * CommonJS: the module is loaded here and now, a moment before the program's own `require` would have done it, and is
 * changed in place; file name, cache and identity stay as they are. ES modules: their bindings cannot be changed, so
 * the importer gets a facade (`facade.ts`), and the original is evaluated where it would have been. No `load` hook, no
 * source is read or written. Whatever goes wrong here, the program gets what it would have got without us.
 */
import { createRequire, type ResolveFnOutput, type ResolveHookContext, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ModuleExports, ReplacedPackage } from './contract.ts';
import { facadeUrl, isFacade } from './facade.ts';
import { type PackageFile, packageFileOf } from './package-file.ts';

export interface ModuleHookOptions {
  readonly packages: readonly ReplacedPackage[];
  /** A CommonJS module of a replaced package is loaded; its exports are to be changed in place. */
  readonly onLoaded: (file: PackageFile, exports: ModuleExports) => void;
  /** The hook itself failed. */
  readonly onFailure: (error: unknown) => void;
}

type NextResolve = (specifier: string, context?: Partial<ResolveHookContext>) => ResolveFnOutput;

export class ModuleHook {
  readonly #options: ModuleHookOptions;
  readonly #packages: ReadonlyMap<string, ReplacedPackage>;
  readonly #load = createRequire(import.meta.url);
  /** CommonJS modules that were looked at, or are being. */
  readonly #seen = new Set<string>();
  #registered: { deregister(): void } | null = null;

  constructor(options: ModuleHookOptions) {
    this.#options = options;
    this.#packages = new Map(options.packages.map((each) => [each.name, each]));
  }

  install(): void {
    this.#registered = registerHooks({
      resolve: (specifier, context, next) => this.#resolve(specifier, context, next),
    });
  }

  uninstall(): void {
    this.#registered?.deregister();
    this.#registered = null;
  }

  /** The file behind a URL, when an adapter knows it. */
  fileOf(url: string): PackageFile | null {
    return packageFileOf(url, this.#packages);
  }

  #resolve(specifier: string, context: ResolveHookContext, next: NextResolve): ResolveFnOutput {
    const resolved = next(specifier, context);
    const file = packageFileOf(resolved.url, this.#packages);
    if (file === null || isFacade(context.parentURL)) return resolved;
    try {
      if (file.point.kind === 'commonjs') this.#loadNow(file);
      else if (!context.conditions.includes('require')) return this.#facadeOf(file, resolved);
    } catch (error) {
      this.#options.onFailure(error);
    }
    return resolved;
  }

  #facadeOf(file: PackageFile, resolved: ResolveFnOutput): ResolveFnOutput {
    const url = facadeUrl(file.url, file.point.names);
    return { ...resolved, url, format: 'module', shortCircuit: true };
  }

  /** Loads a CommonJS module, unless it is being loaded already: then its exports are not all there. */
  #loadNow(file: PackageFile): void {
    if (this.#seen.has(file.url)) return;
    this.#seen.add(file.url);
    const path = fileURLToPath(file.url);
    const known = this.#load.cache[path];
    if (known !== undefined && !known.loaded) return void this.#seen.delete(file.url);
    let exports: unknown;
    try {
      exports = this.#load(path);
    } catch {
      // The program's own `require` meets the same error, and throws it where the program expects it.
      this.#seen.delete(file.url);
      return;
    }
    this.#options.onLoaded(file, exports as ModuleExports);
  }
}
