/** Our encodings against the ones of js-tiktoken, and the characters on which JavaScript and our tables differ. */
import { Tiktoken } from 'js-tiktoken/lite';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { mixedText, seededNumbers } from '../../../test/support/mixed-texts.ts';
import { classAt, LETTER, LOWER, MARK, NUMBER, SPACE, UPPER } from '../../tokenizer/character-classes.ts';
import { NpmEncoding, type NpmEncodingName, oddCharacters } from './npm-encoding.ts';
import { SpecialSplit } from './special-split.ts';

interface Ranks {
  readonly pat_str: string;
  readonly special_tokens: Record<string, number>;
  readonly bpe_ranks: string;
}

const load = createRequire(import.meta.url);
const ranksOf = (name: NpmEncodingName): Ranks => load(`js-tiktoken/ranks/${name}`) as Ranks;
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300);
/** Allowed and disallowed special tokens. */
const CHOICES: readonly (readonly [allowed: 'all' | string[], disallowed?: string[]])[] = [
  [[], []],
  ['all'],
  [['<|endoftext|>'], []],
];
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_125);

describe('oddCharacters', () => {
  it('matches every character that this JavaScript and our tables class otherwise', () => {
    const odd = oddCharacters(process.versions['unicode']);
    const missed: string[] = [];
    for (let codePoint = 0; codePoint < 0x11_0000; codePoint += 1) {
      if (codePoint >= 0xd800 && codePoint < 0xe000) continue;
      const character = String.fromCodePoint(codePoint);
      if (!odd.test(character) && classOf(character) !== ourClassOf(character)) missed.push(codePoint.toString(16));
    }
    expect(missed).toEqual([]);
  });

  it('is not sure of anything beyond ASCII with a Unicode it was not tried with', () => {
    const odd = oddCharacters('99.0');
    expect([odd.test('plain text'), odd.test('naïve')]).toEqual([false, true]);
  });
});

describe('tables', () => {
  it('are built once, apart from the calls that need them', () => {
    let builds = 0;
    const encoding = new NpmEncoding('cl100k_base', { engine: 'rust', cl100kEnd: 'cut' }, (build) => {
      builds += 1;
      return build();
    });
    expect([encoding.accepts('hello'), builds]).toEqual([true, 0]);
    expect([encoding.encode('hello'), encoding.count('hello'), builds]).toEqual([[15_339], 1, 1]);
  });
});

describe.each(['r50k_base', 'p50k_base', 'cl100k_base', 'o200k_base'] as const)('%s', (name) => {
  const ranks = ranksOf(name);
  const theirs = new Tiktoken(ranks);
  const ours = new NpmEncoding(name, { engine: 'javascript', cl100kEnd: 'cut' }, (build) => build());
  const special = new Map(Object.entries(ranks.special_tokens));
  const split = SpecialSplit.of(ours, special);

  it('encodes what it accepts as js-tiktoken does, special tokens too', { timeout: 60_000 }, () => {
    const random = seededNumbers(SEED);
    let accepted = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const text = mixedText(random);
      for (const [allowed, disallowed] of CHOICES) {
        if (split?.accepts(text, allowed, disallowed) !== true) continue;
        accepted += 1;
        const ids = split.encode(text, allowed);
        expect([text, ids]).toEqual([text, theirs.encode(text, allowed, disallowed)]);
      }
      const count = theirs.encode(text, [], []).length;
      expect(ours.accepts(text) ? ours.count(text) : count).toBe(count);
    }
    expect(accepted).toBeGreaterThan(RUNS);
  });

  it('knows its tokens among others', () => {
    const { textMap } = theirs as unknown as { readonly textMap: ReadonlyMap<number, Uint8Array> };
    expect(ours.hasTokens((id) => textMap.get(id), textMap.size)).toBe(true);
    expect(ours.hasTokens((id) => textMap.get(id === 300 ? 301 : id), textMap.size)).toBe(false);
    expect(ours.hasTokens((id) => (id === 300 ? undefined : textMap.get(id)), textMap.size)).toBe(false);
    expect(ours.hasTokens((id) => textMap.get(id), textMap.size + 1)).toBe(false);
  });

  it('tells ordinary ids from special ones and from nothing', () => {
    expect(ours.hasOnlyOrdinary([0, 1, 50_255])).toBe(true);
    for (const id of [...special.values(), -1, 1.5, 3_000_000, '1', undefined])
      expect(ours.hasOnlyOrdinary([0, id])).toBe(false);
  });
});

describe('SpecialSplit', () => {
  const encoding = new NpmEncoding('cl100k_base', { engine: 'rust', cl100kEnd: 'cut' }, (build) => build());

  it('does without tokens whose order would matter, or that are hard to see', () => {
    expect(SpecialSplit.of(encoding, new Map([['PLAIN', 1]]))).toBeNull();
    expect(
      SpecialSplit.of(
        encoding,
        new Map([
          ['<|a', 1],
          ['<|ab', 2],
        ]),
      ),
    ).toBeNull();
    expect(SpecialSplit.of(encoding, new Map([['<|a|>', -1]]))).toBeNull();
  });

  it('leaves texts and arguments that the package refuses, or that are no plain ones, to the package', () => {
    const split = SpecialSplit.of(encoding, new Map([['<|a|>', 100_300]]));
    const refused: [unknown, unknown?, unknown?][] = [
      ['x<|a|>'],
      ['x<|a|>', []],
      ['x<|a|>', ['<|a|>'], ['<|a|>']],
      ['a secret', [], ['secret']],
      [null],
      ['x', new Set(['<|a|>'])],
      ['x', [], ['']],
      ['x', 'some'],
    ];
    for (const [text, allowed, disallowed] of refused) expect(split?.accepts(text, allowed, disallowed)).toBe(false);
    expect(split?.accepts('x<|a|>', ['<|a|>'])).toBe(true);
    expect(split?.accepts('x<|a|>', [], [])).toBe(true);
    expect(split?.encode('x<|a|>x', 'all')).toEqual([87, 100_300, 87]);
  });
});

function ourClassOf(character: string): string {
  const bytes = Uint8Array.of(...Buffer.from(character), 0xff, 0xff, 0xff, 0xff);
  const found = classAt(bytes, 0) & 0xff;
  const isLetter = (found & LETTER) !== 0 && (found & MARK) === 0;
  return shown([found & UPPER, found & LOWER, isLetter, found & MARK, found & NUMBER, found & SPACE]);
}

function classOf(character: string): string {
  const patterns = [
    /[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]/u,
    /[\p{Ll}\p{Lm}\p{Lo}\p{M}]/u,
    /\p{L}/u,
    /\p{M}/u,
    /\p{N}/u,
    /\s/u,
  ];
  return shown(patterns.map((pattern) => pattern.test(character)));
}

function shown(flags: readonly unknown[]): string {
  return flags.map((flag) => (flag ? '1' : '0')).join('');
}
