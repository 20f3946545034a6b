/**
 * `js-tiktoken`: `encode` and `decode` of its class, for the encodings that it ships, also as rank files
 * (`js-tiktoken/lite`). Its constructor builds tables of 200,000 strings, which takes up to a second; an encoding that is
 * known by its ranks builds them only if the original has to answer.
 */
import type { RolloutComponent } from '../../rollout/contract.ts';
import type { AdapterTools, ModuleExports } from '../contract.ts';
import { functionAt } from '../unexpected-shape.ts';
import { defineLazily } from './lazy-properties.ts';
import type { Building, SplittingRules } from './npm-encoding.ts';
import { copyEncodeArguments, type EncodeArguments, identityOfText } from './operation-parts.ts';
import { PackageEncodings } from './package-encodings.ts';
import type { SpecialSplit, TokenChoice } from './special-split.ts';

/** What the original's methods read of an instance. */
interface Instance {
  readonly patStr: unknown;
  readonly specialTokens: unknown;
  readonly textMap: unknown;
}

type TiktokenClass = new (...args: unknown[]) => Instance;
type Encode = (this: Instance, ...args: EncodeArguments) => number[];
type Decode = (this: Instance, ids: readonly number[]) => string;
type GetEncoding = (name: unknown, extended?: unknown) => Instance;

const RULES: SplittingRules = { engine: 'javascript', cl100kEnd: 'cut' };

export function adapt(original: ModuleExports, { component, replace, use, sayKept }: AdapterTools): ModuleExports {
  const tiktoken = functionAt<TiktokenClass>(original, 'Tiktoken');
  const prototype = tiktoken.prototype as object;
  const known = new KnownInstances(component.building, sayKept);
  replace(prototype, 'encode', encodeWith(component, functionAt<Encode>(prototype, 'encode'), known));
  replace(prototype, 'decode', decodeWith(component, functionAt<Decode>(prototype, 'decode'), known));
  if (use === 'none') return {};
  const properties = propertiesOf(tiktoken);
  const lazyClass = constructLazily(tiktoken, properties, known);
  // `encoding.constructor === Tiktoken` holds for as long as the program has this class.
  if (use === 'in_place') replace(prototype, 'constructor', lazyClass);
  else Object.defineProperty(prototype, 'constructor', { value: lazyClass, writable: true, configurable: true });
  // Only the CommonJS build has the functions beside the class; that of ES modules imports the class from here.
  if (original['getEncoding'] === undefined) return { Tiktoken: lazyClass };
  const getEncoding = getLazily(functionAt<GetEncoding>(original, 'getEncoding'), { prototype, properties, known });
  const nameForModel = functionAt<(model: unknown) => unknown>(original, 'getEncodingNameForModel');
  const encodingForModel = (model: unknown, extended?: unknown): Instance => getEncoding(nameForModel(model), extended);
  return { Tiktoken: lazyClass, getEncoding, encodingForModel };
}

/** Which encoding an instance is; one that is none of ours is left to the original. */
class KnownInstances {
  readonly encodings: PackageEncodings;
  readonly building: Building;
  readonly #sayKept: AdapterTools['sayKept'];
  readonly #known = new WeakMap<object, SpecialSplit | null>();

  constructor(building: Building, sayKept: AdapterTools['sayKept']) {
    this.#sayKept = sayKept;
    this.building = building;
    this.encodings = new PackageEncodings(RULES, building);
  }

  of(instance: Instance): SpecialSplit | null {
    const known = this.#known.get(instance);
    if (known !== undefined) return known;
    const found = this.#identify(instance);
    this.#known.set(instance, found);
    return found;
  }

  add(instance: object, split: SpecialSplit): void {
    this.#known.set(instance, split);
  }

  /** By all of its tokens, once for each instance that the original constructor made. */
  #identify({ patStr, specialTokens, textMap }: Instance): SpecialSplit | null {
    if (!(textMap instanceof Map) || typeof specialTokens !== 'object' || specialTokens === null) return null;
    try {
      return this.encodings.ofTokens(patStr, textMap as ReadonlyMap<number, Uint8Array>, specialTokens);
    } catch (error) {
      // Our tables are not there, for want of memory say: nothing of that is the program's.
      this.#sayKept(`its tokens could not be looked at (${error instanceof Error ? error.name : typeof error})`);
      return null;
    }
  }
}

