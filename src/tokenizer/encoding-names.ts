/**
 * OpenAI's model names and their encodings, as tiktoken 0.14 lists them: names, then beginnings of names in this order.
 * Source: tiktoken `model.py`. `gpt2` has the tokens of `r50k_base`.
 */
import type { EncodingName } from './contract.ts';

const MODELS_OF: readonly (readonly [EncodingName, readonly string[]])[] = [
  ['o200k_base', ['o1', 'o3', 'o4-mini', 'gpt-5', 'gpt-4.1', 'gpt-4o']],
  [
    'cl100k_base',
    [
      'gpt-4',
      'gpt-3.5-turbo',
      'gpt-3.5',
      'gpt-35-turbo',
      'davinci-002',
      'babbage-002',
      'text-embedding-ada-002',
      'text-embedding-3-small',
      'text-embedding-3-large',
    ],
  ],
  [
    'p50k_base',
    [
      'text-davinci-003',
      'text-davinci-002',
      'code-davinci-002',
      'code-davinci-001',
      'code-cushman-002',
      'code-cushman-001',
      'davinci-codex',
      'cushman-codex',
    ],
  ],
  ['p50k_edit', ['text-davinci-edit-001', 'code-davinci-edit-001']],
  [
    'r50k_base',
    [
      'text-davinci-001',
      'text-curie-001',
      'text-babbage-001',
      'text-ada-001',
      'davinci',
      'curie',
      'babbage',
      'ada',
      'text-similarity-davinci-001',
      'text-similarity-curie-001',
      'text-similarity-babbage-001',
      'text-similarity-ada-001',
      'text-search-davinci-doc-001',
      'text-search-curie-doc-001',
      'text-search-babbage-doc-001',
      'text-search-ada-doc-001',
      'code-search-babbage-code-001',
      'code-search-ada-code-001',
      'gpt2',
      'gpt-2',
    ],
  ],
];

const ENCODINGS: ReadonlyMap<string, EncodingName> = new Map(
  MODELS_OF.flatMap(([encoding, models]) => models.map((model) => [model, encoding] as const)),
);

const PREFIXES: readonly (readonly [string, EncodingName])[] = [
  ['o1-', 'o200k_base'],
  ['o3-', 'o200k_base'],
  ['o4-mini-', 'o200k_base'],
  ['gpt-5', 'o200k_base'],
  ['gpt-4.5-', 'o200k_base'],
  ['gpt-4.1-', 'o200k_base'],
  ['chatgpt-4o-', 'o200k_base'],
  ['gpt-4o-', 'o200k_base'],
  ['gpt-4-', 'cl100k_base'],
  ['gpt-3.5-turbo-', 'cl100k_base'],
  ['gpt-35-turbo-', 'cl100k_base'],
  ['gpt-oss-', 'o200k_harmony'],
  ['ft:gpt-4o', 'o200k_base'],
  ['ft:gpt-4', 'cl100k_base'],
  ['ft:gpt-3.5-turbo', 'cl100k_base'],
  ['ft:davinci-002', 'cl100k_base'],
  ['ft:babbage-002', 'cl100k_base'],
];

/** The encoding of an OpenAI model, e.g. `gpt-4o-2024-08-06` → `o200k_base`; null for a name that tiktoken does not know. */
export function encodingNameForModel(model: string): EncodingName | null {
  return ENCODINGS.get(model) ?? PREFIXES.find(([prefix]) => model.startsWith(prefix))?.[1] ?? null;
}
