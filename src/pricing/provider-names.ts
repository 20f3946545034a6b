/**
 * What a provider's model names look like in a price map, as data: one row per provider that is not plain. Shared code
 * reads these properties and never asks for a provider's name.
 */
import type { JsonObject } from '../protocol/json.ts';
import { bedrockBaseModel, withoutBedrockRoute } from './bedrock-names.ts';
import { textAt } from './price-entry.ts';
import type { PriceLookup } from './price-table.ts';

export interface ProviderNaming {
  /** Another name under which the provider's prices are listed. */
  readonly sameAs?: string;
  /** Entries of these other providers may price its models: by start of the entry's provider, by name, or all. */
  readonly acceptsStart?: string;
  readonly acceptsNames?: readonly string[];
  readonly acceptsAll?: boolean;
  /** Cuts a name down to its family for the second round of look-ups. */
  readonly shorten?: (model: string) => string;
  /** Cuts routing words off before the first round. */
  readonly withoutRoute?: (model: string) => string;
  /** Spells a name as the map lists it. */
  readonly respell?: (model: string, prices: PriceLookup) => string;
  /** The whole answer for a model that the provider serves under names of the user's own. */
  readonly unlisted?: (model: string, prices: PriceLookup) => JsonObject | null;
  /** Capabilities that all its models share, over what the map says. */
  readonly capabilities?: (model: string, prices: PriceLookup) => Readonly<Record<string, boolean>>;
  /** Every model takes a response schema. */
  readonly alwaysResponseSchema?: boolean;
  /** A context-length step of the prices holds from its threshold on, not only above it. */
  readonly inclusiveThresholds?: boolean;
  /** `reasoning_effort: none` is refused for this key unless its entry allows it. */
  readonly noneEffortMustBeDeclared?: (key: string) => boolean;
}

const PLAIN: ProviderNaming = {};

const withoutVersion = (model: string): string => model.replace(/-\d+$/, '');

function vertexSpelling(model: string, prices: PriceLookup): string {
  const listedBy = (name: string): string | null => {
    const entry = prices.get(`vertex_ai/${name}`) ?? prices.get(name);
    return entry === undefined ? null : textAt(entry, 'litellm_provider');
  };
  if (listedBy(`meta/${model}`) === 'vertex_ai-llama_models') return `meta/${model}`;
  const latest = listedBy(`${model}@latest`);
  return latest === 'vertex_ai-mistral_models' || latest === 'vertex_ai-ai21_models' ? `${model}@latest` : model;
}

const OLLAMA_STARTS = ['ollama/', 'ollama_chat/'];

/** Any name is a model of the user's own server; without asking it, its limits are not known. */
function ollamaModel(model: string, prices: PriceLookup): JsonObject | null {
  const start = OLLAMA_STARTS.find((candidate) => model.startsWith(candidate));
  const bare = start === undefined ? model : model.slice(start.length);
  const names = [model, bare, ...OLLAMA_STARTS.map((candidate) => candidate + bare)];
  if (names.some((name) => prices.resolveKey(name) !== null)) return null;
  return {
    key: bare,
    litellm_provider: 'ollama',
    mode: 'chat',
    input_cost_per_token: 0,
    output_cost_per_token: 0,
    max_tokens: null,
    max_input_tokens: null,
    max_output_tokens: null,
  };
}

/** LiteLLM asks the model hub for the context length; we answer without a call to a third party. */
function huggingFaceModel(model: string): JsonObject {
  const unknown = [
    'supports_system_messages',
    'supports_response_schema',
    'supports_function_calling',
    'supports_tool_choice',
    'supports_assistant_prefill',
    'supports_prompt_caching',
    'supports_prompt_cache_breakpoint',
    'supports_computer_use',
    'supports_pdf_input',
  ];
  return {
    key: model,
    max_tokens: null,
    max_input_tokens: null,
    max_output_tokens: null,
    input_cost_per_token: 0,
    output_cost_per_token: 0,
    litellm_provider: 'huggingface',
    mode: 'chat',
    ...Object.fromEntries(unknown.map((name) => [name, null])),
  };
}

const FIREWORKS = 'fireworks_ai/';
const FIREWORKS_MODELS = 'accounts/fireworks/models/';
const FIREWORKS_FACTS = ['supports_function_calling', 'supports_reasoning', 'supports_vision', 'supports_pdf_input'];

const fireworksShortName = (model: string): string => {
  const bare = model.startsWith(FIREWORKS) ? model.slice(FIREWORKS.length) : model;
  return bare.startsWith(FIREWORKS_MODELS) ? bare.slice(FIREWORKS_MODELS.length) : bare;
};

/** `known` occurs in `name` between hyphens or at an end: `qwen3-8b` in `my-qwen3-8b-tuned`. */
const occursAtHyphens = (name: string, known: string): boolean => `-${name}-`.includes(`-${known}-`);

