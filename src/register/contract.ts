/** What the parts of the register hook tell each other. Types only. */
import type { RolloutComponent } from '../rollout/contract.ts';
import type { Disturb } from './disturb.ts';
import type { HookLimits } from './limits.ts';

/** The components that stand in a program under the hook; `FAST_LITELLM_TOKENIZER` and so on set their modes. */
export type ComponentName = 'tokenizer' | 'http_pool' | 'rate_limiter' | 'completion';

/** What a module exports: `module.exports`, or the namespace of an ES module. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/** A file inside a package whose exports the hook gets to see when the program loads it. */
export interface HookPoint {
  /** Path inside the package, with forward slashes. */
  readonly file: RegExp;
  /** Exports of an ES module that are handed out changed; those of a CommonJS module can be replaced in place. */
  readonly names: readonly string[];
  readonly kind: 'commonjs' | 'module';
}

/** One version is what `1.0.7` is made of. */
export type Version = readonly [major: number, minor: number, patch: number];

/** A package that the hook knows how to make faster. */
export interface ReplacedPackage {
  readonly name: string;
  readonly component: ComponentName;
  /** Versions it was tried with: from the first, below the second. Others are left alone. */
  readonly versions: readonly [from: Version, below: Version];
  /** Module beside this one that exports `adapt`; loaded when the package is. */
  readonly adapter: string;
  readonly points: readonly HookPoint[];
  /**
   * Folder of the hook points that are ES modules: small ones, without effects of their own. For programs that import
   * the hook first instead of preloading it, whose static imports are linked before it runs. Null: there are none.
   */
  readonly earlyFolder: string | null;
}

/**
 * What becomes of the values that `adapt` returns. `in_place`: they stand in `module.exports` until `uninstall`.
 * `for_good`: a facade exports them, which nothing can take back. `none`: an ES module was linked before the hook ran.
 */
export type ValuesUse = 'in_place' | 'for_good' | 'none';

/** What an adapter works with. Everything done through it is undone by `uninstall`, or at once when it throws. */
export interface AdapterTools {
  readonly component: RolloutComponent;
  readonly use: ValuesUse;
  readonly limits: HookLimits;
  /** For fast paths that are not an operation of the component. */
  readonly disturb: Disturb;
  /**
   * Puts a value in place of a property, keeping whether it is enumerable and writable.
   * @throws UnexpectedShape when the property is not there or cannot be changed
   */
  readonly replace: (target: object, key: string, value: unknown) => void;
  /** What all modules of one copy of a package have in common, made by the first of them. */
  readonly shared: <State>(create: () => State) => State;
  /** Says once, for a package, that some of it runs as it is. @param why a part of a sentence, without a full stop */
  readonly sayKept: (why: string) => void;
}

/**
 * Makes a module of a package faster in place.
 * @returns values by export name that are to be handed out instead of the original ones; empty when all is in place
 * @throws UnexpectedShape when the module is not as expected: then it is left as it was
 */
export type Adapter = (original: ModuleExports, tools: AdapterTools) => ModuleExports;

/** The program under the hook. */
export interface Program {
  /** Its own file; empty when there is none. */
  readonly main: string;
  /** Its static imports were linked before the hook ran, because it imports the hook instead of preloading it. */
  readonly isLinked: boolean;
}

/** Of one loaded module of a replaced package, what became of it. */
export interface ModuleReport {
  readonly package: string;
  readonly version: string;
  /** Path inside the package. */
  readonly file: string;
  readonly component: ComponentName;
  readonly state: 'accelerated' | 'kept';
  /** Why the original was kept; null when it was not. */
  readonly why: string | null;
}
