/** A small price map for the tests of this folder. */
import type { JsonObject } from '../../src/protocol/json.ts';
import type { CompletionCostContext } from '../../src/pricing/completion-cost.ts';
import type { ModelContext, ResolveProvider } from '../../src/pricing/model-info.ts';
import { PricedModels } from '../../src/pricing/priced-models.ts';
import { PriceTable, toPriceMap } from '../../src/pricing/price-table.ts';

export const TEST_MAP: JsonObject = {
  sample_spec: { mode: 'chat' },
  'gpt-4o': {
    litellm_provider: 'openai',
    mode: 'chat',
    max_input_tokens: 128_000,
    max_output_tokens: 16_384,
    input_cost_per_token: 2.5e-6,
    output_cost_per_token: 1e-5,
    cache_read_input_token_cost: 1.25e-6,
    input_cost_per_token_priority: 4.25e-6,
    output_cost_per_token_priority: 1.7e-5,
    supports_vision: true,
    supports_function_calling: true,
  },
  'azure/gpt-4o': {
    litellm_provider: 'azure',
    mode: 'chat',
    input_cost_per_token: 3e-6,
    output_cost_per_token: 1.1e-5,
  },
  'claude-long': {
    litellm_provider: 'anthropic',
    mode: 'chat',
    input_cost_per_token: 3e-6,
    output_cost_per_token: 1.5e-5,
    cache_read_input_token_cost: 3e-7,
    cache_creation_input_token_cost: 3.75e-6,
    cache_creation_input_token_cost_above_1hr: 6e-6,
    input_cost_per_token_above_200k_tokens: 6e-6,
    output_cost_per_token_above_200k_tokens: 2.25e-5,
    supports_reasoning: true,
  },
  'anthropic.claude-v2:1': {
    litellm_provider: 'bedrock',
    mode: 'chat',
    input_cost_per_token: 8e-6,
    output_cost_per_token: 2.4e-5,
  },
  'dashscope/qwen-tiered': {
    litellm_provider: 'dashscope',
    mode: 'chat',
    tiered_pricing: [
      { range: [0, 32_000], input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 },
      { range: [32_000, 128_000], input_cost_per_token: 3e-6, output_cost_per_token: 4e-6 },
    ],
  },
  'deepseek/night': {
    litellm_provider: 'deepseek',
    mode: 'chat',
    input_cost_per_token: 2e-6,
    output_cost_per_token: 4e-6,
    off_peak_pricing: { hours_utc: '16:30-00:30', input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 },
  },
  'tts-1': { litellm_provider: 'openai', mode: 'audio_speech', input_cost_per_character: 1.5e-5 },
  'whisper-1': { litellm_provider: 'openai', mode: 'audio_transcription', input_cost_per_second: 1e-4 },
  'rerank-v3': { litellm_provider: 'cohere', mode: 'rerank', input_cost_per_query: 0.002 },
  'hd/1024-x-1024/dall-e-3': { litellm_provider: 'openai', mode: 'image_generation', input_cost_per_image: 0.08 },
  'gpt-4o-search': {
    litellm_provider: 'openai',
    mode: 'chat',
    input_cost_per_token: 2.5e-6,
    output_cost_per_token: 1e-5,
    search_context_cost_per_query: {
      search_context_size_low: 0.03,
      search_context_size_medium: 0.035,
      search_context_size_high: 0.05,
    },
  },
  fallback_generalizations: {
    rules: [
      {
        name: 'claude',
        pattern: '^claude-[a-z]+-\\d',
        model_info: { mode: 'chat', max_input_tokens: 200_000, supports_vision: true },
      },
      { name: 'route', pattern: '^claude-', model_info: { litellm_provider: 'anthropic' } },
      { name: 'broken', pattern: '(', model_info: { mode: 'chat' } },
    ],
  },
};

const BARE_NAMES: ReadonlyMap<string, string> = new Map([
  ['gpt-4o', 'openai'],
  ['gpt-4o-search', 'openai'],
  ['tts-1', 'openai'],
  ['claude-long', 'anthropic'],
]);
const PROVIDERS: ReadonlySet<string> = new Set([
  'openai',
  'azure',
  'anthropic',
  'bedrock',
  'dashscope',
  'deepseek',
  'cohere',
  'ollama',
  'xai',
]);

export const resolveTestProvider: ResolveProvider = (model, provider) => {
  const slash = model.indexOf('/');
  const lead = slash > 0 ? model.slice(0, slash) : '';
  if (PROVIDERS.has(lead) && (provider === null || provider === lead))
    return { model: model.slice(slash + 1), provider: lead };
  if (provider !== null) return { model, provider };
  const known = BARE_NAMES.get(model) ?? (model.startsWith('claude-') ? 'anthropic' : undefined);
  return known === undefined ? null : { model, provider: known };
};

export function testContext(
  map: JsonObject = TEST_MAP,
): CompletionCostContext & ModelContext & { readonly prices: PriceTable } {
  const model = { prices: new PriceTable(() => toPriceMap(map)), resolveProvider: resolveTestProvider };
  return {
    ...model,
    models: new PricedModels(model),
    requireProvider: (name) => {
      const resolved = resolveTestProvider(name, null);
      if (resolved === null) throw new Error(`no provider for ${name}`);
      return resolved;
    },
    countTokens: ({ text, messages }) => (text ?? '').length + (messages ?? []).length * 10,
    isProvider: (name) => PROVIDERS.has(name),
  };
}
