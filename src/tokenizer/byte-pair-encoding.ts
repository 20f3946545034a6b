/**
 * One of OpenAI's encodings (or Anthropic's published one): text to token ids and back, exactly as tiktoken. A text is
 * written once as UTF-8, in windows that end where cutting changes nothing, split into pieces without a regular
 * expression, and each piece looked up or merged. Time is linear in the text whatever it holds; nothing is allocated for
 * a piece. An object serves one thread; each thread has its own over the same shared tables.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import type { Encoding, SpecialTokenRules, StreamCounter } from './contract.ts';
import { noWork, type EncodingWork } from './encoding-work.ts';
import { normaliseNfkc } from './normalise-nfkc.ts';
import { PieceEncoder } from './piece-encoder.ts';
import { SpecialTokens } from './special-tokens.ts';
import { StreamingCounter } from './streaming-counter.ts';
import { TextBuffer } from './text-buffer.ts';
import { TextWindows, WINDOW_UNITS } from './text-windows.ts';
import { TokenDecoder } from './token-decoder.ts';
import type { TokenTable } from './token-table.ts';

/** Tells where the piece that starts at the given byte ends. */
export type Splitter = (bytes: Uint8Array, start: number) => number;

export interface EncodingDefinition {
  readonly name: string;
  readonly table: TokenTable;
  readonly split: Splitter;
  readonly specialTokens: ReadonlyMap<string, number>;
  /** Texts are normalised to NFKC before they are split. */
  readonly nfkc: boolean;
}

/** About a millisecond of usual text. */
const SLICE_BYTES = 64 * 1024;
/** A step through a long piece takes as long as about eight bytes of usual text. */
const BYTES_PER_SEARCH_STEP = 8;

export class BytePairEncoding implements Encoding {
  readonly name: string;
  readonly specialTokens: ReadonlyMap<string, number>;
  /** What was done so far, in counts. */
  readonly work: EncodingWork = noWork();
  readonly #split: Splitter;
  readonly #nfkc: boolean;
  readonly #pieces: PieceEncoder;
  readonly #special: SpecialTokens;
  readonly #decoder: TokenDecoder;
  readonly #buffer = new TextBuffer(WINDOW_UNITS);

  constructor({ name, table, split, specialTokens, nfkc }: EncodingDefinition) {
    this.name = name;
    this.specialTokens = specialTokens;
    this.#split = split;
    this.#nfkc = nfkc;
    this.#pieces = new PieceEncoder(table, this.work);
    this.#special = new SpecialTokens(name, specialTokens);
    this.#decoder = new TokenDecoder(name, table, specialTokens);
  }

