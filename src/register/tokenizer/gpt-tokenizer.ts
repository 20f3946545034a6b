/**
 * `gpt-tokenizer`: the class beneath all of its functions that turns texts into ids, and the check of a limit. What is
 * above stays the package's own: special tokens, chats, errors, generators, models, and decoding, which is as fast.
 */
import type { RolloutComponent } from '../../rollout/contract.ts';
import type { AdapterTools, ModuleExports } from '../contract.ts';
import { functionAt, UnexpectedShape } from '../unexpected-shape.ts';
import { KnownCores, type Core } from './gpt-tokenizer-cores.ts';
import type { NpmEncoding } from './npm-encoding.ts';
import { identityOfText } from './operation-parts.ts';

/** Special tokens that may stand in the text. */
type Allowed = ReadonlySet<string> | undefined;
type EncodeArguments = [text: string, allowed?: Allowed];
type Encode<Result> = (this: Core, ...args: EncodeArguments) => Result;
type Pieces = Generator<number[], number, undefined>;
type IsWithinLimit = (this: Gpt, ...args: [input: string, limit: number]) => number | false;

/** An object of the package's upper class. */
interface Gpt {
  readonly bytePairEncodingCoreProcessor: Core;
}

/** Longer texts keep the original generator, which reads no further than it is asked to. */
const LONGEST_EAGER_TEXT = 16_384;
const SPECIAL = '<|';

export function adapt(original: ModuleExports, tools: AdapterTools): ModuleExports {
  const known = tools.shared(() => new KnownCores(tools.sayKept, tools.component.building));
  if (original['BytePairEncodingCore'] !== undefined) adaptCore(original, tools, known);
  else if (original['GptEncoding'] !== undefined) adaptLimit(original, tools, known);
  else throw new UnexpectedShape('neither of its two classes is there');
  return {};
}

function adaptCore(original: ModuleExports, { component, replace }: AdapterTools, known: KnownCores): void {
  const prototype = functionAt<{ readonly prototype: object }>(original, 'BytePairEncodingCore').prototype;
  const encode = functionAt<Encode<number[]>>(prototype, 'encodeNative');
  const count = functionAt<Encode<number>>(prototype, 'countNative');
  const generate = functionAt<Encode<Pieces>>(prototype, 'encodeNativeGenerator');
  replace(prototype, 'encodeNative', wrapText(component, known, { original: encode, fast: 'encode' }));
  replace(prototype, 'countNative', wrapText(component, known, { original: count, fast: 'count' }));
  replace(prototype, 'encodeNativeGenerator', generateWith(component, generate, known));
}

interface TextOperation<Name extends 'encode' | 'count' | 'encodePieces'> {
  readonly original: Encode<ReturnType<NpmEncoding[Name]>>;
  readonly fast: Name;
}

function wrapText<Name extends 'encode' | 'count' | 'encodePieces'>(
  component: RolloutComponent,
  known: KnownCores,
  { original, fast }: TextOperation<Name>,
): Encode<ReturnType<NpmEncoding[Name]>> {
  type Result = ReturnType<NpmEncoding[Name]>;
  const wrapped = component.wrap<Core, EncodeArguments, Result>({
    fast(text) {
      return known.accepted(this)[fast](text) as Result;
    },
    original,
    identityOf: identityOfText,
    copyArguments: ([text, allowed]) => [text, allowed === undefined ? undefined : new Set(allowed)],
    copyResult: (result) => structuredClone(result),
  });
  return function (this: Core, text: string, allowed?: Allowed): Result {
    return (isPlain(text, allowed) && known.of(this)?.accepts(text) === true ? wrapped : original).call(
      this,
      text,
      allowed,
    );
  };
}

/** Whether no special token can be read in a text; the package has refused those that are not allowed before. */
function isPlain(text: unknown, allowed: unknown): text is string {
  if (typeof text !== 'string') return false;
  if (allowed === undefined || (allowed instanceof Set && allowed.size === 0)) return true;
  return !text.includes(SPECIAL);
}

function generateWith(component: RolloutComponent, original: Encode<Pieces>, known: KnownCores): Encode<Pieces> {
  const pieces = wrapText(component, known, {
    original(text, allowed) {
      return [...original.call(this, text, allowed)];
    },
    fast: 'encodePieces',
  });
  return function encodeNativeGenerator(this: Core, text: string, allowed?: Allowed): Pieces {
    const isOurs =
      isPlain(text, allowed) && text.length <= LONGEST_EAGER_TEXT && known.of(this)?.accepts(text) === true;
    return isOurs ? generatorOf(pieces.call(this, text, allowed)) : original.call(this, text, allowed);
  };
}

/** As the original: each piece, and at the end how many tokens the last one had. */
function* generatorOf(pieces: readonly number[][]): Pieces {
  yield* pieces;
  return pieces.at(-1)?.length ?? 0;
}

function adaptLimit(original: ModuleExports, { component, replace }: AdapterTools, known: KnownCores): void {
  const prototype = functionAt<{ readonly prototype: object }>(original, 'GptEncoding').prototype;
  const isWithin = functionAt<IsWithinLimit>(prototype, 'isWithinTokenLimit');
  const wrapped = component.wrap<Gpt, [string, number], number | false>({
    fast(text, limit) {
      return known.accepted(this.bytePairEncodingCoreProcessor).isWithinLimit(text, limit);
    },
    original: isWithin,
    identityOf: identityOfText,
  });
  replace(prototype, 'isWithinTokenLimit', function isWithinTokenLimit(this: Gpt, ...args: Parameters<IsWithinLimit>) {
    const [text, limit] = args;
    const isOurs =
      args.length === 2 &&
      isPlain(text, 'any') &&
      limit >= 0 &&
      known.of(this.bytePairEncodingCoreProcessor)?.accepts(text) === true;
    return (isOurs ? wrapped : isWithin).apply(this, args);
  });
}
