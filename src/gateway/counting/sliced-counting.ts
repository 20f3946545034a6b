/**
 * Counts without holding up the event loop. Long texts are taken out of the request first. The count then runs twice
 * when it is large: the first pass counts the first texts at once and only writes down the others; those are counted in
 * slices, with a turn of the loop between slices; the second pass is the same count again, answered from what was
 * written down. So every rule of the counter holds (messages, tools, images), and no rule knows of slices.
 *
 * Promises: about `INLINE_CHARACTERS` are encoded in one turn (1 to 5 ms, by kind of text). Small requests take one pass
 * and no turn.
 */
import type { Encoding, EncodingName } from '../../tokenizer/contract.ts';
import type { CountRequest, ModelTokenCounter } from '../../tokenizer/chat/contract.ts';
import type { TokenCounting } from './contract.ts';
import { countLongText } from './count-long-text.ts';
import { LONG_TEXT, LongTexts } from './long-texts.ts';

/** Code units that are encoded before other work gets its turn. */
const INLINE_CHARACTERS = LONG_TEXT;

export interface SlicedCountingOptions {
  readonly encoding: (name: EncodingName) => Encoding;
  /** Makes the counter that asks these encodings, in LiteLLM's mode. */
  readonly createCounter: (encoding: (name: EncodingName) => Encoding) => ModelTokenCounter;
  /** Waits for the loop's next turn. */
  readonly nextTurn?: () => Promise<void>;
}

const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class SlicedCounting implements TokenCounting {
  readonly #pass = new CountingPass();
  readonly #counter: ModelTokenCounter;
  /** Counts at once. */
  readonly #direct: ModelTokenCounter;
  readonly #nextTurn: () => Promise<void>;

  constructor({ encoding, createCounter, nextTurn = immediate }: SlicedCountingOptions) {
    this.#direct = createCounter(encoding);
    this.#counter = createCounter((name) => deferring(encoding(name), this.#pass));
    this.#nextTurn = nextTurn;
  }

  async count(request: CountRequest): Promise<number> {
    const texts = new LongTexts({ ...request, compat: 'litellm' });
    const notes: Note[] = [];
    const tokens = this.#run(texts, notes);
    if (notes.every((note) => note.tokens !== null)) return tokens;
    await this.#countNotes(notes, request.model ?? '');
    return this.#run(texts, notes);
  }

  tokenizerType(model: string): 'openai_tokenizer' | 'huggingface_tokenizer' {
    const { name } = this.#direct.tokenizerOf(model, 'litellm').tokenizer;
    return OPENAI_ENCODINGS.has(name) ? 'openai_tokenizer' : 'huggingface_tokenizer';
  }

  #run(texts: LongTexts, notes: Note[]): number {
    this.#pass.begin(texts, notes);
    return this.#counter.count(texts.request);
  }

  async #countNotes(notes: readonly Note[], model: string): Promise<void> {
    let left = 0;
    for (const note of notes) {
      if (note.tokens !== null) continue;
      if (note.isLong) {
        note.tokens = await this.#countLong(note, model);
        left = 0;
        continue;
      }
      if (note.text.length > left) {
        await this.#nextTurn();
        left = INLINE_CHARACTERS;
      }
      left -= note.text.length;
      note.tokens = note.encoding.count(note.text);
    }
  }

  async #countLong({ encoding, text }: Note, model: string): Promise<number> {
    const slices = countLongText(text, {
      encoding,
      countShort: (part) => this.#direct.count({ model, text: part, compat: 'litellm' }),
      inChunks: OPENAI_ENCODINGS.has(encoding.name),
    });
    for (;;) {
      await this.#nextTurn();
      const step = slices.next();
      if (step.done === true) return step.value;
    }
  }
}

/** One text of a count. */
interface Note {
  readonly encoding: Encoding;
  readonly text: string;
  readonly isLong: boolean;
  /** Null until it is counted. */
  tokens: number | null;
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

  count(encoding: Encoding, text: string): number {
    const known = this.#notes[this.#at]?.tokens;
    this.#at++;
    if (known != null) return known;
    const long = this.#texts?.behind(text) ?? null;
    if (long === null) this.#left -= text.length;
    const tokens = long === null && this.#left >= 0 ? encoding.count(text) : null;
    this.#notes.push({ encoding, text: long ?? text, isLong: long !== null, tokens });
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

const OPENAI_ENCODINGS: ReadonlySet<string> = new Set([
  'o200k_base',
  'o200k_harmony',
  'cl100k_base',
  'p50k_base',
  'p50k_edit',
  'r50k_base',
]);