  /** @inheritDoc */
  count(text: string): number {
    requireText(text);
    if (text.length <= WINDOW_UNITS) {
      return this.#countBuffer(this.#buffer, this.#buffer.write(this.#nfkc ? normaliseNfkc(text) : text));
    }
    let total = 0;
    const windows = new TextWindows(this.#buffer, text, this.#nfkc);
    while (windows.next()) total += this.#countBuffer(this.#buffer, windows.end);
    this.#release();
    return total;
  }

  /** @inheritDoc */
  *countInSlices(text: string, sliceBytes = SLICE_BYTES): Generator<undefined, number, undefined> {
    // Other calls may come between two slices: they must not meet in one buffer.
    const buffer = new TextBuffer(WINDOW_UNITS);
    const windows = new TextWindows(buffer, text, this.#nfkc);
    let total = 0;
    while (!windows.isDone()) {
      if (windows.widen()) total += yield* this.#countWindow(buffer, windows.end, sliceBytes);
      yield;
    }
    return total;
  }

  *#countWindow(buffer: TextBuffer, windowEnd: number, sliceBytes: number): Generator<undefined, number> {
    this.work.scannedBytes += windowEnd;
    const { bytes } = buffer;
    let total = 0;
    let left = sliceBytes;
    for (let at = 0; at < windowEnd;) {
      const end = this.#split(bytes, at);
      if (this.#pieces.isLong(at, end)) {
        const merger = yield* this.#pieces.longMerger();
        merger.begin(bytes, at, end);
        while (!merger.advance(Math.ceil(sliceBytes / BYTES_PER_SEARCH_STEP))) yield;
        total += merger.count;
      } else total += this.#pieces.count(buffer, at, end);
      left -= end - at;
      at = end;
      if (left > 0) continue;
      yield;
      left = sliceBytes;
    }
    return total;
  }

  /** @inheritDoc */
  isWithinLimit(text: string, limit: number): number | false {
    requireText(text);
    const windows = new TextWindows(this.#buffer, text, this.#nfkc);
    let total = 0;
    while (total <= limit && windows.next()) {
      let at = 0;
      while (at < windows.end && total <= limit) {
        const end = this.#split(this.#buffer.bytes, at);
        total += this.#pieces.count(this.#buffer, at, end);
        at = end;
      }
      this.work.scannedBytes += at;
    }
    this.#release();
    return total <= limit ? total : false;
  }

  /** @inheritDoc */
  streamCounter(): StreamCounter {
    if (!this.#nfkc) return new StreamingCounter((buffer, end) => this.#countBuffer(buffer, end));
    // slow path: what normalising does to a character may depend on the next ones, without bound
    let text = '';
    return {
      push: (piece) => {
        text += piece;
      },
      total: () => this.count(text),
    };
  }

  /** @inheritDoc */
  encodeOrdinary(text: string): number[] {
    requireText(text);
    const ids: number[] = [];
    this.#append(text, ids);
    return ids;
  }

  /** @inheritDoc */
  encode(text: string, rules: SpecialTokenRules = {}): number[] {
    requireText(text);
    const finder = this.#special.finder(text, rules);
    const ids: number[] = [];
    let at = 0;
    if (finder !== null) {
      for (const match of text.matchAll(finder)) {
        const id = this.specialTokens.get(match[0]);
        if (id === undefined) continue;
        this.#append(text.slice(at, match.index), ids);
        ids.push(id);
        at = match.index + match[0].length;
      }
    }
    this.#append(at === 0 ? text : text.slice(at), ids);
    return ids;
  }

  /** Ids of `text`, one list for each piece that the encoding's pattern cuts it into. */
  encodePieces(text: string): number[][] {
    requireText(text);
    const pieces: number[][] = [];
    const windows = new TextWindows(this.#buffer, text, this.#nfkc);
    while (windows.next()) {
      this.work.scannedBytes += windows.end;
      for (let at = 0; at < windows.end;) {
        const end = this.#split(this.#buffer.bytes, at);
        const ids: number[] = [];
        this.#pieces.append(this.#buffer, at, end, ids);
        pieces.push(ids);
        at = end;
      }
    }
    this.#release();
    return pieces;
  }

  /** @inheritDoc */
  decode(ids: Iterable<number>): string {
    return this.#decoder.decode(ids);
  }

  /** @inheritDoc */
  decodeBytes(ids: Iterable<number>): Uint8Array {
    return this.#decoder.decodeBytes(ids);
  }

  #append(text: string, ids: number[]): void {
    const windows = new TextWindows(this.#buffer, text, this.#nfkc);
    while (windows.next()) {
      this.work.scannedBytes += windows.end;
      for (let at = 0; at < windows.end;) {
        const end = this.#split(this.#buffer.bytes, at);
        this.#pieces.append(this.#buffer, at, end, ids);
        at = end;
      }
    }
    this.#release();
  }

  #countBuffer(buffer: TextBuffer, end: number): number {
    const split = this.#split;
    const pieces = this.#pieces;
    const { bytes } = buffer;
    this.work.scannedBytes += end;
    let total = 0;
    let at = 0;
    while (at < end) {
      const behind = split(bytes, at);
      total += pieces.count(buffer, at, behind);
      at = behind;
    }
    return total;
  }

  /** A text with a long piece leaves large buffers behind. */
  #release(): void {
    this.#buffer.release();
    this.#pieces.release();
  }
}

/** Programs without types get a sentence instead of the engine's riddle. */
function requireText(text: unknown): void {
  if (typeof text === 'string') return;
  throw new GatewayError('bad_request', `Only a string can be encoded or counted; this is of type ${typeof text}.`);
}
