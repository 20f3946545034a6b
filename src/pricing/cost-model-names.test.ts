import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/prices.ts';
import { completionCost } from './completion-cost.ts';

const perToken = (provider: string, usd: number) => ({
  litellm_provider: provider,
  mode: 'chat',
  input_cost_per_token: usd,
  output_cost_per_token: usd,
});
const context = testContext({
  'o1-day': perToken('openai', 1),
  'azure/o3-mini': perToken('azure', 2),
  'azure/eu/o3-mini': perToken('azure', 3),
  'bedrock/eu-west-1/o4': perToken('bedrock', 4),
  'bedrock/o4': perToken('bedrock', 5),
  // Under a name that is put together wrongly such a model costs nothing, instead of being unknown.
  fallback_generalizations: { rules: [{ name: 'o', pattern: '(^|/)o\\d', model_info: { mode: 'chat' } }] },
});

interface RegionalCall {
  readonly model: string;
  readonly provider: string;
  readonly region: string;
}

// 900 random models, providers and regions of LiteLLM's map cost what LiteLLM 1.102.4 says.
describe('the region of a call', () => {
  test.each<[string, RegionalCall, number]>([
    ['without a price of its own', { model: 'o1-day', provider: 'openai', region: 'us-east-1' }, 1],
    ['of a bare name', { model: 'o3-mini', provider: 'azure', region: 'us-east-1' }, 2],
    ['that the name has already', { model: 'azure/eu/o3-mini', provider: 'azure', region: 'eu' }, 3],
    ['with a price of its own, which is not asked', { model: 'o4', provider: 'bedrock', region: 'eu-west-1' }, 5],
    ['with a price of its own, named', { model: 'bedrock/eu-west-1/o4', provider: 'bedrock', region: 'eu-west-1' }, 4],
  ])('%s', (_name, { model, provider, region }, usdPerToken) => {
    const response = { model, choices: [], usage: { prompt_tokens: 10, completion_tokens: 1 } };
    const call = { response, model, customLlmProvider: provider, regionName: region, at: 0 };
    expect(completionCost(call, context)).toBe(11 * usdPerToken);
  });
});
