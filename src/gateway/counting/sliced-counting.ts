/**
 * Counts without holding up the event loop. Long texts are taken out of the request first. The count then runs twice
 * when it is large: the first pass counts the first texts at once and only writes down the others; those are counted in
 * slices, with a turn of the loop between slices; the second pass is the same count again, answered from what was
 * written down. So every rule of the counter holds (messages, tools, images), and no rule knows of slices.
 *
 * A tokenizer that counts elsewhere gets all texts in one call, and its answers are notes like the others.
 *
 * Promises: about `INLINE_CHARACTERS` are encoded in one turn (1 to 5 ms, by kind of text). Small requests take one pass
 * and no turn.
 */
import { createModelTokenCounter } from '../../tokenizer/chat/model-token-counter.ts';
import { selectTokenizer } from '../../tokenizer/chat/select-tokenizer.ts';
import type {
  CountRequest,
  HubTokenizerName,
  ModelFamilies,
  ModelTokenCounter,
  TokenizerChoice,
} from '../../tokenizer/chat/contract.ts';
import type { BackgroundCounter, Encoding, EncodingName, TextTokenizer } from '../../tokenizer/contract.ts';
import type { TokenCounting } from './contract.ts';
import { countLongText, sampleOf, tokensOfWhole, type TextSample } from './count-long-text.ts';
import { LONG_TEXT, LongTexts } from './long-texts.ts';

/** Code units that are encoded before other work gets its turn. */
const INLINE_CHARACTERS = LONG_TEXT;

export interface SlicedCountingOptions {
  readonly families: ModelFamilies;
  readonly encoding: (name: EncodingName) => Encoding;
  /** Opens an encoding beside the event loop, so that `encoding` then has it at once. Default: `encoding` opens it. */
  readonly loadEncoding?: (name: EncodingName) => Promise<unknown>;
  /** The tokenizers of the hub that are loaded; `cl100k_base` stands in for the others. */
  readonly hubTokenizer?: (name: HubTokenizerName) => BackgroundCounter | null;
  /** Waits for the loop's next turn. */
  readonly nextTurn?: () => Promise<void>;
}

const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class SlicedCounting implements TokenCounting {
  readonly #options: SlicedCountingOptions;
  readonly #pass = new CountingPass();
  /** Notes the texts down; with the encodings only, since a tokenizer must not change between the two passes. */
  readonly #counter: ModelTokenCounter;
  /** Counts at once. */
  readonly #direct: ModelTokenCounter;
  readonly #nextTurn: () => Promise<void>;
  readonly #tokenizers = new WeakMap<BackgroundCounter, TextTokenizer>();
  readonly #open = new Set<EncodingName>();

  constructor(options: SlicedCountingOptions) {
    const { families, encoding, nextTurn = immediate } = options;
    const deferred = (name: EncodingName): Encoding => deferring(encoding(name), this.#pass);
    this.#options = options;
    this.#direct = createModelTokenCounter({ families, encoding, mode: 'litellm' });
    this.#counter = createModelTokenCounter({ families, encoding: deferred, mode: 'litellm' });
    this.#nextTurn = nextTurn;
  }

  async count(request: CountRequest, own: BackgroundCounter | null = null): Promise<number> {
    const choice = this.#choose(request.model ?? '');
    const tokenizer = own ?? this.#hubTokenizer(choice);
    const asLitellm: CountRequest = { ...request, compat: 'litellm' };
    if (tokenizer !== null) {
      try {
        return await this.#countWith({ ...asLitellm, customTokenizer: this.#answeredLater(tokenizer) });
      } catch (error) {
        if (!(error instanceof LostTokenizer)) throw error;
      }
    }
    if (!this.#open.has(choice.encoding)) await this.#load(choice.encoding);
    return this.#countWith(asLitellm);
  }

  tokenizerType(model: string, own: BackgroundCounter | null = null): 'openai_tokenizer' | 'huggingface_tokenizer' {
    const choice = this.#choose(model);
    const isOpenai = own === null && this.#hubTokenizer(choice) === null && OPENAI_ENCODINGS.has(choice.encoding);
    return isOpenai ? 'openai_tokenizer' : 'huggingface_tokenizer';
  }

  #choose(model: string): TokenizerChoice {
    return selectTokenizer(model, 'litellm', this.#options.families);
  }

  #hubTokenizer({ wanted }: TokenizerChoice): BackgroundCounter | null {
    return wanted === null ? null : (this.#options.hubTokenizer?.(wanted) ?? null);
  }

  async #load(name: EncodingName): Promise<void> {
    await this.#options.loadEncoding?.(name);
    this.#open.add(name);
  }

  /** What the counter asks in the place of a counter that answers later; the same object for the same counter. */
  #answeredLater(counter: BackgroundCounter): TextTokenizer {
    const known = this.#tokenizers.get(counter);
    if (known !== undefined) return known;
    const made = answeredLater(counter, this.#pass);
    this.#tokenizers.set(counter, made);
    return made;
  }

  async #countWith(request: CountRequest): Promise<number> {
    const texts = new LongTexts(request);
    const notes: Note[] = [];
    const tokens = this.#run(texts, notes);
    if (notes.every((note) => note.tokens !== null)) return tokens;
    await this.#countNotes(notes, request.model ?? '');
    return this.#run(texts, notes);
  }

  #run(texts: LongTexts, notes: Note[]): number {
    this.#pass.begin(texts, notes);
    return this.#counter.count(texts.request);
  }

  async #countNotes(notes: readonly Note[], model: string): Promise<void> {
    const elsewhere: ElsewhereNote[] = [];
    let left = 0;
    for (const note of notes) {
      if (note.tokens !== null) continue;
      const { by, text } = note;
      if ('counts' in by) {
        elsewhere.push({ note, by, sample: await this.#sample(note) });
        continue;
      }
      if (note.isLong) {
        note.tokens = await this.#inTurns(this.#longText(by, text, model));
        left = 0;
        continue;
      }
      if (text.length > left) {
        await this.#nextTurn();
        left = INLINE_CHARACTERS;
      }
      left -= text.length;
      note.tokens = by.count(text);
    }
    await countElsewhere(elsewhere);
  }

  async #sample({ text, isLong }: Note): Promise<TextSample> {
    return isLong ? this.#inTurns(sampleOf(text)) : { parts: [text], sampledFrom: null };
  }

  #longText(encoding: Encoding, text: string, model: string): Generator<undefined, number, undefined> {
    return countLongText(text, {
      encoding,
      countShort: (part) => this.#direct.count({ model, text: part, compat: 'litellm' }),
      inChunks: OPENAI_ENCODINGS.has(encoding.name),
    });
  }

  async #inTurns<T>(slices: Generator<undefined, T, undefined>): Promise<T> {
    for (;;) {
      await this.#nextTurn();
      const step = slices.next();
      if (step.done === true) return step.value;
    }
  }
}

