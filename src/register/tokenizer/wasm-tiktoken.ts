/**
 * `tiktoken` and `@dqbd/tiktoken`: `encode` and `encode_ordinary` of their class, for the encodings that they ship, by
 * name or as rank files (`tiktoken/lite`). An object costs 100 ms and more to build, and their documents build one for
 * each call; one whose encoding is known is built only if the original has to answer, or is asked for something else.
 */
import type { RolloutComponent } from '../../rollout/contract.ts';
import type { AdapterTools, ModuleExports } from '../contract.ts';
import { functionAt } from '../unexpected-shape.ts';
import { LazyHandle } from './lazy-handle.ts';
import type { Building, SplittingRules } from './npm-encoding.ts';
import { copyEncodeArguments, type EncodeArguments, identityOfText } from './operation-parts.ts';
import { PackageEncodings } from './package-encodings.ts';
import type { SpecialSplit, TokenChoice } from './special-split.ts';

/** An object of the class, with the address of what it stands for in WebAssembly; 0 once it was freed. */
export interface Instance {
  readonly __wbg_ptr: number;
  free(): void;
}

type TiktokenClass = new (...args: unknown[]) => Instance;
type Encode = (this: Instance, ...args: EncodeArguments) => Uint32Array;
type EncodeOrdinary = (this: Instance, text: string) => Uint32Array;
type GetEncoding = (name: unknown, extended?: unknown) => Instance;

const RULES: SplittingRules = { engine: 'rust', cl100kEnd: 'cut' };

export function adapt(original: ModuleExports, tools: AdapterTools): ModuleExports {
  const { component, replace } = tools;
  const tiktoken = functionAt<TiktokenClass>(original, 'Tiktoken');
  const prototype = tiktoken.prototype as object;
  functionAt(prototype, '__destroy_into_raw');
  const known = new KnownInstances(prototype, component.building);

  replace(prototype, 'encode', encodeWith(component, functionAt<Encode>(prototype, 'encode'), known));
  replace(
    prototype,
    'encode_ordinary',
    encodeOrdinaryWith(component, functionAt<EncodeOrdinary>(prototype, 'encode_ordinary'), known),
  );
  replace(prototype, 'free', freeWith(functionAt(prototype, 'free'), known));

  // Before the program has given it the compiled code, the package throws whatever is asked of it.
  const setCode = functionAt<(code: unknown) => void>(original, '__wbg_set_wasm');
  replace(original, '__wbg_set_wasm', (code: unknown) => {
    known.isReady = code != null;
    setCode(code);
  });
  const lazyClass = constructLazily(tiktoken, known);
  replace(prototype, 'constructor', lazyClass);
  // `tiktoken/lite` has the class only.
  if (original['get_encoding'] === undefined) return { Tiktoken: lazyClass };
  return { Tiktoken: lazyClass, ...encodingsByName(original, known) };
}

/** What is known of the objects that the program has. */
class KnownInstances {
  readonly encodings: PackageEncodings;
  readonly #building: Building;
  readonly #prototype: object;
  readonly #splits = new WeakMap<object, SpecialSplit>();
  readonly #handles = new WeakMap<object, LazyHandle<Instance>>();
  isReady = false;

  constructor(prototype: object, building: Building) {
    this.#prototype = prototype;
    this.#building = building;
    this.encodings = new PackageEncodings(RULES, building);
  }

  /** The encoding of an object that is not freed; null: unknown, or the original has to complain. */
  of(instance: Instance): SpecialSplit | null {
    return this.#handles.get(instance)?.isFreed === false ? (this.#splits.get(instance) ?? null) : null;
  }

  /** The same of an object whose call was accepted; a comparison may run when it is freed. */
  accepted(instance: Instance): SpecialSplit {
    const split = this.#splits.get(instance);
    if (split === undefined) throw new Error('an unknown object of tiktoken was accepted');
    return split;
  }

  /** An object of a known encoding that is built when it has to be. */
  lazy(split: SpecialSplit, build: () => Instance, prototype = this.#prototype): Instance {
    const instance = Object.create(prototype) as Instance;
    this.#handles.set(instance, new LazyHandle(instance, () => this.#building(build)));
    this.#splits.set(instance, split);
    return instance;
  }

  /**
   * Runs the original on an object. Comparisons run later than their calls, when the program may have freed it: then on
   * another one of the same encoding.
   */
  withLiving<Result>(instance: Instance, run: (living: Instance) => Result): Result {
    const handle = this.#handles.get(instance);
    if (handle?.isFreed !== true) return run(instance);
    const substitute = handle.build();
    try {
      return run(substitute);
    } finally {
      substitute.free();
    }
  }

