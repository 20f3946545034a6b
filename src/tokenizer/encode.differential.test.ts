/** The encodings against tiktoken's own code (npm `tiktoken`, WebAssembly) and against a naive reference. */
import { get_encoding as reference } from 'tiktoken';
import { afterAll, describe, expect, it } from 'vitest';
import { mixedText, seededNumbers } from '../../test/support/mixed-texts.ts';
import { naiveEncoder, type NaiveName } from '../../test/support/naive-encoder.ts';
import { classAt, OTHER } from './character-classes.ts';
import { getEncoding } from './get-encoding.ts';

const LETTER_LIKE = /[\p{L}\p{M}\p{N}]/u;
/** Texts for each encoding; the long form tries 25,000. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300) * 5;

function texts(seed: number, runs: number): string[] {
  const random = seededNumbers(seed);
  return Array.from({ length: runs }, () => mixedText(random));
}

describe.each(['o200k_base', 'cl100k_base', 'p50k_base', 'r50k_base'] as const)('%s', (name: NaiveName) => {
  const encoding = getEncoding(name);
  const theirs = reference(name);
  const naive = naiveEncoder(name);
  const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_124);

  afterAll(() => {
    theirs.free();
  });

  it('encodes mixed texts as the naive reference does, and counts them alike on every way', () => {
    for (const text of texts(seed, RUNS)) {
      if (hasLaterCharacters(text)) continue;
      const ids = encoding.encodeOrdinary(text);
      expect([text, ids]).toEqual([text, naive(text)]);
      expect([text, encoding.count(text)]).toEqual([text, ids.length]);
      expect(encoding.isWithinLimit(text, ids.length)).toBe(ids.length);
      // Of no tokens there is no smaller limit that an empty text would pass.
      expect(encoding.isWithinLimit(text, ids.length - 1)).toBe(false);
      expect(encoding.decode(ids)).toBe(text.toWellFormed());
    }
  });

  it('encodes them as tiktoken does', () => {
    for (const text of texts(seed + 1, RUNS)) {
      // The two patterns of cl100k_base that tiktoken has had differ in white space at the very end of a text.
      const whole = name === 'cl100k_base' ? `${text}.` : text;
      expect([whole, encoding.encodeOrdinary(whole)]).toEqual([whole, Array.from(theirs.encode_ordinary(whole))]);
    }
  });

  it('counts a text that comes in pieces as the whole', () => {
    const random = seededNumbers(seed + 2);
    const differing: string[] = [];
    for (const text of texts(seed + 3, Math.ceil(RUNS / 5))) {
      const counter = encoding.streamCounter();
      for (let at = 0; at < text.length;) {
        const next = at + 1 + random(9);
        counter.push(text.slice(at, next));
        if (random(3) === 0 && counter.total() !== encoding.count(text.slice(0, next)))
          differing.push(text.slice(0, next));
        at = next;
      }
      if (counter.total() !== encoding.count(text)) differing.push(text);
    }
    expect(differing).toEqual([]);
  });
});

/** Whether this engine's regular expressions take a character for a letter, mark or number that Unicode 16 does not have. */
function hasLaterCharacters(text: string): boolean {
  return Array.from(text).some(
    (character) => LETTER_LIKE.test(character) && (classAt(Buffer.from(character), 0) & OTHER) !== 0,
  );
}
