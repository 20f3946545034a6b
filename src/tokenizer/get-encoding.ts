/**
 * The encodings by name, loaded when first asked for. Their tables are built once per process (see `shared-tables.ts`);
 * `load-in-background.ts` builds them beside the event loop.
 */
import { GatewayError } from '../errors/gateway-error.ts';
import { BytePairEncoding, type Splitter } from './byte-pair-encoding.ts';
import type { EncodingName } from './contract.ts';
import { tableOf } from './shared-tables.ts';
import { splitCl100k } from './split-cl100k.ts';
import { splitGpt2 } from './split-gpt2.ts';
import { splitO200k } from './split-o200k.ts';
import { TokenTable } from './token-table.ts';

interface EncodingRow {
  /** File in `ranks/`. */
  readonly ranks: string;
  readonly split: Splitter;
  readonly specialTokens: () => ReadonlyMap<string, number>;
  readonly nfkc: boolean;
}

const END_OF_TEXT = '<|endoftext|>';
const END_OF_PROMPT = '<|endofprompt|>';
const FILL_IN = ['<|fim_prefix|>', '<|fim_middle|>', '<|fim_suffix|>'] as const;

const ROWS: Readonly<Record<EncodingName, EncodingRow>> = {
  o200k_base: row('o200k_base', splitO200k, () => [
    [END_OF_TEXT, 199_999],
    [END_OF_PROMPT, 200_018],
  ]),
  o200k_harmony: row('o200k_base', splitO200k, harmonyTokens),
  cl100k_base: row('cl100k_base', splitCl100k, () => [
    [END_OF_TEXT, 100_257],
    ...FILL_IN.map((token, i): [string, number] => [token, 100_258 + i]),
    [END_OF_PROMPT, 100_276],
  ]),
  p50k_base: row('p50k_base', splitGpt2, () => [[END_OF_TEXT, 50_256]]),
  p50k_edit: row('p50k_base', splitGpt2, () => [
    [END_OF_TEXT, 50_256],
    ...FILL_IN.map((token, i): [string, number] => [token, 50_281 + i]),
  ]),
  r50k_base: row('r50k_base', splitGpt2, () => [[END_OF_TEXT, 50_256]]),
  claude: {
    ...row('claude', splitGpt2, () => [
      ['<EOT>', 0],
      ['<META>', 1],
      ['<META_START>', 2],
      ['<META_END>', 3],
      ['<SOS>', 4],
    ]),
    nfkc: true,
  },
};

/** The encodings of this thread. */
const loaded = new Map<EncodingName, BytePairEncoding>();

/** The names of all encodings. */
export const ENCODING_NAMES = Object.keys(ROWS) as readonly EncodingName[];

/**
 * An encoding by its name; the first call loads its tables (`docs/benchmarks-tokens.md` has the time), later ones return
 * the same object.
 * @throws `bad_request` for a name that is not one of `ENCODING_NAMES`.
 */
export function getEncoding(name: EncodingName): BytePairEncoding {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const { ranks, split, specialTokens, nfkc } = rowOf(name);
  const encoding = new BytePairEncoding({
    name,
    table: new TokenTable(tableOf(ranks)),
    split,
    specialTokens: specialTokens(),
    nfkc,
  });
  loaded.set(name, encoding);
  return encoding;
}

/** The rank file of an encoding; some share one. @throws `bad_request` for a name that is not one of `ENCODING_NAMES` */
export function ranksOf(name: EncodingName): string {
  return rowOf(name).ranks;
}

function rowOf(name: EncodingName): EncodingRow {
  if (Object.hasOwn(ROWS, name)) return ROWS[name];
  throw new GatewayError(
    'bad_request',
    `There is no encoding ${JSON.stringify(name)}. Use one of ${ENCODING_NAMES.join(', ')}.`,
  );
}

function row(ranks: string, split: Splitter, specialTokens: () => Iterable<[string, number]>): EncodingRow {
  return { ranks, split, specialTokens: () => new Map(specialTokens()), nfkc: false };
}

function* harmonyTokens(): Generator<[string, number]> {
  const named: Readonly<Record<number, string>> = {
    199_998: 'startoftext',
    199_999: 'endoftext',
    200_002: 'return',
    200_003: 'constrain',
    200_005: 'channel',
    200_006: 'start',
    200_007: 'end',
    200_008: 'message',
    200_012: 'call',
  };
  for (let id = 199_998; id < 201_088; id += 1) yield [`<|${named[id] ?? `reserved_${String(id)}`}|>`, id];
  // The reference knows this id by the name that o200k_base has for it, too.
  yield [END_OF_PROMPT, 200_018];
}