function fireworksFact(model: string, fact: string, prices: PriceLookup): boolean | null {
  const short = fireworksShortName(model);
  for (const key of [model, FIREWORKS + short, FIREWORKS + FIREWORKS_MODELS + short]) {
    const value = prices.get(key)?.[fact];
    if (typeof value === 'boolean') return value;
  }
  let longest = '';
  let found: boolean | null = null;
  for (const key of prices.keys()) {
    if (!key.startsWith(FIREWORKS)) continue;
    const known = fireworksShortName(key);
    const value = prices.get(key)?.[fact];
    if (typeof value !== 'boolean' || known.length <= longest.length || !occursAtHyphens(short, known)) continue;
    longest = known;
    found = value;
  }
  return found;
}

function fireworksCapabilities(model: string, prices: PriceLookup): Readonly<Record<string, boolean>> {
  const capabilities: Record<string, boolean> = { supports_function_calling: true, supports_prompt_caching: true };
  for (const fact of FIREWORKS_FACTS) {
    const value = fireworksFact(model, fact, prices);
    if (value === null || (fact === 'supports_reasoning' && !value)) continue;
    capabilities[fact] = value;
  }
  return capabilities;
}

const BEDROCK: ProviderNaming = {
  acceptsStart: 'bedrock',
  shorten: bedrockBaseModel,
  withoutRoute: withoutBedrockRoute,
};
const GPT_REASONING_SERIES = /^(?!.*\/gpt-5-chat[^/]*$)(?!gpt-5-chat[^/]*$).*gpt-[56]/;
const OLLAMA: ProviderNaming = { unlisted: ollamaModel };
const RESPONSE_SCHEMA: ProviderNaming = { alwaysResponseSchema: true };

const NAMING: ReadonlyMap<string, ProviderNaming> = new Map<string, ProviderNaming>([
  ['bedrock', BEDROCK],
  ['bedrock_converse', BEDROCK],
  ['bedrock_mantle', { acceptsStart: 'bedrock' }],
  ['vertex_ai', { acceptsStart: 'vertex_ai', shorten: withoutVersion, respell: vertexSpelling }],
  ['vertex_ai_beta', { sameAs: 'vertex_ai' }],
  ['gemini', { shorten: withoutVersion }],
  ['databricks', { shorten: withoutVersion, alwaysResponseSchema: true }],
  ['azure', { noneEffortMustBeDeclared: (key) => GPT_REASONING_SERIES.test(key) || key.includes('gpt5_series') }],
  ['azure_ai', { acceptsNames: ['azure', 'openai'] }],
  ['litellm_proxy', { acceptsAll: true }],
  ['github', { acceptsAll: true }],
  ['ollama', OLLAMA],
  ['ollama_chat', OLLAMA],
  ['huggingface', { unlisted: huggingFaceModel }],
  ['xai', { capabilities: () => ({ supports_web_search: true }), inclusiveThresholds: true }],
  ['fireworks_ai', { acceptsStart: 'fireworks_ai', capabilities: fireworksCapabilities, alwaysResponseSchema: true }],
  ['predibase', RESPONSE_SCHEMA],
  ['lm_studio', RESPONSE_SCHEMA],
  ['nebius', RESPONSE_SCHEMA],
]);

export function providerNaming(provider: string | null): ProviderNaming {
  return (provider === null ? undefined : NAMING.get(provider)) ?? PLAIN;
}

/** Whether an entry of the price map may describe a model of `provider`. An entry without a provider fits all. */
export function entryFitsProvider(entry: JsonObject, provider: string | null): boolean {
  const listed = textAt(entry, 'litellm_provider');
  if (provider === null || provider === '' || listed === null || listed === provider) return true;
  const naming = providerNaming(provider);
  return (
    naming.acceptsAll === true ||
    (naming.acceptsStart !== undefined && listed.startsWith(naming.acceptsStart)) ||
    naming.acceptsNames?.includes(listed) === true
  );
}

/** Names that Azure gives to OpenAI's models, with the name the map lists. */
const AZURE_SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['gpt-35-turbo', 'azure/gpt-35-turbo'],
  ['gpt-35-turbo-16k', 'azure/gpt-35-turbo-16k'],
  ['gpt-35-turbo-instruct', 'azure/gpt-35-turbo-instruct'],
  ['azure/gpt-41', 'gpt-4.1'],
  ['azure/gpt-41-mini', 'gpt-4.1-mini'],
  ['azure/gpt-41-nano', 'gpt-4.1-nano'],
  ['ada', 'azure/ada'],
]);

export function listedSpelling(model: string): string {
  return AZURE_SPELLINGS.get(model) ?? model;
}

/** `ft:gpt-4o-2024-08-06:org:suffix:id` is priced as `ft:gpt-4o-2024-08-06`. */
export function shortenedName(model: string, provider: string | null): string {
  const { shorten } = providerNaming(provider);
  if (shorten !== undefined) return shorten(model);
  return model.includes('ft:') ? model.replace(/(:[^:]*){3}$/, '') : model;
}
