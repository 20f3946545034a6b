/** Hands loaded modules to their adapters, once each, and remembers what became of them. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { RolloutComponent } from '../rollout/contract.ts';
import type { Adapter, AdapterTools, ComponentName, ModuleExports, ModuleReport, ValuesUse } from './contract.ts';
import type { Disturb } from './disturb.ts';
import { DEFAULT_LIMITS, type HookLimits } from './limits.ts';
import { loadBeside } from './load-beside.ts';
import type { Notices } from './notices.ts';
import { describeRange, isInRange, type PackageFile, versionOf } from './package-file.ts';
import type { Replacements } from './replacements.ts';
import { UnexpectedShape } from './unexpected-shape.ts';

export interface ModuleAdaptersOptions {
  readonly componentOf: (name: ComponentName) => RolloutComponent;
  readonly disturb: Disturb;
  readonly limits: Partial<HookLimits>;
  readonly replacements: Replacements;
  readonly notices: Notices;
}

const NOTHING: ModuleExports = Object.freeze({});

export class ModuleAdapters {
  readonly #options: ModuleAdaptersOptions;
  readonly #served = new Map<string, ModuleExports>();
  readonly #reports: ModuleReport[] = [];
  /** The original of each value that stands in `module.exports`. */
  readonly #placed = new Map<unknown, unknown>();
  /** Paths of the folders of packages whose CommonJS modules were changed. */
  readonly #roots = new Set<string>();
  /** By the folder of a package. */
  readonly #shared = new Map<string, unknown>();

  constructor(options: ModuleAdaptersOptions) {
    this.#options = options;
  }

  get reports(): readonly ModuleReport[] {
    return this.#reports;
  }

  /**
   * Changes a module in place; never throws.
   * @returns values to hand out instead of the module's own, by export name
   */
  adapt(file: PackageFile, original: ModuleExports, use: ValuesUse): ModuleExports {
    const known = this.#served.get(file.url);
    if (known !== undefined) return known;
    const { replacements } = this.#options;
    const before = replacements.size;
    let values = NOTHING;
    try {
      values = this.#adaptOrThrow(file, original, use);
      this.#report(file, null);
    } catch (error) {
      replacements.undo(before);
      this.#report(file, reasonOf(error));
    }
    this.#served.set(file.url, values);
    return values;
  }

  #adaptOrThrow(file: PackageFile, original: ModuleExports, use: ValuesUse): ModuleExports {
    const { versions, adapter, component } = file.package;
    const version = versionOf(file);
    if (version === null || !isInRange(version, versions))
      throw new UnexpectedShape(`known are the versions ${describeRange(versions)}`);
    const { adapt } = loadBeside<{ readonly adapt: Adapter }>(adapter);
    const { componentOf, disturb, replacements } = this.#options;
    const limits = { ...DEFAULT_LIMITS, ...this.#options.limits };
    const replace: AdapterTools['replace'] = (target, key, value) => replacements.replace(target, key, value);
    const sayKept = (why: string): void => this.#sayKept(file, why);
    const shared = <State>(create: () => State): State => this.#sharedState(file.root, create);
    const values = adapt(original, {
      component: componentOf(component),
      use,
      disturb,
      limits,
      replace,
      shared,
      sayKept,
    });
    if (use !== 'in_place') return values;
    for (const [name, value] of Object.entries(values)) {
      this.#placed.set(value, original[name]);
      replace(original, name, value);
    }
    this.#roots.add(fileURLToPath(file.root));
    return values;
  }

  /**
   * Restores what other CommonJS modules of the same packages have copied from the changed ones, as an entry file does
   * that re-exports what it requires.
   */
  restoreCopies(): void {
    const { cache } = createRequire(import.meta.url);
    for (const [path, module] of Object.entries(cache)) {
      if (module === undefined || ![...this.#roots].some((root) => path.startsWith(root))) continue;
      const exports: unknown = module.exports;
      if (typeof exports !== 'object' || exports === null) continue;
      for (const [name, { value, writable }] of Object.entries(Object.getOwnPropertyDescriptors(exports))) {
        if (writable === true && this.#placed.has(value)) Reflect.set(exports, name, this.#placed.get(value));
      }
    }
  }

  #sharedState<State>(root: string, create: () => State): State {
    if (!this.#shared.has(root)) this.#shared.set(root, create());
    // Each package has one adapter, and that asks for one kind of state.
    return this.#shared.get(root) as State;
  }

  #report(file: PackageFile, why: string | null): void {
    const { name, component } = file.package;
    const version = versionOf(file) ?? 'of no known version';
    const state = why === null ? 'accelerated' : 'kept';
    this.#reports.push({ package: name, version, file: file.file, component, state, why });
    if (why !== null) this.#sayKept(file, `${file.file}: ${why}`);
  }

  #sayKept(file: PackageFile, why: string): void {
    const version = versionOf(file) ?? 'of no known version';
    this.#options.notices.say('KEPT_ORIGINAL', `${file.package.name} ${version} runs as it is: ${why}.`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof UnexpectedShape) return error.message;
  return `its adapter failed with ${error instanceof Error ? error.name : typeof error}`;
}
