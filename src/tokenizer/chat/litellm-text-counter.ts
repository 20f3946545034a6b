/**
 * Counts texts as LiteLLM does: in chunks of 1,024 code points, each by itself, and above 4,000,000 code points by 16
 * evenly spaced samples, scaled to the whole.
 *
 * Promises: LiteLLM's numbers; a text of at most 1,024 code units goes to the tokenizer as it is. Gives up exactness: a
 * chunk's end cuts words, so that a count is about one token a chunk too high.
 */
import { countCodePoints, skipCodePoints } from '../../primitives/code-points.ts';
import type { TextCounter } from '../contract.ts';

const CHUNK_CODE_POINTS = 1024;
const MOST_EXACT_CODE_POINTS = 4_000_000;
const SAMPLES = 16;

export class LitellmTextCounter implements TextCounter {
  /** Whether a text since the last reset was cut or sampled. */
  approximated = false;
  readonly #texts: TextCounter;
  readonly #inChunks: boolean;

  /** @param inChunks false for Hugging Face tokenizers, which get their texts whole */
  constructor(texts: TextCounter, inChunks: boolean) {
    this.#texts = texts;
    this.#inChunks = inChunks;
  }

  count(text: string): number {
    return text.length <= CHUNK_CODE_POINTS ? this.#texts.count(text) : this.#countLong(text);
  }

  #countLong(text: string): number {
    if (text.length <= MOST_EXACT_CODE_POINTS) return this.#countWhole(text);
    const codePoints = countCodePoints(text);
    return codePoints <= MOST_EXACT_CODE_POINTS ? this.#countWhole(text) : this.#countSamples(text, codePoints);
  }

  #countWhole(text: string): number {
    if (!this.#inChunks) return this.#texts.count(text);
    let tokens = 0;
    let start = 0;
    while (start < text.length) {
      const end = skipCodePoints(text, start, CHUNK_CODE_POINTS);
      tokens += this.#texts.count(text.slice(start, end));
      start = end;
    }
    // A text of pairs of surrogates may be one chunk all the same.
    if (countIsAbove(text, CHUNK_CODE_POINTS)) this.approximated = true;
    return tokens;
  }

  #countSamples(text: string, codePoints: number): number {
    this.approximated = true;
    const size = MOST_EXACT_CODE_POINTS / SAMPLES;
    const lastStart = codePoints - size;
    let tokens = 0;
    let position = 0;
    let at = 0;
    for (let index = 0; index < SAMPLES; index++) {
      const start = Math.floor((lastStart * index) / (SAMPLES - 1));
      at = skipCodePoints(text, at, start - position);
      position = start;
      tokens += this.#countWhole(text.slice(at, skipCodePoints(text, at, size)));
    }
    return roundHalfToEven((tokens * codePoints) / MOST_EXACT_CODE_POINTS);
  }
}

const countIsAbove = (text: string, codePoints: number): boolean => skipCodePoints(text, 0, codePoints) < text.length;

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
