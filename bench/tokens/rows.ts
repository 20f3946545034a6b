/** The rows of the tables: which text, of which size, in which encoding. */
import { firstCharacters, SHORT_TEXT, type TextKind, type Texts } from './texts.ts';

export type EncodingName = 'o200k_base' | 'cl100k_base';

/** What the report needs to know of a row. */
export interface RowFacts {
  /** E.g. `o200k_base/english-10k`; what `--rows` is matched with. */
  readonly name: string;
  readonly encoding: EncodingName;
  readonly kind: TextKind | 'short';
  readonly label: string;
  /** Of UTF-8, of all texts of the first pass. */
  readonly bytes: number;
}

export interface Row {
  readonly facts: RowFacts;
  /** Texts of one call after the other; the call behind the last takes the first again. */
  readonly passes: readonly (readonly string[])[];
}

export const KIND_LABELS: Readonly<Record<TextKind, string>> = {
  english: 'English',
  code: 'code',
  json: 'JSON',
  cjk: 'CJK',
  emoji: 'emoji',
  whitespace: 'white space',
  letter: 'one letter',
  base64: 'base64',
};

/** Kinds of text that a tokenizer may take as one long piece. */
export const ADVERSARIAL: readonly TextKind[] = ['whitespace', 'letter', 'base64'];
/** Kinds for which the issue asks three times the speed of the others. */
export const COMMON_KINDS: readonly TextKind[] = ['english', 'code', 'json'];

const SIZES: readonly (readonly [string, number])[] = [
  ['100', 100],
  ['1k', 1000],
  ['10k', 10_000],
  ['100k', 100_000],
  ['1M', 1_000_000],
];
const SHORTER: Readonly<Record<TextKind, readonly string[]>> = {
  english: ['1k', '10k', '1M'],
  code: ['1k', '10k', '1M'],
  json: ['10k'],
  cjk: ['10k'],
  emoji: ['10k'],
  whitespace: ['10k'],
  letter: ['10k', '1M'],
  base64: ['10k'],
};
/** Texts of a call of a row whose next call counts other ones. */
const NEW_TEXTS = 500;
const NEW_TEXT_LENGTH = 1000;
/** Enough for a slow contestant's whole measure; a fast one has seen its pieces by then, but not its texts. */
const NEW_PASSES = 8;

export function buildRows({ kinds }: Texts): readonly Row[] {
  const all = Object.keys(KIND_LABELS) as TextKind[];
  return [
    shortRow('o200k_base'),
    ...all.flatMap((kind) => SIZES.map((size) => sizedRow('o200k_base', kind, size, kinds[kind]))),
    ...all.filter((kind) => kind !== 'letter').map((kind) => newTextsRow(kind, kinds[kind])),
    shortRow('cl100k_base'),
    ...all.flatMap((kind) =>
      SIZES.filter(([name]) => SHORTER[kind].includes(name)).map((size) =>
        sizedRow('cl100k_base', kind, size, kinds[kind]),
      ),
    ),
  ];
}

function shortRow(encoding: EncodingName): Row {
  return rowOf({ name: `${encoding}/12-tokens`, encoding, kind: 'short', label: '12 tokens' }, [[SHORT_TEXT]]);
}

function sizedRow(
  encoding: EncodingName,
  kind: TextKind,
  [size, characters]: readonly [string, number],
  from: string,
): Row {
  const facts = { name: `${encoding}/${kind}-${size}`, encoding, kind, label: `${KIND_LABELS[kind]} ${size}` };
  return rowOf(facts, [[firstCharacters(from, characters)]]);
}

/** A row that says what caches of pieces hide: the next call counts texts that are cut elsewhere. */
function newTextsRow(kind: TextKind, from: string): Row {
  const step = NEW_TEXT_LENGTH / NEW_PASSES;
  const passes = Array.from({ length: NEW_PASSES }, (_, pass) =>
    textsFrom(from.slice(firstCharacters(from, pass * step).length)),
  );
  const label = `${KIND_LABELS[kind]} 1k, ${NEW_TEXTS} texts`;
  return rowOf({ name: `o200k_base/${kind}-1k-new`, encoding: 'o200k_base', kind, label }, passes);
}

function textsFrom(source: string): readonly string[] {
  const texts: string[] = [];
  for (let at = 0; texts.length < NEW_TEXTS;) {
    const text = firstCharacters(source.slice(at, at + 2 * NEW_TEXT_LENGTH), NEW_TEXT_LENGTH);
    texts.push(text);
    at += text.length;
  }
  return texts;
}

function rowOf(facts: Omit<RowFacts, 'bytes'>, passes: readonly (readonly string[])[]): Row {
  const bytes = (passes[0] ?? []).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return { facts: { ...facts, bytes }, passes };
}