function encodeWith(component: RolloutComponent, original: Encode, known: KnownInstances): Encode {
  const wrapped = component.wrap<Instance, EncodeArguments, number[]>({
    fast(text, allowed) {
      return splitOf(known, this).encode(text, allowed);
    },
    original,
    identityOf: identityOfText,
    copyArguments: copyEncodeArguments,
    copyResult: (ids) => [...ids],
  });
  return function encode(this: Instance, text: string, ...choices: [TokenChoice?, TokenChoice?]): number[] {
    const isOurs = known.of(this)?.accepts(text, choices[0], choices[1]) === true;
    return (isOurs ? wrapped : original).call(this, text, ...choices);
  };
}

function decodeWith(component: RolloutComponent, original: Decode, known: KnownInstances): Decode {
  const decoder = new TextDecoder();
  const wrapped = component.wrap<Instance, [readonly number[]], string>({
    fast(ids) {
      return decoder.decode(splitOf(known, this).encoding.decode(ids));
    },
    original,
    identityOf: (by, [ids]) => (by === 'content' ? ids.join() : null),
    copyArguments: ([ids]) => [[...ids]],
  });
  return function decode(this: Instance, ids: readonly number[]): string {
    const isOurs = Array.isArray(ids) && known.of(this)?.encoding.hasOnlyOrdinary(ids) === true;
    return (isOurs ? wrapped : original).call(this, ids);
  };
}

/** The class, with the same prototype and statics, whose instances of known ranks are filled when they have to be. */
function constructLazily(tiktoken: TiktokenClass, properties: readonly string[], known: KnownInstances): TiktokenClass {
  return new Proxy(tiktoken, {
    construct(target, args: unknown[], newTarget: { readonly prototype: object }) {
      const split = splitOfRanks(args, known);
      if (split === null) return Reflect.construct(target, args, newTarget as unknown as TiktokenClass);
      const instance = Object.create(newTarget.prototype) as object;
      const [ranks, extended] = args as [object, object | undefined];
      const [ranksNow, extendedNow] = [{ ...ranks }, { ...extended }];
      defineLazily(instance, properties, () => known.building(() => new target(ranksNow, extendedNow)));
      known.add(instance, split);
      return instance;
    },
  });
}

/** What the constructor sets in this version, told by an instance without tokens. */
function propertiesOf(tiktoken: TiktokenClass): readonly string[] {
  return Object.keys(new tiktoken({ pat_str: '', special_tokens: {}, bpe_ranks: '' }));
}

interface LazyInstances {
  readonly prototype: object;
  readonly properties: readonly string[];
  readonly known: KnownInstances;
}

/** `getEncoding` of the CommonJS build, whose own class is out of reach. */
function getLazily(original: GetEncoding, { prototype, properties, known }: LazyInstances): GetEncoding {
  return function getEncoding(name: unknown, extended?: unknown): Instance {
    const split = known.encodings.named(name, extended);
    if (split === null) return original(name, extended);
    const extendedNow = { ...(extended as object | undefined) };
    const instance = Object.create(prototype) as Instance;
    defineLazily(instance, properties, () => known.building(() => original(name, extendedNow)));
    known.add(instance, split);
    return instance;
  };
}

function splitOfRanks([ranks, extended]: readonly unknown[], known: KnownInstances): SpecialSplit | null {
  if (typeof ranks !== 'object' || ranks === null) return null;
  const { pat_str: pattern, special_tokens: special, bpe_ranks: text } = ranks as Readonly<Record<string, unknown>>;
  return known.encodings.ofRanks({ ranks: text, pattern, special, extended });
}

/** Of an instance whose call was accepted. */
function splitOf(known: KnownInstances, instance: Instance): SpecialSplit {
  const split = known.of(instance);
  if (split === null) throw new Error('an unknown instance of js-tiktoken was accepted');
  return split;
}
