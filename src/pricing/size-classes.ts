/** Together AI bills models that the map does not list by the number of parameters in their name. */
import type { PricedModels } from './priced-models.ts';

const BILLIONS: readonly (readonly [number, string])[] = [
  [4, 'together-ai-up-to-4b'],
  [8, 'together-ai-4.1b-8b'],
  [21, 'together-ai-8.1b-21b'],
  [41, 'together-ai-21.1b-41b'],
  [80, 'together-ai-41.1b-80b'],
  [110, 'together-ai-81.1b-110b'],
];
const EMBEDDING_MILLIONS: readonly (readonly [number, string])[] = [
  [150, 'together-ai-embedding-up-to-150m'],
  [350, 'together-ai-embedding-151m-to-350m'],
];
const PROVIDER = 'together_ai/';

/** The class, or the name in lower case when it tells no size; the name itself when the map prices it. */
export function togetherSizeClass(model: string, isEmbedding: boolean, models: PricedModels): string {
  const bare = model.startsWith(PROVIDER) ? model.slice(PROVIDER.length) : model;
  if (models.context.prices.get(PROVIDER + bare)?.['input_cost_per_token'] !== undefined) return model;
  const name = model.toLowerCase();
  const size = (isEmbedding ? /(\d+)m/ : /(\d+)b/).exec(name);
  if (size === null) return name;
  const classes = isEmbedding ? EMBEDDING_MILLIONS : BILLIONS;
  return classes.find(([limit]) => Number(size[1]) <= limit)?.[1] ?? name;
}