  /** @returns whether the object was never built, so that nothing is left to free */
  freeUnbuilt(instance: object): boolean {
    return this.#handles.get(instance)?.freeUnbuilt() ?? false;
  }
}

function encodeWith(component: RolloutComponent, original: Encode, known: KnownInstances): Encode {
  const wrapped = component.wrap<Instance, EncodeArguments, Uint32Array>({
    fast(text, allowed) {
      return Uint32Array.from(known.accepted(this).encode(text, allowed));
    },
    original(...args) {
      return known.withLiving(this, (living) => original.apply(living, args));
    },
    identityOf: identityOfText,
    copyArguments: copyEncodeArguments,
    copyResult: (ids) => ids.slice(),
  });
  return function encode(this: Instance, text: string, ...choices: [TokenChoice?, TokenChoice?]): Uint32Array {
    const isOurs = known.of(this)?.accepts(text, choices[0], choices[1]) === true;
    return (isOurs ? wrapped : original).call(this, text, ...choices);
  };
}

function encodeOrdinaryWith(
  component: RolloutComponent,
  original: EncodeOrdinary,
  known: KnownInstances,
): EncodeOrdinary {
  const wrapped = component.wrap<Instance, [string], Uint32Array>({
    fast(text) {
      return Uint32Array.from(known.accepted(this).encoding.encode(text));
    },
    original(text) {
      return known.withLiving(this, (living) => original.call(living, text));
    },
    identityOf: identityOfText,
    copyResult: (ids) => ids.slice(),
  });
  return function encode_ordinary(this: Instance, text: string): Uint32Array {
    const isOurs = typeof text === 'string' && known.of(this) !== null;
    return (isOurs ? wrapped : original).call(this, text);
  };
}

function freeWith(original: (this: Instance) => void, known: KnownInstances): (this: Instance) => void {
  return function free(this: Instance): void {
    if (!known.freeUnbuilt(this)) original.call(this);
  };
}

/** The class, with the same prototype and statics, whose objects of known ranks are built when they have to be. */
function constructLazily(tiktoken: TiktokenClass, known: KnownInstances): TiktokenClass {
  return new Proxy(tiktoken, {
    construct(target, args: unknown[], newTarget: { readonly prototype: object }) {
      const [ranks, special, pattern] = args;
      const split = known.isReady ? known.encodings.ofRanks({ ranks, pattern, special }) : null;
      if (split === null) return Reflect.construct(target, args, newTarget as unknown as TiktokenClass);
      const specialNow = { ...(special as object) };
      return known.lazy(split, () => new target(ranks, specialNow, pattern), newTarget.prototype);
    },
  });
}

/** Before version 1.0.22 only an object knows its name: then one is built for each model. */
function nameForModelOf(original: ModuleExports, forModel: GetEncoding): (model: unknown) => unknown {
  const own = original['get_encoding_name_for_model'];
  if (typeof own === 'function') return own as (model: unknown) => unknown;
  const names = new Map<unknown, unknown>();
  return (model) => {
    if (!names.has(model)) {
      const built = forModel(model);
      names.set(model, Reflect.get(built, 'name'));
      built.free();
    }
    return names.get(model);
  };
}

function encodingsByName(original: ModuleExports, known: KnownInstances): ModuleExports {
  const getOriginal = functionAt<GetEncoding>(original, 'get_encoding');
  const forModelOriginal = functionAt<GetEncoding>(original, 'encoding_for_model');
  const nameForModel = nameForModelOf(original, forModelOriginal);

  const lazily = (name: unknown, extended: unknown, build: GetEncoding): Instance => {
    const split = known.isReady ? known.encodings.named(name, extended) : null;
    if (split === null) return build(name, extended);
    const extendedNow = extended == null ? extended : { ...extended };
    return known.lazy(split, () => getOriginal(name, extendedNow));
  };
  return {
    get_encoding: (name: unknown, extended?: unknown) => lazily(name, extended, getOriginal),
    encoding_for_model: (model: unknown, extended?: unknown) => {
      let name: unknown;
      try {
        name = nameForModel(model);
      } catch {
        // The other function has an error of its own for a model that it does not know.
        return forModelOriginal(model, extended);
      }
      return lazily(name, extended, () => forModelOriginal(model, extended));
    },
  };
}