/** One text of a count. */
interface Note {
  readonly by: Encoding | BackgroundCounter;
  readonly text: string;
  readonly isLong: boolean;
  /** Null until it is counted. */
  tokens: number | null;
}

interface ElsewhereNote {
  readonly note: Note;
  readonly by: BackgroundCounter;
  readonly sample: TextSample;
}

/** A counter that answers later answers no more. */
class LostTokenizer extends Error {}

/** A count has one tokenizer: all its texts go in one call. */
async function countElsewhere(notes: readonly ElsewhereNote[]): Promise<void> {
  const by = notes[0]?.by;
  if (by === undefined) return;
  const counts = await by.counts(notes.flatMap(({ sample }) => sample.parts)).catch((cause: unknown) => {
    throw new LostTokenizer('', { cause });
  });
  let at = 0;
  for (const { note, sample } of notes) {
    let tokens = 0;
    for (const count of counts.slice(at, at + sample.parts.length)) tokens += count;
    at += sample.parts.length;
    note.tokens = tokensOfWhole(sample, tokens);
  }
}

/** One run of the counter: notes are answered in the order in which they were taken. A run is synchronous. */
class CountingPass {
  #texts: LongTexts | null = null;
  #notes: Note[] = [];
  #at = 0;
  #left = 0;

  begin(texts: LongTexts, notes: Note[]): void {
    this.#texts = texts;
    this.#notes = notes;
    this.#at = 0;
    this.#left = INLINE_CHARACTERS;
  }

  count(by: Encoding | BackgroundCounter, text: string): number {
    const known = this.#notes[this.#at]?.tokens;
    this.#at++;
    if (known != null) return known;
    const long = this.#texts?.behind(text) ?? null;
    if (long === null) this.#left -= text.length;
    const tokens = long === null && this.#left >= 0 && !('counts' in by) ? by.count(text) : null;
    this.#notes.push({ by, text: long ?? text, isLong: long !== null, tokens });
    return tokens ?? 0;
  }
}

/** The same encoding, except that the pass decides when it counts. */
function deferring(encoding: Encoding, pass: CountingPass): Encoding {
  return {
    name: encoding.name,
    specialTokens: encoding.specialTokens,
    count: (text) => pass.count(encoding, text),
    encode: (text, rules) => encoding.encode(text, rules),
    encodeOrdinary: (text) => encoding.encodeOrdinary(text),
    decode: (ids) => encoding.decode(ids),
    decodeBytes: (ids) => encoding.decodeBytes(ids),
    isWithinLimit: (text, limit) => encoding.isWithinLimit(text, limit),
    streamCounter: () => encoding.streamCounter(),
    countInSlices: (text, sliceBytes) => encoding.countInSlices(text, sliceBytes),
  };
}

/** Only counts: nobody asks the gateway for ids. */
function answeredLater(counter: BackgroundCounter, pass: CountingPass): TextTokenizer {
  const unsupported = (): never => {
    throw new TypeError('this tokenizer only counts');
  };
  return {
    name: counter.name,
    count: (text) => pass.count(counter, text),
    encodeOrdinary: unsupported,
    decode: unsupported,
  };
}

const OPENAI_ENCODINGS: ReadonlySet<string> = new Set([
  'o200k_base',
  'o200k_harmony',
  'cl100k_base',
  'p50k_base',
  'p50k_edit',
  'r50k_base',
]);
